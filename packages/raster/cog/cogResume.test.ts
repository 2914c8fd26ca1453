import { createHash } from "node:crypto";
import { mkdtemp, open, readdir, readFile, rm, stat, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BandCount } from "../statistics/bandStatistics.ts";
import { type RowBlock, writeCog } from "./cogWriter.ts";

const crs = { epsg: 32617, proj4: "+proj=utm +zone=17 +datum=WGS84", kind: "projected", metersPerUnit: 1, name: "UTM zone 17N" } as const;
const grid = { crs, transform: [0.5, 0, 0, 0, -0.5, 0], widthPx: 613, heightPx: 3_301 } as const;
const bandCount = 2;

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "reefline-resume-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let rowsRead = 0;

/** 128 rows at a time from any multiple of 128: what is at a place does not depend on where reading began. */
async function* rowsFrom(firstRow: number): AsyncGenerator<RowBlock> {
  const { widthPx } = grid;
  for (let rowOff = firstRow; rowOff < grid.heightPx; rowOff += 128) {
    const heightPx = Math.min(128, grid.heightPx - rowOff);
    const data = new Uint16Array(widthPx * heightPx * bandCount);
    const valid = new Uint8Array(widthPx * heightPx);
    for (let row = 0; row < heightPx; row++) {
      for (let col = 0; col < widthPx; col++) {
        const at = row * widthPx + col;
        valid[at] = (col - 300) ** 2 + ((rowOff + row - 1_600) / 5) ** 2 < 320 ** 2 ? 1 : 0;
        data[at * bandCount] = (col * 31 + (rowOff + row) * 57 + ((col * (rowOff + row)) >> 7)) & 4_095;
        data[at * bandCount + 1] = 60_000 - (rowOff + row) * 3 + (col % 13);
      }
    }
    rowsRead += heightPx;
    yield { rowOff, heightPx, array: { layout: "pixel-interleaved", sampleType: "uint16", bandCount, widthPx, heightPx, data, valid } };
  }
}

interface Attempt {
  readonly name: string;
  readonly key?: string;
  readonly stopAt?: number;
  readonly threads?: number;
}

async function write({ name, key = "this survey", stopAt = 2, threads = 0 }: Attempt): Promise<{ resumedRows: number; counts: unknown }> {
  const stop = new AbortController();
  const { resumedRows, counts } = await writeCog(join(folder, `${name}.tif`), {
    grid,
    bandCount,
    sampleType: "uint16",
    photometric: "grey",
    hasMask: true,
    overviewResampling: "average",
    rows: rowsFrom,
    withStatistics: true,
    threads,
    resume: { folder: partsOf(name), key, checkpointSeconds: 0 },
    signal: stop.signal,
    onProgress: (fraction) => {
      if (fraction >= stopAt) stop.abort();
    },
  });
  return { resumedRows, counts: counts?.map((count) => rounded(count)) };
}

/** Sums of parts may differ in the last bits from the sum of all. */
const rounded = (count: BandCount | null) =>
  count && { ...count, mean: count.mean.toPrecision(10), squares: count.squares.toPrecision(10) };
const partsOf = (name: string) => join(folder, `${name}.parts`);
const digest = async (name: string) =>
  createHash("sha256")
    .update(await readFile(join(folder, `${name}.tif`)))
    .digest("hex");

describe("writeCog, resumed", () => {
  it("gives the same bytes and the same counts wherever it was stopped, in threads or not", async () => {
    const whole = await write({ name: "whole", threads: 2 });
    expect(whole.resumedRows).toBe(0);
    let resumed = 0;
    for (const stopAt of [0.1, 0.52, 0.8, 0.96]) {
      const name = `stopped-${stopAt}`;
      await expect(write({ name, stopAt })).rejects.toMatchObject({ kind: "cancelled" });
      const before = rowsRead;
      const again = await write({ name });
      expect(again.counts).toEqual(whole.counts);
      expect(await digest(name)).toBe(await digest("whole"));
      expect(rowsRead - before).toBe(grid.heightPx - again.resumedRows);
      expect(await readdir(folder)).not.toContain(`${name}.parts`);
      if (again.resumedRows > 0) resumed++;
    }
    expect(resumed).toBe(3);
  });

  it("does a part again that was cut short, changed or lost, and what came after it", async () => {
    await write({ name: "sound" });
    const damages: [string, (path: string) => Promise<void>][] = [
      ["part-0002.level-0", async (path) => truncate(path, (await stat(path)).size - 1)],
      ["part-0001.level-1", (path) => flipByte(path)],
      ["part-0003.state", (path) => flipByte(path)],
      ["part-0000.level-0", (path) => rm(path)],
      ["part-0002.json", (path) => truncate(path, 40)],
    ];
    for (const [file, damage] of damages) {
      const name = `damaged-${file}`;
      await expect(write({ name, stopAt: 0.75 })).rejects.toMatchObject({ kind: "cancelled" });
      await damage(join(partsOf(name), file));
      const { resumedRows } = await write({ name });
      // Parts are one band of 512 rows each here; the one before the damaged is the last that counts.
      expect(resumedRows).toBe(512 * Number(file.slice(5, 9)));
      expect(await digest(name)).toBe(await digest("sound"));
    }
  });

  it("begins anew with another source or other settings", async () => {
    await expect(write({ name: "other", stopAt: 0.5 })).rejects.toMatchObject({ kind: "cancelled" });
    expect((await write({ name: "other", key: "another survey" })).resumedRows).toBe(0);
  });
});

async function flipByte(path: string): Promise<void> {
  const file = await open(path, "r+");
  const { size } = await file.stat();
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, size >> 1);
  byte[0] = (byte[0] ?? 0) ^ 1;
  await file.write(byte, 0, 1, size >> 1);
  await file.close();
}
