import { describe, expect, it } from "vitest";
import { unpackBits } from "../decode/bitUnpack.ts";
import { mergeReads } from "./blockLoader.ts";
import { DecodeGate } from "./decodeGate.ts";
import type { NumberList } from "./guard.ts";
import { stripParts } from "./stripParts.ts";

describe("packed samples", () => {
  it.each([1, 2, 3, 4, 5, 7, 9, 11, 12, 15, 17, 20, 31])("of %i bits, rows padded to whole bytes", (bits) => {
    const rowSamples = 13;
    const rows = 3;
    const rowBytes = Math.ceil((rowSamples * bits) / 8);
    const packed = new Uint8Array(rowBytes * rows);
    const want: number[] = [];
    for (let row = 0; row < rows; row++) {
      const text = Array.from({ length: rowSamples }, (_, i) => {
        const value = ((row * 31 + i) * 2_654_435_761) % 2 ** bits;
        want.push(value);
        return value.toString(2).padStart(bits, "0");
      })
        .join("")
        .padEnd(rowBytes * 8, "1");
      for (let i = 0; i < rowBytes; i++) packed[row * rowBytes + i] = Number.parseInt(text.slice(i * 8, i * 8 + 8), 2);
    }
    expect(Array.from(unpackBits(packed, bits, rowSamples, rows))).toEqual(want);
  });
});

function list(values: readonly number[]): NumberList {
  return { length: values.length, at: async (index) => values[index] ?? 0, peek: (index) => values[index] };
}

describe("parts of large strips", () => {
  const rowBytes = 300_000;

  it("leaves small strips alone", () => {
    expect(stripParts({ rowBytes: 1000, heightPx: 5000, stripHeightPx: 64 })).toBeNull();
  });

  it("of one strip follow each other and end with the image", async () => {
    const parts = stripParts({ rowBytes, heightPx: 10, stripHeightPx: 10 });
    expect(parts?.heightPx).toBe(3);
    const offsets = parts!.offsets(list([5000]));
    const counts = parts!.byteCounts(list([rowBytes * 10]));
    expect(offsets.length).toBe(4);
    expect(await Promise.all([0, 1, 2, 3].map((i) => offsets.at(i)))).toEqual([0, 3, 6, 9].map((row) => 5000 + row * rowBytes));
    expect([0, 1, 2, 3].map((i) => counts.peek(i))).toEqual([3, 3, 3, 1].map((rows) => rows * rowBytes));
  });

  it("of several strips in two planes stay within their strip; a strip that is not stored has none that are", () => {
    // 22 rows in strips of 8: 8, 8, 6; parts of 2 rows, as 3 does not divide 8.
    const parts = stripParts({ rowBytes, heightPx: 22, stripHeightPx: 8 });
    expect(parts?.heightPx).toBe(2);
    const strips = [1e8, 2e8, 0, 4e8, 5e8, 6e8];
    const offsets = parts!.offsets(list(strips));
    expect(offsets.length).toBe(22);
    expect([0, 3, 4, 8, 10].map((row) => offsets.peek(row))).toEqual([1e8, 1e8 + 6 * rowBytes, 2e8, 0, 0]);
    expect([11, 15, 21].map((row) => offsets.peek(row))).toEqual([4e8, 5e8, 6e8 + 4 * rowBytes]);
  });

  it("of a strip that is stored too short are too short themselves", () => {
    const counts = stripParts({ rowBytes, heightPx: 10, stripHeightPx: 10 })!.byteCounts(list([rowBytes * 4]));
    expect([0, 1, 2].map((i) => counts.peek(i))).toEqual([3 * rowBytes, rowBytes, 0]);
  });
});

describe("merged reads", () => {
  const blocks = (places: [number, number][]) => places.map(([offset, length], index) => ({ index, place: { offset, length } }));

  it("put neighbours together in the order of the file, across small gaps, up to a size", () => {
    const groups = mergeReads(
      blocks([
        [9_000_000, 100],
        [1000, 500],
        [1508, 500],
        [40_000, 500],
        [200_000, 500],
      ]),
    );
    expect(groups.map(({ start, end, blocks: inside }) => [start, end, inside.map(({ index }) => index)])).toEqual([
      [1000, 40_500, [1, 2, 3]],
      [200_000, 200_500, [4]],
      [9_000_000, 9_000_100, [0]],
    ]);
    const large = mergeReads(blocks(Array.from({ length: 9 }, (_, i) => [i * 1_000_000, 1_000_000])));
    expect(large.map(({ blocks: inside }) => inside.length)).toEqual([4, 4, 1]);
  });

  it("share what overlaps", () => {
    const groups = mergeReads(
      blocks([
        [100, 1000],
        [100, 1000],
        [600, 100],
      ]),
    );
    expect(groups).toHaveLength(1);
    expect([groups[0]?.start, groups[0]?.end]).toEqual([100, 1100]);
  });
});

describe("the gate before decoders", () => {
  it("lets in what the budget holds, the rest in turn, and one that is larger than it alone", async () => {
    const gate = new DecodeGate(100, 3);
    const log: string[] = [];
    const done = new Map<string, () => void>();
    const enter = (name: string, bytes: number) =>
      gate.pass(bytes, async () => {
        log.push(name);
        await new Promise<void>((resolve) => done.set(name, resolve));
      });
    const tick = () => new Promise((resolve) => setImmediate(resolve));
    const all = [enter("a", 60), enter("b", 50), enter("huge", 1000), enter("c", 1)];
    await tick();
    // c would fit, but comes after those that wait.
    expect(log).toEqual(["a"]);
    done.get("a")?.();
    await tick();
    expect(log).toEqual(["a", "b"]);
    done.get("b")?.();
    await tick();
    expect(log).toEqual(["a", "b", "huge"]);
    done.get("huge")?.();
    await tick();
    done.get("c")?.();
    await Promise.all(all);
    expect(log).toEqual(["a", "b", "huge", "c"]);
  });

  it("is left by work that fails", async () => {
    const gate = new DecodeGate(10, 1);
    await expect(gate.pass(10, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(await gate.pass(10, async () => 7)).toBe(7);
  });
});
