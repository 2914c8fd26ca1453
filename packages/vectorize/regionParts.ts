import { doubleArea, isInside, ringArea } from "./ringArea.ts";
import type { TracedRing } from "./rowTracer.ts";
import { separateAtSaddles } from "./separateAtSaddles.ts";
import { splitAtRepeats } from "./splitRing.ts";

/** A polygon of unclosed rings of x,y pairs. */
export interface RingPart {
  readonly outer: Int32Array;
  /** Each touches other rings in single points at most. */
  readonly holes: Int32Array[];
}

/**
 * The valid polygons that a region's rings mean, cut where a ring passes a corner twice: one for a 4-connected region, one for each
 * 4-connected piece of an 8-connected region (together its MultiPolygon). Pure.
 */
export function regionParts(rings: readonly TracedRing[]): RingPart[] {
  const parts: RingPart[] = [];
  const holes: Int32Array[] = [];
  // Rings of an 8-connected region may meet each other in many corners.
  const apart = rings.some(({ mayRepeat }) => mayRepeat) ? separateAtSaddles(rings) : rings;
  for (const ring of apart)
    for (const simple of splitAtRepeats(ring)) {
      if (doubleArea(simple) < 0) parts.push({ outer: simple, holes: [] });
      else holes.push(simple);
    }
  const [only] = parts;
  if (only && parts.length === 1) return [{ outer: only.outer, holes }];
  for (const hole of holes) partAround(parts, hole)?.holes.push(hole);
  return parts;
}

/** The smallest part around a hole, judged just outside the hole's first edge, on its ground. */
function partAround(parts: readonly RingPart[], hole: Int32Array): RingPart | null {
  const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = hole;
  const length = Math.hypot(x1 - x0, y1 - y0);
  // A quarter of the way along the first edge and a little to its left, where the ground is.
  const x = x0 + (x1 - x0) / (4 * length) + (y1 - y0) / (4 * length);
  const y = y0 + (y1 - y0) / (4 * length) - (x1 - x0) / (4 * length);
  let smallest: RingPart | null = null;
  let smallestArea = Number.POSITIVE_INFINITY;
  for (const part of parts) {
    const area = ringArea(part.outer);
    if (area < smallestArea && isInside(part.outer, x, y)) {
      smallest = part;
      smallestArea = area;
    }
  }
  return smallest;
}
