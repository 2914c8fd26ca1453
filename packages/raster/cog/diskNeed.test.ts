import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RowBlock, writeCog } from "./cogWriter.ts";
import { cogDiskNeedBytes } from "./diskNeed.ts";

const utm = { epsg: 32617, proj4: "+proj=utm +zone=17 +datum=WGS84", kind: "projected", metersPerUnit: 1, name: "UTM zone 17N" } as const;
const grid = { crs: utm, transform: [1, 0, 0, 0, -1, 0], widthPx: 1100, heightPx: 900 } as const;

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "reefline-disk-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Bytes that no compression helps: xorshift noise. */
async function* noise(): AsyncGenerator<RowBlock> {
  const { widthPx, heightPx } = grid;
  let state = 2463534242;
  const data = Uint8Array.from({ length: widthPx * heightPx * 3 }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 255;
  });
  const valid = new Uint8Array(widthPx * heightPx).fill(1);
  yield { rowOff: 0, heightPx, array: { layout: "pixel-interleaved", sampleType: "uint8", bandCount: 3, widthPx, heightPx, data, valid } };
}

describe("cogDiskNeedBytes", () => {
  it("covers what pixels that do not compress leave behind, twice", async () => {
    const path = join(folder, "noise.tif");
    const shared = { grid, bandCount: 3, sampleType: "uint8", photometric: "rgb", hasMask: true, overviewResampling: "average" } as const;
    await writeCog(path, { ...shared, rows: noise() });
    const { size } = await stat(path);
    expect(size).toBeGreaterThan(grid.widthPx * grid.heightPx * 3);
    expect(cogDiskNeedBytes(grid, 3, "uint8")).toBeGreaterThan(2 * size);
    expect(await readdir(folder)).toEqual(["noise.tif"]);
  });

  it("grows with pixels, bands and sample size", () => {
    const big = { ...grid, widthPx: 100_000, heightPx: 80_000 };
    expect(cogDiskNeedBytes(big, 3, "uint8") / 8e9).toBeGreaterThan(8);
    expect(cogDiskNeedBytes(big, 3, "float32") / cogDiskNeedBytes(big, 3, "uint8")).toBeGreaterThan(3.8);
  });
});
