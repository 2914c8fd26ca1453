import { inflateSync } from "node:zlib";
import type { SampleType } from "@reefline/schema/survey";
import { describe, expect, it } from "vitest";
import { newSamples } from "../decode/newSamples.ts";
import { countBlock } from "../statistics/bandStatistics.ts";
import { encodePredictor } from "./predictorEncode.ts";
import { tileSamples } from "./tileSamples.ts";

const kinds: [SampleType, (draw: number, i: number) => number][] = [
  ["uint8", (draw) => draw % 251],
  ["uint16", (draw, i) => 700 + (draw % 60_000) - (i % 13)],
  ["int16", (draw) => (draw % 60_000) - 30_000],
  ["uint32", (draw) => draw],
  ["int32", (draw) => draw - 2 ** 30],
  ["float32", (draw, i) => (draw % 90_001) / 977 - 40 + i * 1e-4],
  ["float64", (draw) => draw / 7e5 - 1_000],
];

describe("tileSamples", () => {
  it.each(kinds)(
    "predicts, deflates and counts %s as the plain code does, of any bands, one tile after the other",
    (sampleType, sampleOf) => {
      for (const [bandCount, tilePx] of [
        [1, 64],
        [3, 20],
        [4, 33],
        [7, 10],
      ] as const) {
        const tiles = tileSamples({ sampleType, bandCount, tilePx });
        let state = 77;
        for (let round = 0; round < 2; round++) {
          const length = tilePx * tilePx * bandCount;
          const values = newSamples(sampleType, length);
          for (let i = 0; i < length; i++) {
            state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
            values[i] = sampleOf(state >>> 1, i);
          }
          tiles.begin().set(values);
          const widthPx = tilePx - round * 3;
          const heightPx = tilePx - 2;
          const allValid = round === 0;
          const valid = Uint8Array.from({ length: tilePx * tilePx }, (_, pixel) => (allValid || pixel % 7 > 2 ? 1 : 0));
          const counts = tiles.count(widthPx, heightPx, allValid ? null : { bytes: valid, offset: 0, pitch: tilePx });
          const plain = countBlock({ data: values, valid, bandCount, pitchPx: tilePx, offsetPx: 0, widthPx, heightPx, allValid });
          expect(counts === null).toBe(["uint8", "uint32", "int32", "float64"].includes(sampleType));
          counts?.forEach((count, band) => {
            const { mean, squares, ...exact } = plain[band] ?? { mean: 0, squares: 0 };
            expect(count).toMatchObject(exact);
            expect(Math.abs(count.mean - mean)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(mean)));
            expect(Math.abs(count.squares / squares - 1)).toBeLessThan(1e-11);
          });
          expect(Buffer.compare(inflateSync(tiles.encode()), encodePredictor(values, tilePx, bandCount))).toBe(0);
        }
      }
    },
  );

  it("counts a band that does not vary", () => {
    const tiles = tileSamples({ sampleType: "float32", bandCount: 2, tilePx: 16 });
    tiles.begin().fill(-3.5);
    expect(tiles.count(15, 7, null)?.[1]).toMatchObject({ count: 105, min: -3.5, max: -3.5, mean: -3.5, squares: 0 });
  });
});
