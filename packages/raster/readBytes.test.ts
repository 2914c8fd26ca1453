import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defaultLimits } from "@reefline/schema/defaultLimits";
import { describe, expect, it } from "vitest";
import { BlockCache } from "./blockCache.ts";
import { openFileSource } from "./fileSource.ts";
import { openGeoTiff } from "./geotiffRaster.ts";
import type { Raster } from "./raster.ts";

const folder = fileURLToPath(new URL("../../tests/golden/rasters/", import.meta.url));

async function openGolden(): Promise<{ name: string; raster: Raster }[]> {
  const opened: { name: string; raster: Raster }[] = [];
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".tif"))) {
    const raster = await openGeoTiff(await openFileSource(folder + name), defaultLimits, new BlockCache(2 ** 24)).catch(() => null);
    if (raster) opened.push({ name, raster });
  }
  return opened;
}

describe("readBytes", () => {
  it("gives the data of read into memory that held something else, in rasters of one plain band of bytes only", async () => {
    let plain = 0;
    for (const { name, raster } of await openGolden()) {
      const { widthPx, heightPx } = raster.grid;
      if (raster.sampleType !== "uint8" || raster.bandNames.length !== 1 || raster.maskKind === "alpha")
        expect(raster.readBytes, name).toBeUndefined();
      if (!raster.readBytes) {
        await raster.close();
        continue;
      }
      plain++;
      const blockHeightPx = raster.levels[0]?.blockHeightPx ?? 1;
      const windows = [
        { colOff: 0, rowOff: 0, widthPx, heightPx },
        { colOff: 0, rowOff: blockHeightPx, widthPx, heightPx: Math.max(1, heightPx - blockHeightPx) },
        { colOff: 1, rowOff: 2, widthPx: Math.max(1, widthPx - 4), heightPx: Math.max(1, heightPx - 3) },
        { colOff: -3, rowOff: -1, widthPx: widthPx + 5, heightPx: heightPx + 4 },
      ];
      for (const window of windows) {
        const pixels = window.widthPx * window.heightPx;
        const into = new Uint8Array(pixels + 3).fill(77);
        await raster.readBytes(window, into);
        expect(into.subarray(0, pixels), name).toEqual((await raster.read(window)).data);
        expect([...into.subarray(pixels)]).toEqual([77, 77, 77]);
      }
      await expect(raster.readBytes({ colOff: 0, rowOff: 0, widthPx, heightPx }, new Uint8Array(1))).rejects.toThrow(RangeError);
      await raster.close();
    }
    expect(plain).toBeGreaterThan(3);
  });
});
