import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { firstEmpty, firstFilled } from "./byteSearch.ts";

const indexOr = (index: number, end: number) => (index < 0 ? end : index);

describe("firstFilled and firstEmpty", () => {
  it("find what a search byte by byte finds, wherever the bytes lie in their buffer", () => {
    const bytes = fc.array(fc.tuple(fc.constantFrom(0, 0, 1, 127, 128, 255), fc.integer({ min: 1, max: 23 })), {
      minLength: 1,
      maxLength: 9,
    });
    fc.assert(
      fc.property(bytes, fc.nat(7), fc.nat(5), fc.nat(60), fc.nat(60), (runs, base, beyond, a, b) => {
        const values = runs.flatMap(([value, count]) => Array<number>(count).fill(value));
        const buffer = Uint8Array.from([...Array<number>(base).fill(9), ...values, ...Array<number>(beyond).fill(0)]).buffer;
        const data = new Uint8Array(buffer, base, values.length);
        const words = new Int32Array(buffer, 0, buffer.byteLength >> 2);
        const [from, end] = [Math.min(a, b), Math.max(a, b)].map((place) => Math.min(place, values.length)) as [number, number];
        const within = values.slice(0, end);
        expect(firstFilled(data, words, base, from, end)).toBe(
          indexOr(
            within.findIndex((v, i) => i >= from && v !== 0),
            end,
          ),
        );
        expect(firstEmpty(data, words, base, from, end)).toBe(
          indexOr(
            within.findIndex((v, i) => i >= from && v === 0),
            end,
          ),
        );
      }),
      { numRuns: 3000 },
    );
  });
});
