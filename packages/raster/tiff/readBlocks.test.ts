import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defaultLimits } from "@reefline/schema/defaultLimits";
import { describe, expect, it } from "vitest";
import type { Raster } from "../raster.ts";
import { BlockCache } from "./blockCache.ts";
import { openFileSource } from "./fileSource.ts";
import { openGeoTiff } from "./geotiffRaster.ts";

const folder = fileURLToPath(new URL("../../../tests/golden/rasters/", import.meta.url));

async function openGolden(): Promise<{ name: string; raster: Raster }[]> {
  const opened: { name: string; raster: Raster }[] = [];
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".tif"))) {
    const raster = await openGeoTiff(await openFileSource(folder + name), defaultLimits, new BlockCache(2 ** 24)).catch(() => null);
    if (raster) opened.push({ name, raster });
  }
  return opened;
}

describe("readBlocks", () => {
  it("gives the data of read in parts that fill the window, in rasters of one plain band of bytes only", async () => {
    let plain = 0;
    for (const { name, raster } of await openGolden()) {
      const { widthPx, heightPx } = raster.grid;
      if (raster.sampleType !== "uint8" || raster.bandNames.length !== 1 || raster.maskKind === "alpha")
        expect(raster.readBlocks, name).toBeUndefined();
      if (!raster.readBlocks) {
        await raster.close();
        continue;
      }
      plain++;
      const blockHeightPx = raster.levels[0]?.blockHeightPx ?? 1;
      const windows = [
        { colOff: 0, rowOff: 0, widthPx, heightPx },
        { colOff: 0, rowOff: blockHeightPx, widthPx, heightPx: Math.max(1, heightPx - blockHeightPx) },
        { colOff: 1, rowOff: 2, widthPx: Math.max(1, widthPx - 4), heightPx: Math.max(1, heightPx - 3) },
      ].filter(({ colOff, rowOff, ...size }) => colOff + size.widthPx <= widthPx && rowOff + size.heightPx <= heightPx);
      for (const window of windows) {
        const filled = new Uint8Array(window.widthPx * window.heightPx);
        const times = new Uint8Array(filled.length);
        await raster.readBlocks(window, ({ bytes, rowBytes, ...part }) => {
          for (let row = 0; row < part.heightPx; row++) {
            const at = (part.rowOff + row) * window.widthPx + part.colOff;
            if (bytes) filled.set(bytes.subarray(row * rowBytes, row * rowBytes + part.widthPx), at);
            for (let col = 0; col < part.widthPx; col++) times[at + col] = (times[at + col] ?? 0) + 1;
          }
        });
        expect(filled, name).toEqual((await raster.read(window)).data);
        expect(
          times.every((count) => count === 1),
          name,
        ).toBe(true);
      }
      for (const beyond of [
        { colOff: -1, rowOff: 0, widthPx, heightPx },
        { colOff: 0, rowOff: 1, widthPx, heightPx },
      ])
        await expect(raster.readBlocks(beyond, () => {})).rejects.toThrow(RangeError);
      await raster.close();
    }
    expect(plain).toBeGreaterThan(3);
  });
});
