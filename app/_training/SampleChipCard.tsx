"use client";
import type { SampleChip } from "@reefline/schema/training";
import { scoreText } from "../_report/quantity.ts";
import { ChipCanvas } from "./ChipCanvas.tsx";

/** One validation chip: the image with the label's outline and the prediction's over it, in the colours the map uses. */
export function SampleChipCard({ runId, chip }: { runId: string; chip: SampleChip }) {
  const url = (file: string) => `/runs/${runId}/chips/${file}?epoch=${chip.epoch}`;
  const words = chip.dice === null ? "No reef labelled here" : `Dice ${scoreText(chip.dice)}`;
  return (
    <figure className="min-w-0">
      <ChipCanvas
        image={url(chip.imageFile)}
        outlines={[
          { source: url(chip.labelFile), look: "label" },
          { source: url(chip.predictionFile), look: "prediction" },
        ]}
        label={`Validation sample: image with the labelled outline and the predicted outline. ${words}`}
      />
      <figcaption className="mt-0.5 truncate text-xs text-ink-3 tabular-nums">{words}</figcaption>
    </figure>
  );
}
