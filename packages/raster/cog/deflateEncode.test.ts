import { inflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deflateEncoder } from "./deflateEncode.ts";

/** Noise that repeats: what runs, matches near and far, literals and stored blocks are made of. */
function mixed(seed: number, length: number, spread: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed | 1;
  for (let i = 0; i < length; i++) {
    state = Math.imul(state, 1_664_525) + 1_013_904_223;
    const draw = state >>> 8;
    const back = 1 + (draw % 40_000);
    bytes[i] = draw % 5 === 0 && i >= back ? (bytes[i - back] ?? 0) : draw % 7 < 4 && i >= 3 ? (bytes[i - 3] ?? 0) : draw % spread;
  }
  return bytes;
}

describe("deflateEncoder", () => {
  it("is undone by zlib, whatever the bytes, one after the other with the same encoder", () => {
    const encode = deflateEncoder();
    const arbitrary = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc.uint8Array({ maxLength: 2_000, max: 2 }),
      fc
        .record({ seed: fc.integer(), length: fc.integer({ min: 0, max: 120_000 }), spread: fc.integer({ min: 1, max: 256 }) })
        .map(({ seed, length, spread }) => mixed(seed, length, spread)),
    );
    fc.assert(
      fc.property(arbitrary, (bytes) => {
        expect(Buffer.compare(inflateSync(encode(bytes)), bytes)).toBe(0);
      }),
      { numRuns: 150 },
    );
  });

  it("stores what does not compress in no more than a thousandth more", () => {
    const noise = new Uint8Array(300_001);
    for (let i = 0; i < noise.length; i += 65_536) crypto.getRandomValues(noise.subarray(i, i + 65_536));
    const packed = deflateEncoder()(noise);
    expect(packed.length).toBeLessThan(noise.length * 1.001);
    expect(Buffer.compare(inflateSync(packed), noise)).toBe(0);
  });

  it("writes repeats of every length and distance a decoder can meet", () => {
    const encode = deflateEncoder();
    for (const distance of [1, 2, 3, 4, 5, 9, 255, 256, 257, 511, 513, 4_095, 4_097, 24_577, 32_767, 32_768, 32_769]) {
      const bytes = new Uint8Array(distance + 2_000);
      for (let i = 0; i < distance; i++) bytes[i] = (Math.imul(i, 2_654_435) >>> 7) & 255;
      for (let i = distance, length = 3; i < bytes.length; length = (length % 260) + 1, i++) {
        const end = Math.min(bytes.length, i + length);
        for (; i < end; i++) bytes[i] = bytes[i - distance] ?? 0;
        if (i < bytes.length) bytes[i] = length & 255;
      }
      expect(Buffer.compare(inflateSync(encode(bytes)), bytes)).toBe(0);
    }
  });
});
