import { describe, expect, it } from "vitest";
import { averageByteRow } from "./averageBytes.ts";

/** Whole numbers from 0 to `most`, the same every time. */
function numbers(count: number, most: number, seed: number): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * (most + 1));
  });
}

/** Three weights that make 2048; the last is 0 every third time. */
function weights(seed: number): [number, number, number] {
  const [first = 0, second = 0] = numbers(2, 1024, seed);
  return seed % 3 === 0 ? [first, 2048 - first, 0] : [first, second, 2048 - first - second];
}

describe("averageByteRow", () => {
  it.each([
    [1, 7, null],
    [2, 19, 130],
    [3, 133, null],
    [3, 256, 0],
    [4, 33, 255],
    [5, 61, 127],
  ])("%i bands, %i columns, nodata %s: means by whole numbers", (bandCount, count, nodata) => {
    const start = 11;
    const firsts = Int32Array.from({ length: count }, (_, col) => start + Math.floor(col * 1.97));
    const across = new Int32Array(3 * count);
    for (let col = 0; col < count; col++) across.set(weights(col + 5), 3 * col);
    const length = ((firsts.at(-1) ?? 0) - start + 3) * bandCount;
    for (const seed of [3, 4]) {
      const down = weights(seed);
      const data = Uint8Array.from(numbers(3 * (length + 9), 255, 7 * seed));
      if (nodata !== null) data.fill(nodata, 0, length >> 1);
      const at: [number, number, number] = [2, length + 5, 2 * length + 8];
      const made = averageByteRow(data, { at, weights: down, length }, { firsts, weights: across, start }, bandCount, nodata);
      const wanted = Array.from({ length: count * bandCount }, (_, i) => {
        const col = Math.floor(i / bandCount);
        let sum = 0;
        for (let k = 0; k < 3; k++)
          for (let row = 0; row < 3; row++) {
            const sample = ((firsts[col] ?? 0) - start + k) * bandCount + (i % bandCount);
            sum += (across[3 * col + k] ?? 0) * (down[row] ?? 0) * (data[(at[row] ?? 0) + sample] ?? 0);
          }
        const mean = Math.floor(sum / 2 ** 22 + 0.5);
        return mean !== nodata ? mean : mean === 255 ? 254 : mean + 1;
      });
      expect([...made]).toEqual(wanted);
    }
  });
});
