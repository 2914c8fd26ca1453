import { describe, expect, it } from "vitest";
import { averageByteRow, averageWideRow } from "./averageRow.ts";

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

describe("averageWideRow", () => {
  const kinds = [
    [Uint16Array, 65_535, 0],
    [Int16Array, 65_535, 32_768],
    [Float32Array, 90_000, 45_000],
  ] as const;
  it.each(kinds)("%o: means by plain sums", (Kind, most, less) => {
    for (const [bandCount, count, nodata] of [
      [1, 9, null],
      [4, 130, 7],
      [3, 41, 1200],
    ] as const) {
      const firsts = Int32Array.from({ length: count }, (_, col) => 5 + Math.floor(col * 1.95));
      const across = new Float64Array(3 * count);
      for (let col = 0; col < count; col++)
        across.set(
          weights(col + 2).map((weight) => weight / 1111),
          3 * col,
        );
      const length = ((firsts.at(-1) ?? 0) - 5 + 3) * bandCount;
      const down = weights(bandCount).map((weight) => weight / 999) as [number, number, number];
      const data = Kind.from(numbers(3 * length + 20, most, count).map((value) => value - less));
      if (nodata !== null) data.fill(nodata, 0, length >> 2);
      const at: [number, number, number] = [1, length + 4, 2 * length + 9];
      const made = averageWideRow<Uint16Array | Int16Array | Float32Array>(
        data,
        { at, weights: down, length },
        { firsts, weights: across, start: 5 },
        bandCount,
        nodata,
      );
      const means = Array.from({ length: count * bandCount }, (_, i) => {
        const col = Math.floor(i / bandCount);
        const sums = [0, 1, 2].map((k) => {
          const sample = ((firsts[col] ?? 0) - 5 + k) * bandCount + (i % bandCount);
          const upper = down[0] * (data[at[0] + sample] ?? 0) + down[1] * (data[at[1] + sample] ?? 0);
          return down[2] === 0 ? upper : upper + down[2] * (data[at[2] + sample] ?? 0);
        });
        const [c0 = 0, c1 = 0, c2 = 0] = across.subarray(3 * col, 3 * col + 3);
        const per = 1 / (down[0] + down[1] + down[2]) / (c0 + c1 + c2);
        const mean = (c0 * (sums[0] ?? 0) + c1 * (sums[1] ?? 0) + c2 * (sums[2] ?? 0)) * per;
        const value = Kind === Float32Array ? mean : Math.floor(mean + 0.5 + 1e-9);
        return value === nodata ? value + 1 : value;
      });
      expect(made).toEqual(Kind.from(means));
    }
  });
});
