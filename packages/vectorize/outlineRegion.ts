import { type ArcUse, joinArcs, ringsOfArcs } from "./arcRings.ts";
import type { LabelArc } from "./labelArcs.ts";
import { regionParts } from "./regionParts.ts";
import { doubleArea, ringArea } from "./ringArea.ts";
import { roundCorners } from "./roundCorners.ts";
import { type TracedRing, vertexMark } from "./rowTracer.ts";
import { type Arc, simplifyArcs } from "./simplifyArcs.ts";
import { contourOnly, unitsPerPixel } from "./subpixel.ts";

export interface OutlineStyle {
  /** Along pixel edges (their corners cut as soon as anything may move), or between pixel centres by their values. */
  readonly contour: "pixel" | "subpixel";
  /** How far an outline may move when it is simplified; 0 keeps every bend. */
  readonly tolerancePx: number;
  /** Whether corners of the simplified outline are rounded. */
  readonly smooth: boolean;
}

/** A polygon in a raster's pixels: closed rings of col,row pairs, outer first. */
export type PixelPolygon = readonly Float64Array[];

/** Whether a hole of this many pixels that begins at a row is kept. */
export type KeepsHole = (areaPx: number, row: number) => boolean;

const isExact = ({ contour, tolerancePx, smooth }: OutlineStyle): boolean => contour === "pixel" && tolerancePx <= 0 && !smooth;

/**
 * A traced region as valid polygons of pixel coordinates: one, or for an 8-connected region along pixel edges one for each piece that meets
 * the others in corners. `rings` in pixels, or in 1/256 pixel for a sub-pixel contour (as RowTracer gives them). Pure.
 */
export function outlineRegion(rings: readonly TracedRing[], style: OutlineStyle, keepsHole: KeepsHole): PixelPolygon[] {
  const scale = style.contour === "subpixel" ? unitsPerPixel : 1;
  const isKept = (points: Int32Array): boolean =>
    rings.length === 1 || doubleArea(points) <= 0 || keepsHole(ringArea(points) / scale ** 2, Math.floor((points[1] ?? 0) / scale));
  const kept = rings.filter(({ points }) => isKept(points));
  if (isExact(style))
    return regionParts(kept).map(({ outer, holes }) => [outer, ...holes.filter(isKept)].map((ring) => closed(ring, Float64Array)));
  const contours = style.contour === "subpixel" ? kept.map(contourOnly) : kept.map(middlesOfEdges);
  const pinches = new Set<string>();
  for (const { points, marks, mayRepeat } of contours)
    if (mayRepeat)
      marks.forEach((mark, k) => void (mark === vertexMark.guardSaddle && pinches.add(`${points[2 * k]},${points[2 * k + 1]}`)));
  const arcs: Arc[] = [];
  const parts = regionParts(contours).map(({ outer, holes }) =>
    [outer, ...holes].map((ring): ArcUse[] => cutAt(ring, pinches).map((arc) => ({ arc: arcs.push(arc) - 1, reversed: false }))),
  );
  const lines = finished(arcs, style);
  return parts.map((part) => part.map((uses) => joinArcs(lines, uses, unitsPerPixel)));
}

/**
 * The bodies of a parted region as valid polygons, in the order of their labels; a border between two bodies is the same line in both.
 * `arcs` are from `labelArcs`; `colOff`, `rowOff` say where their raster lies. Pure.
 */
export function outlineBodies(
  arcs: readonly LabelArc[],
  count: number,
  style: OutlineStyle,
  { colOff, rowOff }: { colOff: number; rowOff: number },
): PixelPolygon[] {
  const lines = finished(
    arcs.map(({ points }) => points),
    style,
  );
  const uses: ArcUse[][] = Array.from({ length: count + 1 }, () => []);
  arcs.forEach(({ left, right }, arc) => {
    uses[left]?.push({ arc, reversed: false });
    uses[right]?.push({ arc, reversed: true });
  });
  return uses.slice(1).map((ofLabel) => {
    const rings = ringsOfArcs(lines, ofLabel).map((ring) => {
      const joined = joinArcs(lines, ring, unitsPerPixel);
      for (let i = 0; i < joined.length; i += 2) {
        joined[i] = (joined[i] ?? 0) + colOff;
        joined[i + 1] = (joined[i + 1] ?? 0) + rowOff;
      }
      return joined;
    });
    return rings.sort((a, b) => ringArea(b) - ringArea(a));
  });
}

function finished(arcs: readonly Arc[], style: OutlineStyle): ArrayLike<number>[] {
  const lines = simplifyArcs(arcs, style.tolerancePx * unitsPerPixel);
  return style.smooth ? roundCorners(lines, Math.max(1, 3 * style.tolerancePx) * unitsPerPixel) : lines;
}

function closed<Ring extends Int32Array | Float64Array>(ring: Int32Array, make: new (length: number) => Ring): Ring {
  const points = new make(ring.length + 2);
  points.set(ring);
  points[ring.length] = ring[0] ?? 0;
  points[ring.length + 1] = ring[1] ?? 0;
  return points;
}

/** A ring of pixel corners with every corner cut from the middle of the last pixel edge before it to that of the first after it. */
function middlesOfEdges({ points }: TracedRing): TracedRing {
  const count = points.length / 2;
  const half = unitsPerPixel / 2;
  const middles = new Int32Array(count * 4);
  let length = 0;
  const add = (x: number, y: number): void => {
    // An edge one pixel long has the same middle from both its ends.
    if (length >= 2 && middles[length - 2] === x && middles[length - 1] === y) return;
    middles[length++] = x;
    middles[length++] = y;
  };
  const towards = (from: number, to: number): number => from * unitsPerPixel + Math.sign(to - from) * half;
  for (let k = 0; k < count; k++) {
    const x = points[2 * k] ?? 0;
    const y = points[2 * k + 1] ?? 0;
    const before = (k + count - 1) % count;
    const after = (k + 1) % count;
    add(towards(x, points[2 * before] ?? 0), towards(y, points[2 * before + 1] ?? 0));
    add(towards(x, points[2 * after] ?? 0), towards(y, points[2 * after + 1] ?? 0));
  }
  if (middles[0] === middles[length - 2] && middles[1] === middles[length - 1]) length -= 2;
  return { points: middles.slice(0, length), marks: new Uint8Array(length / 2), mayRepeat: false };
}

/** A closed ring as arcs that begin and end where rings meet; one closed arc if it meets none. */
function cutAt(ring: Int32Array, pinches: ReadonlySet<string>): Arc[] {
  const cuts: number[] = [];
  if (pinches.size > 0) for (let i = 0; i < ring.length; i += 2) if (pinches.has(`${ring[i]},${ring[i + 1]}`)) cuts.push(i);
  const [first] = cuts;
  if (first === undefined) return [closed(ring, Int32Array)];
  const turned = new Int32Array(ring.length + 2);
  turned.set(ring.subarray(first));
  turned.set(ring.subarray(0, first + 2), ring.length - first);
  return cuts.map((cut, k) => turned.slice(cut - first, (cuts[k + 1] ?? first + ring.length) - first + 2));
}
