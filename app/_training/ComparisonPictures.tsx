"use client";
import type { ComparedRecipe } from "@reefline/schema/comparison";
import type { SampleChip } from "@reefline/schema/training";
import { useQueries } from "@tanstack/react-query";
import { trpc } from "../_api/api.ts";
import { PanelSection } from "../_ui/Panel.tsx";
import { ChipLegend } from "./ChipLegend.tsx";
import { SampleChipCard } from "./SampleChipCard.tsx";

const places = 3;

/** What each recipe makes of the same places, one recipe below the other. */
export function ComparisonPictures({ recipes }: { recipes: readonly ComparedRecipe[] }) {
  const chips = useQueries({ queries: recipes.map(({ runId }) => trpc.runs.chips.queryOptions({ id: runId })) });
  const rows = recipes.flatMap(({ recipe, title, runId }, i) => {
    const shown = latest(chips[i]?.data ?? []);
    return shown.length > 0 ? [{ recipe, title, runId, shown }] : [];
  });
  if (rows.length === 0) return null;
  return (
    <PanelSection title="The same places" aside={<ChipLegend />}>
      <div className="flex flex-col gap-3">
        {rows.map(({ recipe, title, runId, shown }) => (
          <div key={recipe}>
            <p className="mb-1 text-sm text-ink-2">{title}</p>
            <div className="grid grid-cols-3 gap-2">
              {shown.map((chip) => (
                <SampleChipCard key={chip.imageFile} runId={runId} chip={chip} />
              ))}
            </div>
          </div>
        ))}
      </div>
    </PanelSection>
  );
}

function latest(chips: readonly SampleChip[]): SampleChip[] {
  const epoch = Math.max(-1, ...chips.map((chip) => chip.epoch));
  return chips.filter((chip) => chip.epoch === epoch).slice(0, places);
}
