import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { scaleAffine } from "@reefline/geo/affine";
import { gridGsdMeters, rescaleGrid } from "@reefline/geo/grid";
import type { Grid, Window } from "@reefline/schema/grid";
import { describe, expect, it } from "vitest";
import type { Raster } from "../raster.ts";
import { openFileSource } from "../tiff/fileSource.ts";
import { openGeoTiff } from "../tiff/geotiffRaster.ts";
import { readScaled } from "./readScaled.ts";

const golden = new URL("../../../tests/golden/rasters/", import.meta.url);
// By GDAL's warper: tests/golden/rasters/make_scaled.py.
const cases: { name: string; colFactor: number; rowFactor: number; window: Window; values: number[] }[] = JSON.parse(
  readFileSync(new URL("scaled.json", golden), "utf8"),
);

async function open(name: string): Promise<Raster> {
  return openGeoTiff(await openFileSource(fileURLToPath(new URL(name, golden))));
}

/** The raster's grid with other pixel sizes along each axis. */
function scaled(grid: Grid, colFactor: number, rowFactor: number): Grid {
  return {
    crs: grid.crs,
    transform: scaleAffine(grid.transform, colFactor, rowFactor),
    widthPx: Math.ceil(grid.widthPx / colFactor),
    heightPx: Math.ceil(grid.heightPx / rowFactor),
  };
}

describe("readScaled", () => {
  for (const { name, colFactor, rowFactor, window, values } of cases) {
    it(`equals GDAL's ${colFactor > 1 ? "average" : "bilinear"}: ${name} × ${colFactor}, ${rowFactor}`, async () => {
      const raster = await open(name);
      const array = await readScaled(raster, scaled(raster.grid, colFactor, rowFactor), window);
      const range = Math.max(...values) - Math.min(...values);
      for (let i = 0; i < values.length; i++) {
        const pixel = Math.floor(i / array.bandCount);
        const col = window.colOff + (pixel % window.widthPx);
        const row = window.rowOff + Math.floor(pixel / window.widthPx);
        // Pixels that reach beyond the image are left to the tests below: GDAL sees them as covered or not, never in part.
        if ((col + 1) * colFactor > raster.grid.widthPx || (row + 1) * rowFactor > raster.grid.heightPx) continue;
        expect(array.valid[pixel]).toBe(1);
        expect(Math.abs(array.data[i]! - values[i]!) / range, `pixel ${col}, ${row}`).toBeLessThan(0.002);
      }
      await raster.close();
    });
  }

  it("gives the same pixels in any window", async () => {
    const raster = await open("u8-rgb-mask-overviews.tif");
    for (const factor of [0.37, 1, 1.43, 2.6, 5]) {
      const grid = scaled(raster.grid, factor, factor * 1.1);
      const whole = await readScaled(raster, grid, { colOff: 0, rowOff: 0, widthPx: grid.widthPx, heightPx: grid.heightPx });
      const window = { colOff: 5, rowOff: 3, widthPx: grid.widthPx - 8, heightPx: grid.heightPx - 4 };
      const part = await readScaled(raster, grid, window);
      for (let row = 0; row < window.heightPx; row++) {
        const from = (row + window.rowOff) * grid.widthPx + window.colOff;
        const to = row * window.widthPx;
        expect(Buffer.compare(part.valid.subarray(to, to + window.widthPx), whole.valid.subarray(from, from + window.widthPx))).toBe(0);
        for (let i = 0; i < window.widthPx * 3; i++) {
          if (part.data[to * 3 + i] !== whole.data[from * 3 + i]) throw new Error(`row ${row}, sample ${i} differs at factor ${factor}`);
        }
      }
    }
    await raster.close();
  });

  it("its own grid is a copy, with nothing valid beyond the edge", async () => {
    const raster = await open("u8-rgba.tif");
    const { widthPx, heightPx } = raster.grid;
    const native = await raster.read({ colOff: 0, rowOff: 0, widthPx, heightPx });
    const grid = rescaleGrid(raster.grid, gridGsdMeters(raster.grid));
    const window = { colOff: -4, rowOff: 6, widthPx: widthPx + 9, heightPx };
    const array = await readScaled(raster, grid, window);
    for (let row = 0; row < heightPx; row++) {
      for (let col = 0; col < window.widthPx; col++) {
        const c = col - 4;
        const r = row + 6;
        const here = row * window.widthPx + col;
        const there = r * widthPx + c;
        if (c < 0 || c >= widthPx || r >= heightPx) expect(array.valid[here]).toBe(0);
        else {
          expect(array.valid[here]).toBe(native.valid[there]);
          if (native.valid[there]) expect(array.data[here * 3 + 1]).toBe(native.data[there * 3 + 1]);
        }
      }
    }
    await raster.close();
  });

  it("leaves out what is not measured: means of valid samples only, valid from half cover on", async () => {
    const raster = await open("i16-nodata.tif");
    const { widthPx, heightPx } = raster.grid;
    const native = await raster.read({ colOff: 0, rowOff: 0, widthPx, heightPx });
    const array = await readScaled(raster, scaled(raster.grid, 3, 3), { colOff: 0, rowOff: 0, widthPx: 15, heightPx: 13 });
    let partly = 0;
    for (let row = 0; row < 12; row++) {
      for (let col = 0; col < 15; col++) {
        let sum = 0;
        let count = 0;
        for (let r = row * 3; r < row * 3 + 3; r++) {
          for (let c = col * 3; c < col * 3 + 3; c++) {
            if (native.valid[r * widthPx + c] === 0) continue;
            sum += native.data[r * widthPx + c]!;
            count++;
          }
        }
        if (count > 0 && count < 9) partly++;
        expect(array.valid[row * 15 + col]).toBe(count >= 5 ? 1 : 0);
        if (count >= 5) expect(array.data[row * 15 + col]).toBeCloseTo(sum / count, 2);
      }
    }
    expect(partly).toBeGreaterThan(5);
    // 37 rows are 12 and a third: the last row of pixels is covered by a third only.
    expect(array.valid.subarray(12 * 15).every((value) => value === 0)).toBe(true);
    await raster.close();
  });

  it("refuses a grid that is turned against the raster's", async () => {
    const raster = await open("u8-rgba.tif");
    const turned: Grid = { ...raster.grid, transform: [0.35, 0.16, 500200, 0.14, -0.38, 5801234] };
    await expect(readScaled(raster, turned, { colOff: 0, rowOff: 0, widthPx: 5, heightPx: 7 })).rejects.toThrow(/turned/);
    await raster.close();
  });

  it("stops when told to", async () => {
    const raster = await open("u8-rgba.tif");
    const stopped = AbortSignal.abort();
    const reading = readScaled(raster, raster.grid, { colOff: 0, rowOff: 0, widthPx: 20, heightPx: 10 }, { signal: stopped });
    await expect(reading).rejects.toMatchObject({ code: "raster/cancelled", kind: "cancelled" });
    await raster.close();
  });
});
