import type { Window } from "@reefline/schema/grid";

/** How a model grid is cut into overlapping windows. Windows are all of one size; those at the edges hang over the grid and are filled by reflection. */
export interface WindowPlan {
  readonly gridWidthPx: number;
  readonly gridHeightPx: number;
  readonly windowWidthPx: number;
  readonly windowHeightPx: number;
  /** Pixels that neighbours share, over which they are blended. */
  readonly overlapPx: number;
  /** Left column of each window, top row of each row of windows; negative at the true edges. */
  readonly colOffs: readonly number[];
  readonly rowOffs: readonly number[];
}

export interface WindowPlanOptions {
  /**
   * Largest window side; by default 768 px, and 1280 px for a network of stride 32, which works at half resolution: the process then peaks
   * at 0.8 GB on onnxruntime and 1.3–1.5 GB on TensorFlow, whatever the survey's size. Twice that would gain a
   * seventh, since the overlap stays.
   */
  readonly maxWindowPx?: number;
  /** By default eight strides of the network, 128 px at least. */
  readonly overlapPx?: number;
}

function ceilTo(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}

function cutAxis(lengthPx: number, multiplePx: number, maxWindowPx: number, overlapPx: number): { windowPx: number; offsets: number[] } {
  const marginPx = overlapPx / 2;
  const spanPx = lengthPx + 2 * marginPx;
  const largestPx = Math.floor(maxWindowPx / multiplePx) * multiplePx;
  const count = Math.max(1, Math.ceil((spanPx - overlapPx) / (largestPx - overlapPx)));
  // The smallest window that many of which still cover: narrow surveys waste little.
  const snugPx = ceilTo((spanPx + (count - 1) * overlapPx) / count, multiplePx);
  // Narrower than two overlaps, three windows would meet at a pixel and their weights would no longer add up.
  const windowPx = count > 1 ? Math.max(snugPx, 2 * overlapPx) : snugPx;
  // Rounding every window up adds up over many: the last ones would lie wholly beyond the edge.
  const needed = count > 1 ? Math.max(1, Math.ceil((spanPx - overlapPx) / (windowPx - overlapPx))) : 1;
  return { windowPx, offsets: Array.from({ length: needed }, (_, k) => k * (windowPx - overlapPx) - marginPx) };
}

/**
 * Windows over a grid: origins, sizes and strides are multiples of the network's stride, so that a pixel meets the same pooling cells in
 * every window that holds it; neighbours share `overlapPx`, and true edges get half of that as reflected context. A U-Net sees five and a
 * half strides to either side, though hardly beyond four: at the middle of the blend either window has that much. Pure.
 */
export function planWindows(
  grid: { readonly widthPx: number; readonly heightPx: number },
  strideMultiplePx: number,
  { maxWindowPx = strideMultiplePx >= 32 ? 1280 : 768, overlapPx = Math.max(128, 8 * strideMultiplePx) }: WindowPlanOptions = {},
): WindowPlan {
  const overlap = ceilTo(overlapPx, 2 * strideMultiplePx);
  const largest = Math.max(maxWindowPx, 2 * overlap);
  const cols = cutAxis(grid.widthPx, strideMultiplePx, largest, overlap);
  const rows = cutAxis(grid.heightPx, strideMultiplePx, largest, overlap);
  return {
    gridWidthPx: grid.widthPx,
    gridHeightPx: grid.heightPx,
    windowWidthPx: cols.windowPx,
    windowHeightPx: rows.windowPx,
    overlapPx: overlap,
    colOffs: cols.offsets,
    rowOffs: rows.offsets,
  };
}

/** A run of rows of the grid: from `rowOff`, `heightPx` of them; 0 when there are none. */
export interface RowRun {
  readonly rowOff: number;
  readonly heightPx: number;
}

/**
 * The rows a row of windows covers, in three runs one below the other: `above` it shares with the row before, `own` are its alone, `below`
 * it shares with the next. Every row of the grid is in one `own`, or in one `below` and the next one's equal `above`.
 */
export function swathRuns(plan: WindowPlan, windowRow: number): { above: RowRun; own: RowRun; below: RowRun } {
  const onRows = (from: number, to: number): RowRun => {
    const rowOff = Math.min(plan.gridHeightPx, Math.max(0, from));
    return { rowOff, heightPx: Math.max(0, Math.min(plan.gridHeightPx, to) - rowOff) };
  };
  const top = plan.rowOffs[windowRow] ?? 0;
  const next = plan.rowOffs[windowRow + 1];
  const ownFrom = windowRow === 0 ? 0 : top + plan.overlapPx;
  return {
    above: onRows(windowRow === 0 ? 0 : top, ownFrom),
    own: onRows(ownFrom, next ?? plan.gridHeightPx),
    below: next === undefined ? onRows(plan.gridHeightPx, plan.gridHeightPx) : onRows(next, next + plan.overlapPx),
  };
}

/** The columns of the grid that are final once a window has been added to those left of it: from its left to the next one's. */
export function finalCols(plan: WindowPlan, windowCol: number): { colOff: number; widthPx: number } {
  const onCols = (col: number): number => Math.min(plan.gridWidthPx, Math.max(0, col));
  const colOff = onCols(plan.colOffs[windowCol] ?? 0);
  const next = plan.colOffs[windowCol + 1];
  return { colOff, widthPx: (next === undefined ? plan.gridWidthPx : onCols(next)) - colOff };
}

/** The part of a window that lies on the grid; null when none does. */
export function onGrid(plan: WindowPlan, colOff: number, rowOff: number): Window | null {
  const left = Math.max(0, colOff);
  const top = Math.max(0, rowOff);
  const widthPx = Math.min(plan.gridWidthPx, colOff + plan.windowWidthPx) - left;
  const heightPx = Math.min(plan.gridHeightPx, rowOff + plan.windowHeightPx) - top;
  return widthPx > 0 && heightPx > 0 ? { colOff: left, rowOff: top, widthPx, heightPx } : null;
}
