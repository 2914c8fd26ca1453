import type { Window } from "@reefline/schema/grid";
import type { TracedRing } from "./rowTracer.ts";
import { boxAround, filled, type PartedRegion } from "./splitTouching.ts";

/** A region parted by class; `classes[label]` is the class of a body. */
export interface ClassedRegion extends PartedRegion {
  readonly classes: Uint8Array;
}

/** Regions whose bounding box has more pixels are cut into boxes of this many columns and rows: parting takes about 12 bytes for each pixel. */
export const classBoxPx = 4096;

/**
 * The boxes that a region is parted in: the one around it, or where that is large several that touch, whose bodies end at their common
 * edges. `rings` in pixel corners.
 */
export function classBoxes(rings: readonly TracedRing[], boxPx = classBoxPx): Window[] {
  const around = boxAround(rings);
  const boxes: Window[] = [];
  for (let rowOff = 0; rowOff < around.heightPx; rowOff += boxPx) {
    for (let colOff = 0; colOff < around.widthPx; colOff += boxPx) {
      boxes.push({
        // One pixel beyond on every side.
        colOff: around.colOff + colOff - 1,
        rowOff: around.rowOff + rowOff - 1,
        widthPx: Math.min(boxPx, around.widthPx - colOff) + 2,
        heightPx: Math.min(boxPx, around.heightPx - rowOff) + 2,
      });
    }
  }
  return boxes;
}

/**
 * Parts a region into connected bodies of one class each. Bodies of fewer than `leastPx` pixels, and ground without a class (a hole that is
 * filled), go to the neighbour with which they share the longest border, the smallest first, so that the region stays covered; bodies of one
 * class that meet then are one. Where the region goes on beyond the window the outermost pixels have labels above `count`, others on each
 * side: what borders on them ends along pixel edges, in the very corners where the neighbouring box ends it. Pure.
 * @param rings the region's, in pixel corners; holes among them stay holes
 * @param ofPixel the class of every pixel of `window`, 0 where there is none
 * @param options.bodies the body of every pixel where the region was parted before: their borders stay
 * @param options.isKept whether a hole stays one that shows when rings are cut where they touch themselves
 */
export function partByClass(
  rings: readonly TracedRing[],
  window: Window,
  ofPixel: Uint8Array,
  leastPx: number,
  { bodies = null, isKept }: { bodies?: Int32Array | null; isKept?: (hole: Int32Array) => boolean } = {},
): ClassedRegion {
  const { widthPx, heightPx } = window;
  const inside = filled(rings, window, isKept);
  /** Pixels outside the box where the region goes on, one list for each side and one for the corners. */
  const beyond: number[][] = [[], [], [], [], []];
  const leaveOut = (pixel: number, side: number): void => {
    if (inside[pixel] === 1) beyond[side]?.push(pixel);
    inside[pixel] = 0;
  };
  for (const row of [0, heightPx - 1]) for (const col of [0, widthPx - 1]) leaveOut(row * widthPx + col, 4);
  for (let col = 1; col < widthPx - 1; col++) for (const side of [0, 1]) leaveOut(side * (heightPx - 1) * widthPx + col, side);
  for (let row = 1; row < heightPx - 1; row++) for (const side of [0, 1]) leaveOut(row * widthPx + side * (widthPx - 1), 2 + side);
  const labels = new Int32Array(inside.length);
  const classes: number[] = [0];
  const sizes: number[] = [0];
  const bodyOf: number[] = [0];
  const stack: number[] = [];
  for (let start = 0; start < inside.length; start++) {
    if (inside[start] === 0 || labels[start] !== 0) continue;
    const ofClass = ofPixel[start] ?? 0;
    const label = classes.push(ofClass) - 1;
    let size = 0;
    labels[start] = label;
    stack.push(start);
    for (let i = stack.pop(); i !== undefined; i = stack.pop()) {
      size++;
      for (const next of [i - 1, i + 1, i - widthPx, i + widthPx]) {
        if (inside[next] !== 1 || labels[next] !== 0 || ofPixel[next] !== ofClass || bodies?.[next] !== bodies?.[start]) continue;
        labels[next] = label;
        stack.push(next);
      }
    }
    sizes.push(size);
    bodyOf.push(bodies?.[start] ?? 0);
  }
  const merged = mergeSmall(labels, widthPx, { classes, sizes, bodyOf }, leastPx);
  for (const [side, pixels] of beyond.entries()) for (const pixel of pixels) labels[pixel] = merged.count + 1 + side;
  return { window, ...merged };
}

/** Gives small bodies to their neighbours, and numbers what is left 1 … count in the order of their first pixels. */
function mergeSmall(
  labels: Int32Array,
  widthPx: number,
  { classes, sizes, bodyOf }: { classes: number[]; sizes: number[]; bodyOf: readonly number[] },
  leastPx: number,
) {
  const into = Int32Array.from(classes, (_, label) => label);
  const root = (label: number): number => {
    let found = label;
    while (into[found] !== found) found = into[found] ?? 0;
    return found;
  };
  const eachBorder = (visit: (a: number, b: number) => void): void => {
    for (let i = 0; i < labels.length; i++) {
      if (labels[i] === 0) continue;
      for (const next of [i + 1, i + widthPx]) {
        if ((labels[next] ?? 0) === 0) continue;
        const [a, b] = [root(labels[i] ?? 0), root(labels[next] ?? 0)];
        if (a !== b) visit(a, b);
      }
    }
  };
  const isSmall = (label: number): boolean => classes[label] === 0 || (sizes[label] ?? 0) < leastPx;
  let hasMerged = false;
  for (let again = true; again; ) {
    again = false;
    /** Edges that small bodies share with each neighbour. */
    const borders = new Map<number, Map<number, number>>();
    const share = (a: number, b: number): void => {
      if (!isSmall(a)) return;
      const of = borders.get(a) ?? new Map<number, number>();
      borders.set(a, of.set(b, (of.get(b) ?? 0) + 1));
    };
    eachBorder((a, b) => {
      share(a, b);
      share(b, a);
    });
    const smallest = [...borders].sort(([a], [b]) => (sizes[a] ?? 0) - (sizes[b] ?? 0) || a - b);
    for (const [label, neighbours] of smallest) {
      if (root(label) !== label || !isSmall(label)) continue;
      const [best] = [...neighbours].sort(([a, shared], [b, sharedB]) => sharedB - shared || a - b);
      const to = best && root(best[0]);
      if (to === undefined || to === label) continue;
      into[label] = to;
      sizes[to] = (sizes[to] ?? 0) + (sizes[label] ?? 0);
      if (classes[to] === 0) classes[to] = classes[label] ?? 0;
      again = true;
      hasMerged = true;
    }
  }
  if (hasMerged)
    eachBorder((a, b) => {
      if (classes[a] === classes[b] && bodyOf[a] === bodyOf[b]) into[Math.max(a, b)] = Math.min(a, b);
    });
  const numbers = new Int32Array(classes.length);
  const kept: number[] = [0];
  for (let i = 0; i < labels.length; i++) {
    const label = root(labels[i] ?? 0);
    if (label === 0) continue;
    if (numbers[label] === 0) numbers[label] = kept.push(classes[label] ?? 0) - 1;
    labels[i] = numbers[label] ?? 0;
  }
  return { labels, count: kept.length - 1, classes: Uint8Array.from(kept) };
}
