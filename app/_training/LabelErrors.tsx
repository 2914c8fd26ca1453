"use client";
import type { Disagreement } from "@reefline/schema/crossValidation";
import { disagreementsFile } from "@reefline/schema/disagreementsFile";
import { useQuery } from "@tanstack/react-query";
import { ArrowLeft, ArrowRight, Download } from "lucide-react";
import { useEffect, useState } from "react";
import { trpc } from "../_api/api.ts";
import { mapColours } from "../_map/mapColours.ts";
import { addLayerToSlot, removeFromMap } from "../_map/slots.ts";
import { percentText } from "../_report/quantity.ts";
import { lookAtPolygon } from "../_review/lookAtPolygon.ts";
import { Button } from "../_ui/Button.tsx";
import { formatArea, formatCount } from "../_ui/formatNumbers.ts";
import { IconButton } from "../_ui/IconButton.tsx";
import { PanelSection } from "../_ui/Panel.tsx";
import { useWorkspace } from "../_workspace/workspaceStore.ts";

const source = "label-errors";
const listed = 1_000;

/** Places where labels and out-of-fold predictions surely disagree, stepped through on the map, the largest first. */
export function LabelErrors({ runId, count }: { runId: string; count: number }) {
  const map = useWorkspace((state) => state.map);
  const surveyId = useWorkspace((state) => state.surveyId);
  const all = useQuery(trpc.runs.disagreements.queryOptions({ id: runId, limit: listed })).data ?? [];
  const here = all.filter((one) => one.surveyId === surveyId);
  const [at, setAt] = useState<number | null>(null);
  const current = at === null ? null : (here[at] ?? null);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the list is known by its run and survey
  useEffect(() => {
    if (!map || here.length === 0) return;
    map.addSource(source, { type: "geojson", data: JSON.parse(disagreementsFile(here)) });
    addLayerToSlot(map, "prediction", {
      id: source,
      type: "line",
      source,
      paint: { "line-color": mapColours.refused, "line-width": ["case", ["==", ["get", "rank"], -1], 4, 2] },
    });
    return () => removeFromMap(map, [source], [source]);
  }, [map, runId, surveyId, here.length]);

  const go = (index: number) => {
    const one = here[index];
    if (!one || !map) return;
    setAt(index);
    map.setPaintProperty(source, "line-width", ["case", ["==", ["get", "rank"], index + 1], 4, 2]);
    lookAtPolygon(map, one.geometry);
  };

  if (count === 0) {
    return (
      <PanelSection title="Probable label errors">
        <p className="text-ink-2">Nowhere do labels and predictions surely disagree.</p>
      </PanelSection>
    );
  }
  return (
    <PanelSection title="Probable label errors">
      <p className="mb-2 text-ink-2">
        {formatCount(count)} places where a model that had not seen the label is sure of the opposite. Look at them; change the label where
        it is wrong.
      </p>
      <div className="mb-2 flex items-center gap-2">
        <IconButton icon={ArrowLeft} label="Larger" disabled={at === null || at === 0} onClick={() => go((at ?? 0) - 1)} />
        <IconButton
          icon={ArrowRight}
          label="Next"
          disabled={at !== null && at + 1 >= here.length}
          onClick={() => go(at === null ? 0 : at + 1)}
        />
        <span aria-live="polite" className="min-w-0 flex-1 text-sm text-ink-2 tabular-nums">
          {current ? `${(at ?? 0) + 1} of ${formatCount(here.length)}: ${sentence(current)}` : `${formatCount(here.length)} on this survey`}
        </span>
      </div>
      <Button size="small" icon={Download} onClick={() => save(here)}>
        Download as GeoJSON
      </Button>
    </PanelSection>
  );
}

function sentence({ kind, areaM2, probability }: Disagreement): string {
  const { value, unit } = formatArea(areaM2);
  return kind === "unlabelled"
    ? `${value} ${unit} not labelled, reef by ${percentText(probability)}`
    : `${value} ${unit} labelled, reef by only ${percentText(probability)}`;
}

function save(disagreements: readonly Disagreement[]): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([disagreementsFile(disagreements)], { type: "application/geo+json" }));
  link.download = "label-errors.geojson";
  link.click();
  URL.revokeObjectURL(link.href);
}
