import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { undoDifferencing, undoFloatPredictor } from "../decode/predictorDecode.ts";
import { encodePredictor } from "./predictorEncode.ts";

const makers = [
  (bytes: Uint8Array<ArrayBuffer>) => bytes,
  (bytes: Uint8Array<ArrayBuffer>) => new Uint16Array(bytes.buffer),
  (bytes: Uint8Array<ArrayBuffer>) => new Uint32Array(bytes.buffer),
];

describe("encodePredictor", () => {
  it("is undone by the decoder for any samples, bands and width", () => {
    const arbitrary = fc.record({
      maker: fc.constantFrom(...makers),
      widthPx: fc.integer({ min: 1, max: 21 }),
      bandCount: fc.integer({ min: 1, max: 9 }),
      rows: fc.integer({ min: 1, max: 5 }),
      seed: fc.integer(),
    });
    fc.assert(
      fc.property(arbitrary, ({ maker, widthPx, bandCount, rows, seed }) => {
        const size = maker(new Uint8Array(8)).BYTES_PER_ELEMENT;
        let state = seed;
        const bytes = Uint8Array.from({ length: widthPx * bandCount * rows * size }, () => {
          state = Math.imul(state, 1_664_525) + 1_013_904_223;
          return state >>> 24;
        });
        const encoded = encodePredictor(maker(bytes.slice()), widthPx, bandCount);
        const samples = maker(encoded.slice());
        undoDifferencing(samples, widthPx, bandCount);
        expect(new Uint8Array(samples.buffer)).toEqual(bytes);
      }),
      { numRuns: 300 },
    );
  });

  it("orders the bytes of floats by significance, and is undone by the decoder", () => {
    for (const [bandCount, widthPx] of [
      [1, 16],
      [3, 5],
      [2, 7],
    ] as const) {
      const floats = Float32Array.from({ length: widthPx * bandCount * 3 }, (_, i) => Math.sin(i) * 10 ** ((i % 11) - 5));
      const encoded = encodePredictor(floats.slice(), widthPx, bandCount);
      expect(new Float32Array(undoFloatPredictor(encoded, widthPx, bandCount, 4).buffer)).toEqual(floats);
    }
  });
});
