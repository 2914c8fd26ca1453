import { WEIGHT_ONE } from "./blendWeights.ts";

const PROBABILITY_ONE = 65_535;
const FULL = WEIGHT_ONE * WEIGHT_ONE * PROBABILITY_ONE;

/**
 * Weighted sums of overlapping windows over a few rows of the grid. Fixed point in 32 bits (16 for the probability, 14 for the weight):
 * sums are exact, so the result depends neither on the order of windows nor on how rows are grouped into swaths.
 */
export class BlendBuffer {
  private readonly sums: Int32Array;
  private readonly measured: Uint8Array;
  /** First row of the grid that the buffer holds. */
  private topRow = 0;

  constructor(
    private readonly widthPx: number,
    private readonly capacityRows: number,
  ) {
    this.sums = new Int32Array(widthPx * capacityRows);
    this.measured = new Uint8Array(widthPx * capacityRows);
  }

  /** Forgets everything; the next window starts at or below `topRow`. */
  reset(topRow: number): void {
    this.sums.fill(0);
    this.measured.fill(0);
    this.topRow = topRow;
  }

  /**
   * Adds one window.
   * @param probability 0–1, row by row, `colWeights.length` wide
   * @param valid 1 where the pixel was measured
   */
  add(
    window: { colOff: number; rowOff: number },
    probability: Float32Array,
    valid: Uint8Array,
    colWeights: Int32Array,
    rowWeights: Int32Array,
  ): void {
    const { widthPx, sums, measured } = this;
    const windowWidth = colWeights.length;
    const firstCol = Math.max(0, -window.colOff);
    const lastCol = Math.min(windowWidth, widthPx - window.colOff);
    const firstRow = Math.max(0, this.topRow - window.rowOff);
    const lastRow = Math.min(rowWeights.length, this.topRow + this.capacityRows - window.rowOff);
    for (let row = firstRow; row < lastRow; row++) {
      const rowWeight = rowWeights[row] ?? 0;
      const target = (window.rowOff + row - this.topRow) * widthPx + window.colOff;
      const source = row * windowWidth;
      for (let col = firstCol; col < lastCol; col++) {
        if (valid[source + col] !== 1) continue;
        const fixed = ((probability[source + col] ?? 0) * PROBABILITY_ONE + 0.5) | 0;
        sums[target + col] = (sums[target + col] ?? 0) + rowWeight * (colWeights[col] ?? 0) * fixed;
        measured[target + col] = 1;
      }
    }
  }

  /**
   * Takes the finished rows from the top down to `endRow` as bytes (0 = nodata, else 1 + 254 p) and moves on.
   * @param area 1 where ground is asked for, row by row from the buffer's top; null: everywhere
   */
  take(endRow: number, area: Uint8Array | null): Uint8Array {
    const { widthPx, sums, measured } = this;
    const rows = endRow - this.topRow;
    const count = rows * widthPx;
    const bytes = new Uint8Array(count);
    for (let i = 0; i < count; i++) {
      if (measured[i] === 1 && (area === null || area[i] === 1)) bytes[i] = 1 + Math.floor(((sums[i] ?? 0) * 254) / FULL + 0.5);
    }
    sums.copyWithin(0, count);
    measured.copyWithin(0, count);
    sums.fill(0, sums.length - count);
    measured.fill(0, measured.length - count);
    this.topRow = endRow;
    return bytes;
  }
}
