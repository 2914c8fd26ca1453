"use client";
import { useQuery } from "@tanstack/react-query";
import { trpc } from "../_api/api.ts";
import { PanelSection } from "../_ui/Panel.tsx";
import { ChipLegend } from "./ChipLegend.tsx";
import { SampleChipCard } from "./SampleChipCard.tsx";

const SHOWN = 6;

/** What the model makes of ground it does not train on, as it learns. */
export function SampleChips({ runId }: { runId: string }) {
  const chips = useQuery(trpc.runs.chips.queryOptions({ id: runId })).data ?? [];
  const latest = chips.reduce((epoch, chip) => Math.max(epoch, chip.epoch), -1);
  const shown = chips.filter((chip) => chip.epoch === latest).slice(0, SHOWN);
  if (shown.length === 0) return null;
  return (
    <PanelSection title="Samples it has not trained on" aside={<ChipLegend />}>
      <div className="grid grid-cols-3 gap-2">
        {shown.map((chip) => (
          <SampleChipCard key={chip.imageFile} runId={runId} chip={chip} />
        ))}
      </div>
    </PanelSection>
  );
}
