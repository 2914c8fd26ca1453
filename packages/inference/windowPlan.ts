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
  /** Largest window side. 768 px keeps the network's activations near 0.5 GB. */
  readonly maxWindowPx?: number;
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
  return { windowPx, offsets: Array.from({ length: count }, (_, k) => k * (windowPx - overlapPx) - marginPx) };
}

/**
 * Windows over a grid: origins, sizes and strides are multiples of the network's stride, so that a pixel meets the same pooling cells in
 * every window that holds it; neighbours share `overlapPx` (128: at the middle of the blend either has 64 px of context), and true edges
 * get half of that as reflected context. Pure.
 */
export function planWindows(
  grid: { readonly widthPx: number; readonly heightPx: number },
  strideMultiplePx: number,
  { maxWindowPx = 768, overlapPx = 128 }: WindowPlanOptions = {},
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

/** Rows of the grid that are final once a row of windows has been added: from its top to the next one's top. */
export function finalRows(plan: WindowPlan, windowRow: number): { rowOff: number; endRow: number } {
  const top = plan.rowOffs[windowRow] ?? 0;
  const next = plan.rowOffs[windowRow + 1];
  return { rowOff: Math.max(0, top), endRow: next === undefined ? plan.gridHeightPx : Math.min(plan.gridHeightPx, next) };
}

/** The part of a window that lies on the grid; null when none does. */
export function onGrid(plan: WindowPlan, colOff: number, rowOff: number): Window | null {
  const left = Math.max(0, colOff);
  const top = Math.max(0, rowOff);
  const widthPx = Math.min(plan.gridWidthPx, colOff + plan.windowWidthPx) - left;
  const heightPx = Math.min(plan.gridHeightPx, rowOff + plan.windowHeightPx) - top;
  return widthPx > 0 && heightPx > 0 ? { colOff: left, rowOff: top, widthPx, heightPx } : null;
}
