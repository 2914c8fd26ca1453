"use client";
import { distanceMeters, polygonAreaM2 } from "@reefline/geo/geodesic";
import type { Position } from "@reefline/schema/feature";
import { formatArea, formatLength } from "../_ui/formatNumbers.ts";
import { useEditor } from "./editorStore.ts";
import { closeRing } from "./geometry/rings.ts";
import { ringCrossesItself } from "./geometry/selfIntersection.ts";
import { rulerPath } from "./modes/ruler.ts";

function lengthOf(path: readonly Position[]): number {
  let sum = 0;
  for (let index = 1; index < path.length; index++) {
    const [a, b] = [path[index - 1], path[index]];
    if (a && b) sum += distanceMeters(a, b);
  }
  return sum;
}

/** The measured path's geodesic length, its last leg, and the area it would enclose. */
export function RulerReadout() {
  const tool = useEditor((state) => state.tool);
  const ruler = useEditor((state) => state.ruler);
  if (tool !== "ruler") return null;
  const path = rulerPath(ruler);
  const total = formatLength(lengthOf(path));
  const leg = formatLength(lengthOf(path.slice(-2)));
  const ring = closeRing(path);
  const area = path.length >= 3 && !ringCrossesItself(ring) ? formatArea(polygonAreaM2({ type: "Polygon", coordinates: [ring] })) : null;
  return (
    <div className="pointer-events-none absolute inset-x-2 top-3 z-10 flex justify-center max-[699px]:top-14">
      <output className="float flex items-baseline gap-4 px-3 py-1.5 tabular-nums" data-testid="ruler">
        {path.length < 2 ? (
          <span className="text-ink-2">Click where the measure begins</span>
        ) : (
          <>
            <span className="text-lg font-semibold">
              {total.value} <span className="text-base font-normal text-ink-3">{total.unit}</span>
            </span>
            {path.length > 2 ? (
              <span className="text-ink-2">
                last leg {leg.value} {leg.unit}
              </span>
            ) : null}
            {area ? (
              <span className="text-ink-2">
                encloses {area.value} {area.unit}
              </span>
            ) : null}
          </>
        )}
      </output>
    </div>
  );
}
