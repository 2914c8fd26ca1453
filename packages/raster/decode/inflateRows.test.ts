import { constants, deflateSync, inflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inflateRows, inflateRowsBytes } from "./inflateRows.ts";
import { undoDifferencing } from "./predictorDecode.ts";

/** Bytes with long and short repeats, runs and noise, so that every kind of block, code and distance comes up. */
function bytesOf(seed: number, size: number, kind: number): Uint8Array {
  let state = seed + 1;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i++) {
    if (kind === 0) bytes[i] = random() * 256;
    else if (kind === 1) bytes[i] = random() ** 8 * 256;
    else if (kind === 2) bytes[i] = (i % 11) + (random() < 0.02 ? 40 : 0);
    else if (kind === 3) bytes[i] = 0;
    else bytes[i] = random() < 0.7 ? (bytes[Math.max(0, i - 1 - Math.floor(random() ** 4 * 30_000))] ?? 0) : random() * 256;
  }
  return bytes;
}

const strategies = [0, 1, 2, 3, 4];
const streams = fc.record({
  seed: fc.nat(1e9),
  kind: fc.nat(4),
  level: fc.nat(9),
  strategy: fc.constantFrom(...strategies),
  samplesPerPixel: fc.constantFrom(1, 2, 3, 4, 5),
  widthPx: fc.integer({ min: 1, max: 300 }),
  rows: fc.integer({ min: 1, max: 90 }),
});

describe("inflateRows", () => {
  it("gives the rows that zlib and the plain loop give, whichever part is asked for", () => {
    fc.assert(
      fc.property(streams, fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (stream, from, to) => {
        const { samplesPerPixel, widthPx, rows } = stream;
        const rowBytes = samplesPerPixel * widthPx;
        const plain = bytesOf(stream.seed, rowBytes * rows, stream.kind);
        const packed = deflateSync(plain, { level: stream.level, strategy: stream.strategy });
        const endRow = 1 + Math.floor(to * (rows - 1));
        const firstRow = Math.floor(from * (endRow - 1));
        const usedBytes = samplesPerPixel * Math.max(1, Math.floor(widthPx * from));
        const isDifferenced = stream.seed % 2 === 0;
        const got = inflateRows(packed, { rowBytes, firstRow, endRow, usedBytes, samplesPerPixel, isDifferenced });
        if (isDifferenced) undoDifferencing(plain, widthPx, samplesPerPixel);
        expect(got.length).toBe(endRow * rowBytes);
        for (let row = firstRow; row < endRow; row++) {
          const at = row * rowBytes;
          expect(Buffer.compare(got.subarray(at, at + usedBytes), plain.subarray(at, at + usedBytes))).toBe(0);
        }
      }),
      { numRuns: 300, seed: 11 },
    );
  });

  it("gives what zlib gives, refuses what breaks off, and never runs on with damaged data", () => {
    fc.assert(
      fc.property(streams, fc.array(fc.tuple(fc.nat(), fc.nat(7)), { minLength: 1, maxLength: 4 }), fc.nat(), (stream, flips, cut) => {
        const rowBytes = stream.widthPx * 3;
        const plain = bytesOf(stream.seed, rowBytes * stream.rows, stream.kind);
        let packed = deflateSync(plain, { level: stream.level, strategy: stream.strategy });
        // The last four bytes are the checksum, which is not looked at.
        for (const [place, bit] of flips) packed[place % (packed.length - 4)] = (packed[place % (packed.length - 4)] ?? 0) ^ (1 << bit);
        if (cut % 3 === 0) packed = packed.subarray(0, cut % packed.length);
        const all = { rowBytes, firstRow: 0, endRow: stream.rows, usedBytes: rowBytes, samplesPerPixel: 3, isDifferenced: false };
        const ours = outcome(() => Uint8Array.from(inflateRows(packed, all)));
        const theirs = outcome(() => zlibPrefix(packed));
        // Data that are damaged only behind what is wanted are read up to there.
        if (theirs && theirs.length < plain.length) expect(ours).toBe(null);
        else if (theirs) expect(ours && Buffer.compare(ours, theirs.subarray(0, plain.length))).toBe(0);
        else expect([null, plain.length]).toContain(ours?.length ?? null);
      }),
      { numRuns: 400, seed: 12 },
    );
  });

  it("takes what several blocks of data say, stored ones between", () => {
    const parts = [0, 1, 2].map((kind) => bytesOf(kind, 70_000, kind));
    const plain = Buffer.concat(parts);
    for (const level of [0, 1, 9]) {
      const got = inflateRows(deflateSync(plain, { level, memLevel: 1 }), {
        rowBytes: 700,
        firstRow: 0,
        endRow: 300,
        usedBytes: 700,
        samplesPerPixel: 1,
        isDifferenced: false,
      });
      expect(Buffer.compare(got, plain)).toBe(0);
    }
  });

  it("takes no block beyond its limit", () => {
    const wanted = { rowBytes: inflateRowsBytes, firstRow: 0, endRow: 2, usedBytes: 1, samplesPerPixel: 1, isDifferenced: false };
    expect(() => inflateRows(deflateSync(new Uint8Array(9)), wanted)).toThrow(RangeError);
  });
});

function outcome(task: () => Uint8Array): Uint8Array | null {
  try {
    return task();
  } catch (error) {
    if (error instanceof RangeError) throw error;
    return null;
  }
}

/** What zlib makes of the data without their checksum, also where they break off. */
function zlibPrefix(packed: Uint8Array): Uint8Array {
  const head = ((packed[0] ?? 0) << 8) | (packed[1] ?? 0);
  if (packed.length < 3 || head % 31 !== 0 || (head & 0x0f20) !== 0x0800 || head >> 12 > 7) return new Uint8Array(0);
  return inflateRawSync(packed.subarray(2), { finishFlush: constants.Z_SYNC_FLUSH });
}
