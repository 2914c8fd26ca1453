import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { RasterArray } from "../array.ts";
import { openFileSource } from "../tiff/fileSource.ts";
import { openGeoTiff } from "../tiff/geotiffRaster.ts";
import { colourBandIndexes } from "./colourBands.ts";
import { chooseStretch, stretchToBytes } from "./stretch.ts";

const open = async (name: string) =>
  openGeoTiff(await openFileSource(fileURLToPath(new URL(`../../../tests/golden/rasters/${name}`, import.meta.url))));

describe("stretch", () => {
  it("is 0–255 for 8-bit rasters", async () => {
    const raster = await open("u8-rgba.tif");
    expect(await chooseStretch(raster)).toEqual(Array(3).fill({ low: 0, high: 255 }));
    await raster.close();
  });

  it("is the range of the bits where only 1, 2 or 4 are used", async () => {
    for (const [name, high] of [
      ["u1-grey-strips.tif", 1],
      ["u2-grey-tiled.tif", 3],
      ["u4-rgb-strips.tif", 15],
      ["u7-grey.tif", 255],
    ] as const) {
      const raster = await open(name);
      for (const stretch of await chooseStretch(raster)) expect(stretch).toEqual({ low: 0, high });
      await raster.close();
    }
  });

  it("is numpy's 2nd and 98th percentile of the valid samples otherwise", async () => {
    // np.percentile(band[valid].astype("float64"), [2, 98]) of rasterio's read
    for (const [name, low, high] of [
      ["u16-grey-lzw-predictor2.tif", 795.96, 32107.16],
      ["i16-nodata.tif", -15701.72, 15795.96],
      ["f32-predictor3-nan.tif", -6.167648830413818, 32.28438842773438],
    ] as const) {
      const raster = await open(name);
      const [first] = await chooseStretch(raster);
      expect(first!.low).toBeCloseTo(low, 3);
      expect(first!.high).toBeCloseTo(high, 3);
      await raster.close();
    }
  });

  it("picks colours by name, scales, clamps and fills", () => {
    const array: RasterArray = {
      layout: "pixel-interleaved",
      sampleType: "uint16",
      bandCount: 4,
      widthPx: 3,
      heightPx: 1,
      data: Uint16Array.of(100, 200, 300, 9, 50, 1200, 0, 9, 7, 7, 7, 7),
      valid: Uint8Array.of(1, 1, 0),
    };
    const bands = ["blue", "green", "red", "band-4"].map((name) => ({ name, stretch: { low: 100, high: 1100 } }));
    const out = stretchToBytes(array, bands, 114);
    expect(out).toMatchObject({ bandCount: 3, widthPx: 3, heightPx: 1, sampleType: "uint8" });
    expect(Array.from(out.data)).toEqual([51, 26, 0, 0, 255, 0, 114, 114, 114]);
    expect(() => stretchToBytes(array, bands.slice(1))).toThrow(/3 stretches for 4 bands/);
  });

  it("one or two bands are grey", () => {
    expect(colourBandIndexes(["grey"])).toEqual([0]);
    expect(colourBandIndexes(["band-1", "band-2"])).toEqual([0]);
    expect(colourBandIndexes(["band-1", "band-2", "band-3", "band-4"])).toEqual([0, 1, 2]);
    expect(colourBandIndexes(["nir", "blue", "green", "red"])).toEqual([3, 2, 1]);
  });
});
