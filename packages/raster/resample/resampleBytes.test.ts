import { fileURLToPath } from "node:url";
import { scaleAffine } from "@reefline/geo/affine";
import type { Grid } from "@reefline/schema/grid";
import { describe, expect, it } from "vitest";
import type { Raster } from "../raster.ts";
import { openFileSource } from "../tiff/fileSource.ts";
import { openGeoTiff } from "../tiff/geotiffRaster.ts";
import { readScaled } from "./readScaled.ts";

const golden = new URL("../../../tests/golden/rasters/", import.meta.url);
const open = async (name: string): Promise<Raster> => openGeoTiff(await openFileSource(fileURLToPath(new URL(name, golden))));

function scaled(grid: Grid, colFactor: number, rowFactor: number): Grid {
  const [widthPx, heightPx] = [Math.ceil(grid.widthPx / colFactor), Math.ceil(grid.heightPx / rowFactor)];
  return { crs: grid.crs, transform: scaleAffine(grid.transform, colFactor, rowFactor), widthPx, heightPx };
}

describe("bytes of another grid", () => {
  const files = ["u8-rgb-mask-overviews.tif", "u8-rgba.tif"];
  for (const name of files) {
    it(`are what floating point gives, rounded: ${name}`, async () => {
      const raster = await open(name);
      let [compared, hidden] = [0, 0];
      for (const factor of [0.37, 0.99, 1, 1.31, 1.71, 2, 2.6, 5.3]) {
        const grid = scaled(raster.grid, factor, factor * 1.07);
        const window = { colOff: -3, rowOff: 2, widthPx: grid.widthPx + 5, heightPx: grid.heightPx };
        for (const bands of [undefined, [1], [2, 0]]) {
          const exact = await readScaled(raster, grid, window, { bands });
          const bytes = await readScaled(raster, grid, window, { bands, bytes: true });
          expect(bytes.data).toBeInstanceOf(Uint8Array);
          expect(bytes.data.length).toBe(exact.data.length);
          let otherwise = 0;
          for (let pixel = 0; pixel < exact.valid.length; pixel++) {
            if (exact.valid[pixel] !== bytes.valid[pixel]) otherwise++;
            for (let i = pixel * exact.bandCount; i < (pixel + 1) * exact.bandCount; i++) {
              if (bytes.valid[pixel] === 0) {
                hidden++;
                if (bytes.data[i] !== 0) throw new Error(`a pixel that is not valid holds ${bytes.data[i]}`);
              } else if (exact.valid[pixel] === 1) {
                compared++;
                if (Math.abs(bytes.data[i]! - exact.data[i]!) > 1)
                  throw new Error(`${bytes.data[i]} for ${exact.data[i]}, factor ${factor}`);
              }
            }
          }
          // Half of a pixel is where whole numbers may decide otherwise.
          expect(otherwise).toBeLessThan(exact.valid.length / 100);
        }
      }
      expect(compared).toBeGreaterThan(1000);
      expect(hidden).toBeGreaterThan(50);
      await raster.close();
    });

    it(`are the same in any window: ${name}`, async () => {
      const raster = await open(name);
      for (const factor of [0.37, 1.43, 2, 2.6, 5]) {
        const grid = scaled(raster.grid, factor, factor * 1.1);
        const { widthPx, heightPx } = grid;
        const whole = await readScaled(raster, grid, { colOff: 0, rowOff: 0, widthPx, heightPx }, { bytes: true });
        const window = { colOff: 2, rowOff: 1, widthPx: widthPx - 3, heightPx: heightPx - 2 };
        const part = await readScaled(raster, grid, window, { bytes: true });
        for (let row = 0; row < window.heightPx; row++) {
          const [from, to] = [(row + 1) * widthPx + 2, row * window.widthPx];
          expect(part.valid.subarray(to, to + window.widthPx)).toEqual(whole.valid.subarray(from, from + window.widthPx));
          expect(part.data.subarray(to * 3, (to + window.widthPx) * 3)).toEqual(whole.data.subarray(from * 3, (from + window.widthPx) * 3));
        }
      }
      await raster.close();
    });
  }

  it("stay floating point where the raster holds no bytes", async () => {
    const raster = await open("i16-nodata.tif");
    const window = { colOff: 0, rowOff: 0, widthPx: 7, heightPx: 5 };
    expect((await readScaled(raster, scaled(raster.grid, 3, 2), window, { bytes: true })).sampleType).toBe("float32");
    await raster.close();
  });
});
