import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defaultLimits } from "@reefline/schema/limits";
import { describe, expect, it } from "vitest";
import { BlockCache } from "./blockCache.ts";
import { openGeoTiffFile } from "./geotiffFile.ts";

const folder = fileURLToPath(new URL("../../../tests/golden/rasters/", import.meta.url));
const names = readdirSync(folder).filter((name) => name.endsWith(".tif"));

describe("without a cache of blocks, a window holds what it holds with one", () => {
  it.each(names)("%s", async (name) => {
    const [kept, bare] = await Promise.all(
      [64 * 2 ** 20, 0].map((budget) => openGeoTiffFile(folder + name, defaultLimits, new BlockCache(budget))),
    );
    if (!kept || !bare) throw new Error("not opened");
    for (const [level, { widthPx, heightPx, blockWidthPx, blockHeightPx }] of kept.levels.entries()) {
      const windows = [
        { colOff: 0, rowOff: 0, widthPx, heightPx },
        {
          colOff: Math.floor(widthPx / 3),
          rowOff: Math.floor(heightPx / 4),
          widthPx: Math.ceil(widthPx / 5),
          heightPx: Math.ceil(heightPx / 2),
        },
        { colOff: -3, rowOff: heightPx - 2, widthPx: 7, heightPx: 5 },
        { colOff: blockWidthPx - 1, rowOff: blockHeightPx - 1, widthPx: 2, heightPx: 3 },
      ];
      for (const window of windows) {
        if (window.widthPx * window.heightPx * kept.bandNames.length > 4e6) continue;
        const [want, got] = await Promise.all([kept, bare].map((raster) => raster.read(window, { level })));
        expect(got).toEqual(want);
      }
    }
    await Promise.all([kept.close(), bare.close()]);
  });
});
