import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defaultLimits } from "@reefline/schema/limits";
import { afterAll, describe, expect, it } from "vitest";
import { BlockCache } from "./blockCache.ts";
import { openFileSource } from "./fileSource.ts";
import { hasFilesBeside, openGeoTiffFile } from "./geotiffFile.ts";
import { openGeoTiff } from "./geotiffRaster.ts";
import type { Source } from "./source.ts";

const golden = (name: string) => fileURLToPath(new URL(`../../../tests/golden/rasters/${name}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "reefline-reader-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The file as a source that notes what is read of it. */
async function watched(name: string): Promise<Source & { reads: { offset: number; length: number }[] }> {
  const source = await openFileSource(golden(name));
  const reads: { offset: number; length: number }[] = [];
  return {
    sizeBytes: source.sizeBytes,
    reads,
    read: (offset, length, signal) => {
      reads.push({ offset, length });
      return source.read(offset, length, signal);
    },
    close: () => source.close(),
  };
}

describe("reading blocks", () => {
  it("asks the file once for blocks that lie together", async () => {
    const source = await watched("u8-rgb-lzma-tiled.tif");
    const raster = await openGeoTiff(source, defaultLimits, new BlockCache(2 ** 24));
    const before = source.reads.length;
    const { widthPx, heightPx } = raster.grid;
    await raster.read({ colOff: 0, rowOff: 0, widthPx, heightPx });
    // Two tiles across and three down.
    expect(source.reads.length - before).toBe(1);
    await raster.read({ colOff: 7, rowOff: 11, widthPx: 20, heightPx: 13 });
    expect(source.reads.length - before).toBe(1);
    await raster.close();
  });

  it("decodes a block once for readers that want it at the same time", async () => {
    const source = await watched("u8-rgb-zstd-predictor2-tiled.tif");
    const raster = await openGeoTiff(source, defaultLimits, new BlockCache(2 ** 24));
    const before = source.reads.length;
    const window = { colOff: 3, rowOff: 5, widthPx: 37, heightPx: 21 };
    const all = await Promise.all(Array.from({ length: 5 }, () => raster.read(window)));
    expect(source.reads.length - before).toBe(1);
    for (const one of all) expect(one.data).toEqual(all[0]?.data);
    // What readers get is theirs: writing to it changes nothing for others.
    all[0]?.data.fill(1);
    expect((await raster.read(window)).data).toEqual(all[1]?.data);
    await raster.close();
  });

  it("stops between blocks when told to, and other readers of the same blocks are not disturbed", async () => {
    const raster = await openGeoTiff(await openFileSource(golden("u8-rgb-mask-overviews.tif")), defaultLimits, new BlockCache(2 ** 24));
    const { widthPx, heightPx } = raster.grid;
    const whole = { colOff: 0, rowOff: 0, widthPx, heightPx };
    const stop = new AbortController();
    const told = raster.read(whole, { signal: stop.signal });
    const other = raster.read(whole);
    stop.abort();
    await expect(told).rejects.toMatchObject({ code: "raster/cancelled" });
    expect((await other).data).toEqual((await raster.read(whole)).data);
    await expect(raster.read(whole, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "raster/cancelled" });
    await raster.close();
  });

  it("refuses bands and levels that are not there, of palettes as well", async () => {
    const raster = await openGeoTiff(await openFileSource(golden("u8-palette-overviews.tif")));
    const window = { colOff: 1, rowOff: 2, widthPx: 9, heightPx: 5 };
    expect(raster.bandNames).toEqual(["red", "green", "blue"]);
    const all = await raster.read(window);
    const two = await raster.read(window, { bands: [2, 0] });
    for (let i = 0; i < all.valid.length; i++) {
      expect([two.data[i * 2], two.data[i * 2 + 1]]).toEqual([all.data[i * 3 + 2], all.data[i * 3]]);
    }
    await expect(raster.read(window, { bands: [3] })).rejects.toThrow(/no band 3/);
    await expect(raster.read(window, { level: 2 })).rejects.toThrow(/no level 2/);
    await raster.close();
  });
});

describe("files beside an image", () => {
  it("are found by its path; without them there is neither mask nor overview", async () => {
    const name = "u8-rgb-beside.tif";
    expect(await hasFilesBeside(golden(name))).toBe(true);
    const raster = await openGeoTiffFile(golden(name));
    expect([raster.maskKind, raster.levels.length]).toEqual(["internal", 3]);
    await raster.close();
    const alone = join(folder, name);
    copyFileSync(golden(name), alone);
    expect(await hasFilesBeside(alone)).toBe(false);
    const bare = await openGeoTiffFile(alone);
    expect([bare.maskKind, bare.levels.length]).toEqual(["none", 1]);
    await bare.close();
  });

  it("that belong to another image are not taken for its own", async () => {
    const alone = join(folder, "other.tif");
    copyFileSync(golden("u8-rgb-zstd-predictor2-tiled.tif"), alone);
    copyFileSync(golden("u8-rgb-beside.tif.ovr"), `${alone}.ovr`);
    copyFileSync(golden("u8-rgb-beside.tif.msk"), `${alone}.msk`);
    const raster = await openGeoTiffFile(alone);
    expect([raster.maskKind, raster.levels.length]).toEqual(["none", 1]);
    await raster.close();
  });
});
