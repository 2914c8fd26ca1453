import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isPixelCrs, pixelCrs } from "@reefline/geo/pixelCrs";
import type { Affine } from "@reefline/schema/grid";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeCog } from "../cog/cogWriter.ts";
import { openFileSource } from "../tiff/fileSource.ts";
import { openGeoTiff } from "../tiff/geotiffRaster.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "reefline-pixels-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("images without a place on Earth", () => {
  it.each<{ transform: Affine }>([{ transform: [1, 0, 0, 0, -1, 0] }, { transform: [2.5, 0, 0, 0, -2.5, 0] }])(
    "a COG of ours comes back on its own pixels: $transform",
    async ({ transform }) => {
      const grid = { crs: pixelCrs, transform, widthPx: 37, heightPx: 23 };
      const path = join(folder, `own-${transform[0]}.tif`);
      const data = Uint8Array.from({ length: 37 * 23 }, (_, i) => i % 251);
      await writeCog(path, {
        grid,
        bandCount: 1,
        sampleType: "uint8",
        nodata: null,
        photometric: "grey",
        hasMask: false,
        overviewResampling: "average",
        rows: async function* () {
          const valid = new Uint8Array(data.length).fill(1);
          const array = { layout: "pixel-interleaved", sampleType: "uint8", bandCount: 1, widthPx: 37, heightPx: 23, data, valid } as const;
          yield { rowOff: 0, heightPx: 23, array };
        },
      });
      const raster = await openGeoTiff(await openFileSource(path));
      expect(raster.grid).toEqual(grid);
      expect((await raster.read({ colOff: 5, rowOff: 7, widthPx: 1, heightPx: 1 })).data[0]).toBe((7 * 37 + 5) % 251);
      await raster.close();
    },
  );

  it("a plain TIFF of another program lies at the corner, one unit a pixel", async () => {
    const path = join(folder, "plain.tif");
    await sharp(Buffer.alloc(19 * 11 * 3, 90), { raw: { width: 19, height: 11, channels: 3 } })
      .tiff({ compression: "none" })
      .toFile(path);
    const raster = await openGeoTiff(await openFileSource(path));
    expect(isPixelCrs(raster.grid.crs)).toBe(true);
    expect(raster.grid).toMatchObject({ transform: [1, 0, 0, 0, -1, 0], widthPx: 19, heightPx: 11 });
    await raster.close();
  });
});
