import type { Arc } from "./simplifyArcs.ts";
import { unitsPerPixel } from "./subpixel.ts";

/** A line between two labels, from one corner where lines meet to the next, or closed; `left` of it as seen walking with row down. */
export interface LabelArc {
  readonly points: Arc;
  readonly left: number;
  readonly right: number;
}

/** How far from their common edge the outline runs between two neighbouring pixels, in units towards the second. */
export type CrackShift = (first: number, second: number) => number;

interface Step {
  readonly dx: number;
  readonly dy: number;
  /** Pixels left and right of the step, as offsets in columns and rows from the corner it starts at. */
  readonly left: readonly [number, number];
  readonly right: readonly [number, number];
}

/** East, south, west, north; turning right is the next one. */
const steps: readonly Step[] = [
  { dx: 1, dy: 0, left: [0, -1], right: [0, 0] },
  { dx: 0, dy: 1, left: [0, 0], right: [-1, 0] },
  { dx: -1, dy: 0, left: [-1, 0], right: [-1, -1] },
  { dx: 0, dy: -1, left: [-1, -1], right: [0, -1] },
];

/**
 * Every line between different labels of a label raster (row-major, `widthPx` per row, label 0 along its edges), each once, in 1/256 pixel
 * from its top left corner. Lines meet in the corners of pixels; in between they run through the middles of pixel edges, moved by `shift`,
 * or along the edges themselves when `exact`. Pure.
 */
export function labelArcs(labels: Int32Array, widthPx: number, { exact, shift }: { exact: boolean; shift?: CrackShift }): LabelArc[] {
  const heightPx = labels.length / widthPx;
  const at = (col: number, row: number): number =>
    col < 0 || row < 0 || col >= widthPx || row >= heightPx ? 0 : (labels[row * widthPx + col] ?? 0);
  const isLine = (col: number, row: number, step: Step): boolean =>
    at(col + step.left[0], row + step.left[1]) !== at(col + step.right[0], row + step.right[1]);
  /** Bit 0: the edge to the east of a corner has been walked; bit 1: the one to its south. */
  const walked = new Uint8Array((widthPx + 1) * (heightPx + 1));
  const edge = (col: number, row: number, direction: number): { index: number; bit: number } => {
    const fromCol = direction === 2 ? col - 1 : col;
    const fromRow = direction === 3 ? row - 1 : row;
    return { index: fromRow * (widthPx + 1) + fromCol, bit: direction % 2 === 0 ? 1 : 2 };
  };
  const lineCount = (col: number, row: number): number => steps.reduce((count, step) => count + Number(isLine(col, row, step)), 0);
  const arcs: LabelArc[] = [];

  const walk = (startCol: number, startRow: number, startDirection: number, isNode: boolean): void => {
    const first = steps[startDirection];
    if (!first) return;
    const points: number[] = [];
    if (isNode || exact) points.push(startCol * unitsPerPixel, startRow * unitsPerPixel);
    const left = at(startCol + first.left[0], startRow + first.left[1]);
    const right = at(startCol + first.right[0], startRow + first.right[1]);
    let col = startCol;
    let row = startRow;
    let direction = startDirection;
    for (;;) {
      const step = steps[direction];
      if (!step) return;
      const { index, bit } = edge(col, row, direction);
      walked[index] = (walked[index] ?? 0) | bit;
      if (!exact) {
        const from = (row + step.left[1]) * widthPx + col + step.left[0];
        const to = (row + step.right[1]) * widthPx + col + step.right[0];
        const units = shift ? shift(from, to) : 0;
        // The right of a step east is south, of a step south west.
        points.push(
          Math.round((col + step.dx / 2) * unitsPerPixel - step.dy * units),
          Math.round((row + step.dy / 2) * unitsPerPixel + step.dx * units),
        );
      }
      col += step.dx;
      row += step.dy;
      const lines = lineCount(col, row);
      const isEnd = lines !== 2 || (col === startCol && row === startRow);
      let next = direction;
      if (!isEnd)
        for (const turn of [1, 0, 3]) {
          const candidate = (direction + turn) % 4;
          const onward = steps[candidate];
          if (onward && isLine(col, row, onward)) next = candidate;
        }
      if (lines !== 2 || (exact && (isEnd || next !== direction))) points.push(col * unitsPerPixel, row * unitsPerPixel);
      if (isEnd) break;
      direction = next;
    }
    if (!isNode && !exact) points.push(points[0] ?? 0, points[1] ?? 0);
    arcs.push({ points: Int32Array.from(points), left, right });
  };

  for (const nodesFirst of [true, false])
    for (let row = 0; row <= heightPx; row++)
      for (let col = 0; col <= widthPx; col++) {
        if (at(col, row) === at(col - 1, row) && at(col, row) === at(col, row - 1)) continue;
        const isNode = lineCount(col, row) > 2;
        if (isNode !== nodesFirst) continue;
        for (let direction = 0; direction < (isNode ? 4 : 2); direction++) {
          const step = steps[direction];
          if (!step || !isLine(col, row, step)) continue;
          const { index, bit } = edge(col, row, direction);
          if (((walked[index] ?? 0) & bit) === 0) walk(col, row, direction, isNode);
        }
      }
  return arcs;
}
