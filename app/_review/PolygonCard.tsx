"use client";
import type { PredictedPolygon } from "@reefline/schema/prediction";
import { Check, PencilLine, X } from "lucide-react";
import { ClassPicker } from "../_editor/ClassPicker.tsx";
import { percentText } from "../_report/quantity.ts";
import { Button } from "../_ui/Button.tsx";
import { formatArea, formatCount } from "../_ui/formatNumbers.ts";
import { Kbd } from "../_ui/Kbd.tsx";
import { lengthSign, lengthUnit } from "../_ui/lengthUnit.ts";

const decided = { accepted: "Accepted as it is", edited: "Changed and accepted", rejected: "Rejected" };

/** "Keys: 1 live, 2 dead". */
const keysInWords = (classes: readonly string[]) =>
  `Keys: ${classes
    .slice(0, 9)
    .map((name, k) => `${k + 1} ${name}`)
    .join(", ")}`;

/** The predicted reef being looked at: how big, how sure, and what to do with it. */
export function PolygonCard({
  polygon,
  onAccept,
  onReject,
  onEdit,
  classes,
  onClass,
}: {
  polygon: PredictedPolygon;
  onAccept: () => void;
  onReject: () => void;
  onEdit: () => void;
  /** Those that the model tells apart; empty: reef or not. */
  classes: readonly string[];
  onClass: (name: string) => void;
}) {
  const area = formatArea(polygon.areaM2);
  const holes = polygon.geometry.coordinates.length - 1;
  return (
    <div data-testid="polygon-card">
      <div className="flex items-baseline justify-between gap-3 tabular-nums">
        <p className="text-xl font-semibold tracking-[-0.01em] text-ink">
          {area.value} <span className="text-base font-normal text-ink-3">{area.unit}</span>
        </p>
        <p className="text-xl font-semibold tracking-[-0.01em] text-ink">
          {percentText(polygon.probability)} <span className="text-base font-normal text-ink-3">sure</span>
        </p>
      </div>
      <div aria-hidden className="mt-1.5 h-1 overflow-hidden rounded-full bg-line-strong">
        <div className="h-full rounded-full bg-layer-prediction" style={{ width: `${Math.round(polygon.probability * 100)}%` }} />
      </div>
      <p className="mt-1.5 text-sm text-ink-3 tabular-nums">
        {lengthUnit() === "pixels"
          ? null
          : area.unit === "m²"
            ? `${(polygon.areaM2 / 10_000).toPrecision(2)} ha · `
            : `${formatCount(Math.round(polygon.areaM2))} m² · `}
        outline {formatCount(Math.round(polygon.perimeterMeters))} {lengthSign()}
        {holes > 0 ? ` · ${holes} ${holes === 1 ? "hole" : "holes"}` : ""}
      </p>
      {polygon.decision ? (
        <p className="mt-3 text-ink-2">{decided[polygon.decision]}.</p>
      ) : (
        <div className="mt-3 flex flex-col gap-2">
          {classes.length > 0 ? (
            <ClassPicker label="Class" value={polygon.class ?? "reef"} more={classes} onChange={onClass} hint={keysInWords(classes)} />
          ) : null}
          <Button look="primary" size="large" icon={Check} onClick={onAccept} aria-keyshortcuts="A">
            Accept as label <Kbd inverse>A</Kbd>
          </Button>
          <div className="grid grid-cols-2 gap-2">
            <Button icon={X} onClick={onReject} aria-keyshortcuts="R">
              Reject <Kbd>R</Kbd>
            </Button>
            <Button icon={PencilLine} onClick={onEdit} aria-keyshortcuts="E">
              Edit <Kbd>E</Kbd>
            </Button>
          </div>
        </div>
      )}
    </div>
  );
}
