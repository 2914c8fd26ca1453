"use client";
import type { ChartSeries } from "@reefline/report/chartLayout";
import type { ComparedRecipe } from "@reefline/schema/comparison";
import { useQueries } from "@tanstack/react-query";
import { trpc } from "../_api/api.ts";
import { ReportChart } from "../_report/ReportChart.tsx";
import { PanelSection } from "../_ui/Panel.tsx";

const looks: Record<string, ChartSeries["look"]> = {
  best: "bold",
  fast: "dashed",
  cyclical: "third",
  dice: "second",
  "cross-entropy": "thin",
};

/** Dice on validation ground of every recipe over the time it trained. */
export function ComparisonCurves({ recipes }: { recipes: readonly ComparedRecipe[] }) {
  const histories = useQueries({ queries: recipes.map(({ runId }) => trpc.runs.history.queryOptions({ id: runId })) });
  const series = recipes.map(({ recipe, title }, i): ChartSeries => {
    const events = histories[i]?.data ?? [];
    const points = events.flatMap((event) => (event.kind === "validation" ? [{ x: event.elapsedSeconds / 60, y: event.dice }] : []));
    return { name: title.split(":")[0] ?? recipe, look: looks[recipe] ?? "thin", points };
  });
  const begun = series.filter(({ points }) => points.length > 1);
  if (begun.length === 0) return null;
  return (
    <PanelSection title="Validation Dice while they learn">
      <ReportChart chart={{ title: "Validation Dice", xLabel: "minutes of training", yLabel: "Dice", yRange: [0, 1], series: begun }} />
    </PanelSection>
  );
}
