import type { BoundaryCounts } from "@reefline/schema/evaluation";

/** Masks of a window, row by row, with rows and columns around the part that is counted, so that what lies just outside it is seen. */
export interface BoundaryWindow {
  readonly widthPx: number;
  readonly heightPx: number;
  /** 1 where the ground counts. */
  readonly counted: Uint8Array;
  readonly labelled: Uint8Array;
  readonly predicted: Uint8Array;
  /** The part whose outlines are counted here; neighbours' windows count theirs. */
  readonly inner: { readonly colOff: number; readonly rowOff: number; readonly widthPx: number; readonly heightPx: number };
}

/**
 * Counts for the boundary F1 measure (Martin, Fowlkes & Malik 2004; Csurka et al. 2013): a pixel lies on an outline when it is reef and
 * counted, and one of its four neighbours is counted and not reef; so where the counted ground ends there is no outline. It is near when
 * the centre of a pixel of the other outline lies within the tolerance.
 * @param toleranceMeters between pixel centres
 * @param pixelMeters width and height of a pixel
 */
export function countBoundary(
  window: BoundaryWindow,
  toleranceMeters: number,
  pixelMeters: { readonly colMeters: number; readonly rowMeters: number },
): BoundaryCounts {
  const labelled = outlineOf(window.labelled, window);
  const predicted = outlineOf(window.predicted, window);
  const reach = toleranceMeters * (1 + 1e-9);
  const [labelledPx, labelledNear] = countNear(labelled, predicted, window, reach, pixelMeters);
  const [predictedPx, predictedNear] = countNear(predicted, labelled, window, reach, pixelMeters);
  return { predicted: predictedPx, predictedNear, labelled: labelledPx, labelledNear };
}

/** Rows, or columns, that must surround the counted part for a tolerance: one more than it reaches, for the neighbours. */
export function boundaryMarginPx(toleranceMeters: number, pixelMeters: number): number {
  return Math.floor((toleranceMeters * (1 + 1e-9)) / pixelMeters) + 1;
}

function outlineOf(mask: Uint8Array, { counted, widthPx, heightPx }: BoundaryWindow): Uint8Array {
  const outline = new Uint8Array(mask.length);
  const isEmpty = (at: number) => counted[at] === 1 && mask[at] !== 1;
  for (let row = 0; row < heightPx; row++) {
    for (let col = 0; col < widthPx; col++) {
      const at = row * widthPx + col;
      if (mask[at] !== 1 || counted[at] !== 1) continue;
      if (
        (col > 0 && isEmpty(at - 1)) ||
        (col + 1 < widthPx && isEmpty(at + 1)) ||
        (row > 0 && isEmpty(at - widthPx)) ||
        (row + 1 < heightPx && isEmpty(at + widthPx))
      )
        outline[at] = 1;
    }
  }
  return outline;
}

/** How many pixels of one outline there are in the inner part, and how many of them are near the other outline. */
function countNear(
  of: Uint8Array,
  other: Uint8Array,
  { widthPx, heightPx, inner }: BoundaryWindow,
  reach: number,
  { colMeters, rowMeters }: { readonly colMeters: number; readonly rowMeters: number },
): [number, number] {
  if (!of.includes(1)) return [0, 0];
  const alongRow = distancesAlongRows(other, widthPx);
  const rows = Math.floor(reach / rowMeters);
  let [count, near] = [0, 0];
  for (let row = inner.rowOff; row < inner.rowOff + inner.heightPx; row++) {
    for (let col = inner.colOff; col < inner.colOff + inner.widthPx; col++) {
      if (of[row * widthPx + col] !== 1) continue;
      count++;
      for (let up = Math.max(-rows, -row); up <= Math.min(rows, heightPx - 1 - row); up++) {
        const across = (alongRow[(row + up) * widthPx + col] ?? Infinity) * colMeters;
        if (across * across + (up * rowMeters) ** 2 > reach * reach) continue;
        near++;
        break;
      }
    }
  }
  return [count, near];
}

/** To the nearest set pixel of the same row, in pixels; infinite where the row has none. */
function distancesAlongRows(mask: Uint8Array, widthPx: number): Float32Array {
  const distances = new Float32Array(mask.length);
  for (let start = 0; start < mask.length; start += widthPx) {
    let since = Infinity;
    for (let at = start; at < start + widthPx; at++) {
      since = mask[at] === 1 ? 0 : since + 1;
      distances[at] = since;
    }
    since = Infinity;
    for (let at = start + widthPx - 1; at >= start; at--) {
      since = mask[at] === 1 ? 0 : since + 1;
      distances[at] = Math.min(distances[at] ?? Infinity, since);
    }
  }
  return distances;
}
