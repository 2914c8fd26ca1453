import type { Affine } from "@reefline/schema/grid";

export interface ProbabilityBlock {
  readonly colOff: number;
  readonly rowOff: number;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Bytes, 0 = nodata. */
  readonly data: ArrayLike<number>;
}

/**
 * Probability byte (1–255, rounded down to the byte whose threshold it still reaches) at the centre of another grid's pixel: bilinear
 * between the four nearest pixel centres, those without data left out; 0 when none has any. Beyond the outermost centres the nearest counts.
 * @param toBlock pixel coordinates of the other grid → of the probability raster
 */
export function sampleByte(block: ProbabilityBlock, toBlock: Affine, col: number, row: number): number {
  const [a, b, c, d, e, f] = toBlock;
  const x = a * (col + 0.5) + b * (row + 0.5) + c - 0.5 - block.colOff;
  const y = d * (col + 0.5) + e * (row + 0.5) + f - 0.5 - block.rowOff;
  const left = Math.floor(x);
  const top = Math.floor(y);
  const alongX = x - left;
  const alongY = y - top;
  let sum = 0;
  let weights = 0;
  for (let dy = 0; dy < 2; dy++) {
    const sampleRow = Math.min(block.heightPx - 1, Math.max(0, top + dy));
    const weightY = dy === 0 ? 1 - alongY : alongY;
    for (let dx = 0; dx < 2; dx++) {
      const sampleCol = Math.min(block.widthPx - 1, Math.max(0, left + dx));
      const weight = weightY * (dx === 0 ? 1 - alongX : alongX);
      const value = block.data[sampleRow * block.widthPx + sampleCol] ?? 0;
      if (value === 0) continue;
      sum += weight * value;
      weights += weight;
    }
  }
  // The smallest slack keeps a value that is a whole byte from falling below it by rounding.
  return weights === 0 ? 0 : Math.floor(sum / weights + 1e-9);
}

/**
 * Class (1 …) at the centre of another grid's pixel: that of the nearest pixel that has one among the four around it, as `sampleByte` takes
 * those that have a probability; of equally near ones the first in reading order. 0 when none has any.
 */
export function sampleClass(block: ProbabilityBlock, toBlock: Affine, col: number, row: number): number {
  const [a, b, c, d, e, f] = toBlock;
  const x = a * (col + 0.5) + b * (row + 0.5) + c - 0.5 - block.colOff;
  const y = d * (col + 0.5) + e * (row + 0.5) + f - 0.5 - block.rowOff;
  const left = Math.floor(x);
  const top = Math.floor(y);
  let [nearest, chosen] = [Number.POSITIVE_INFINITY, 0];
  for (let dy = 0; dy < 2; dy++) {
    const sampleRow = Math.min(block.heightPx - 1, Math.max(0, top + dy));
    for (let dx = 0; dx < 2; dx++) {
      const sampleCol = Math.min(block.widthPx - 1, Math.max(0, left + dx));
      const value = block.data[sampleRow * block.widthPx + sampleCol] ?? 0;
      const distance = (x - sampleCol) ** 2 + (y - sampleRow) ** 2;
      if (value === 0 || distance >= nearest) continue;
      [nearest, chosen] = [distance, value];
    }
  }
  return chosen;
}
