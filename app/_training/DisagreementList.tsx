"use client";
import type { Disagreement } from "@reefline/schema/crossValidation";
import { disagreementsFile } from "@reefline/schema/disagreementsFile";
import { ArrowLeft, ArrowRight, Download } from "lucide-react";
import { useMemo, useState } from "react";
import { useMapLayer, useSame } from "../_map/useMapLayer.ts";
import { percentText } from "../_report/quantity.ts";
import { lookAtPolygon } from "../_review/lookAtPolygon.ts";
import { Button } from "../_ui/Button.tsx";
import { formatArea, formatCount } from "../_ui/formatNumbers.ts";
import { IconButton } from "../_ui/IconButton.tsx";
import { useWorkspace } from "../_workspace/workspaceStore.ts";
import { disagreementLayers } from "./disagreementLayers.ts";

/** Who the labels are compared with. */
export type SecondOpinion = "model" | "person";

/** Places where a second opinion differs from the labels, on the map and one after the other, the largest first. */
export function DisagreementList({
  disagreements,
  known,
  opinion,
  fileName,
}: {
  disagreements: readonly Disagreement[];
  /** The same text is the same list. */
  known: string;
  opinion: SecondOpinion;
  fileName: string;
}) {
  const map = useWorkspace((state) => state.map);
  const surveyId = useWorkspace((state) => state.surveyId);
  const all = useSame(disagreements, `${known} ${disagreements.length}`);
  const here = useMemo(() => all.filter((one) => one.surveyId === surveyId), [all, surveyId]);
  const [at, setAt] = useState<number | null>(null);
  const look = useMemo(() => ({ chosen: at }), [at]);
  useMapLayer(disagreementLayers, here.length > 0 ? here : null, look);
  const current = at === null ? null : (here[at] ?? null);
  const go = (index: number) => {
    const one = here[index];
    if (!one || !map) return;
    setAt(index);
    lookAtPolygon(map, one.geometry);
  };
  const only = { model: "the model alone says reef", person: "the other alone drew reef" }[opinion];
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap gap-x-4 gap-y-1 text-xs text-ink-2">
        <span className="inline-flex items-center gap-1.5">
          <span aria-hidden className="h-0.5 w-4 bg-[#d55e00]" /> {only}
        </span>
        <span className="inline-flex items-center gap-1.5">
          <span aria-hidden className="w-4 border-t-2 border-dashed border-[#56b4e9]" /> the label alone
        </span>
        {here.some(({ kind }) => kind === "other-class") ? (
          <span className="inline-flex items-center gap-1.5">
            <span aria-hidden className="w-4 border-t-2 border-dotted border-[#cc79a7]" /> another class
          </span>
        ) : null}
      </div>
      <div className="flex items-center gap-2">
        <IconButton icon={ArrowLeft} label="The larger one before" disabled={at === null || at === 0} onClick={() => go((at ?? 0) - 1)} />
        <IconButton
          icon={ArrowRight}
          label={at === null ? "Look at the largest" : "The next smaller one"}
          disabled={here.length === 0 || (at !== null && at + 1 >= here.length)}
          onClick={() => go(at === null ? 0 : at + 1)}
        />
        <span aria-live="polite" className="min-w-0 flex-1 text-sm text-ink-2 tabular-nums">
          {current
            ? `${(at ?? 0) + 1} of ${formatCount(here.length)}: ${sentence(current, opinion)}`
            : `${formatCount(here.length)} on this survey`}
        </span>
      </div>
      <Button size="small" icon={Download} className="w-fit" onClick={() => save(here, fileName)}>
        Download as GeoJSON
      </Button>
    </div>
  );
}

function sentence({ kind, classes, areaM2, probability }: Disagreement, opinion: SecondOpinion): string {
  const { value, unit } = formatArea(areaM2);
  if (classes) return `${value} ${unit} labelled ${classes.labelled}, ${classes.told} by the model`;
  if (opinion === "person") return kind === "unlabelled" ? `${value} ${unit} only the other drew` : `${value} ${unit} only labelled here`;
  return kind === "unlabelled"
    ? `${value} ${unit} not labelled, reef by ${percentText(probability)}`
    : `${value} ${unit} labelled, reef by only ${percentText(probability)}`;
}

function save(disagreements: readonly Disagreement[], fileName: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([disagreementsFile(disagreements)], { type: "application/geo+json" }));
  link.download = fileName;
  link.click();
  URL.revokeObjectURL(link.href);
}
