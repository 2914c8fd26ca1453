import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { inflateSync } from "node:zlib";
import { crsFromEpsg } from "@reefline/geo/crs";
import type { Grid, Window } from "@reefline/schema/grid";
import type { SampleType } from "@reefline/schema/survey";
import { describe, expect, it } from "vitest";
import { bytesPerSample, newSamples } from "../decode/newSamples.ts";
import type { Raster } from "../raster.ts";
import { openFileSource } from "../tiff/fileSource.ts";
import { openGeoTiff } from "../tiff/geotiffRaster.ts";
import { mosaicRaster } from "./mosaicRaster.ts";

// Golden values by rasterio and gdalwarp: tests/golden/mosaic/make.py.
const golden = new URL("../../../tests/golden/mosaic/", import.meta.url);

interface Expected {
  files: string[];
  epsg: number;
  transform: number[];
  widthPx: number;
  heightPx: number;
  bandCount: number;
  sampleType: SampleType;
  options: { onTop?: "first" | "last"; gsdMeters?: number };
  samples: string;
  mask: string;
}
const cases: Record<string, Expected> = JSON.parse(readFileSync(new URL("expected.json", golden), "utf8"));
const unpack = (text: string): Uint8Array => inflateSync(Buffer.from(text, "base64"));
const open = async (name: string): Promise<Raster> => openGeoTiff(await openFileSource(fileURLToPath(new URL(name, golden))));
const whole = ({ grid: { widthPx, heightPx } }: Raster): Window => ({ colOff: 0, rowOff: 0, widthPx, heightPx });

/** Pixels at a rim, where GDAL takes any weight and we at least half, so that there one may have an image and the other not. */
const rimShare: Record<string, number> = { "fits-last": 0, "fits-first": 0, finer: 0.001, zone: 0, coarser: 0.08 };
/** Elsewhere; full range is 250, 60,000 and 40. */
const tolerance: Record<string, number> = { "fits-last": 0, "fits-first": 0, finer: 1, zone: 1, coarser: 0.21 };

describe("a mosaic equals GDAL's", () => {
  for (const [name, expected] of Object.entries(cases)) {
    it(name, async () => {
      const mosaic = mosaicRaster(await Promise.all(expected.files.map(open)), expected.options);
      const { grid } = mosaic;
      expect({ widthPx: grid.widthPx, heightPx: grid.heightPx, epsg: grid.crs.epsg }).toEqual({
        widthPx: expected.widthPx,
        heightPx: expected.heightPx,
        epsg: expected.epsg,
      });
      grid.transform.forEach((value, i) => {
        expect(value).toBeCloseTo(expected.transform[i]!, 5);
      });
      const read = await mosaic.read(whole(mosaic));
      expect(read).toMatchObject({ sampleType: expected.sampleType, bandCount: expected.bandCount });
      const bytes = unpack(expected.samples);
      const want = newSamples(expected.sampleType, bytes.length / bytesPerSample[expected.sampleType]);
      new Uint8Array(want.buffer).set(bytes);
      const wantValid = unpack(expected.mask);
      let differing = 0;
      let compared = 0;
      const differences: number[] = [];
      for (let pixel = 0; pixel < wantValid.length; pixel++) {
        if (wantValid[pixel] !== read.valid[pixel]) differing++;
        if (wantValid[pixel] === 0 || read.valid[pixel] === 0) continue;
        compared++;
        let worst = 0;
        for (let band = 0; band < read.bandCount; band++) {
          const at = pixel * read.bandCount + band;
          worst = Math.max(worst, Math.abs(want[at]! - read.data[at]!));
        }
        differences.push(worst);
      }
      const beyond = differences.filter((difference) => difference > tolerance[name]!).length;
      expect(compared).toBeGreaterThan(wantValid.length / 3);
      expect(differing / wantValid.length).toBeLessThanOrEqual(rimShare[name]!);
      expect(beyond / compared).toBeLessThanOrEqual(rimShare[name]!);
      await mosaic.close();
    });
  }
});

/** An image of one band whose samples tell their column and row. */
function numbered(grid: Grid, sampleType: SampleType = "uint16", bandNames = ["grey"]): Raster {
  return {
    grid,
    sampleType,
    bandNames,
    maskKind: "none",
    nodata: null,
    levels: [{ widthPx: grid.widthPx, heightPx: grid.heightPx, blockWidthPx: grid.widthPx, blockHeightPx: 7 }],
    async read(window, { bands = [0] } = {}) {
      const { widthPx, heightPx } = window;
      const data = newSamples(sampleType, widthPx * heightPx * bands.length);
      const valid = new Uint8Array(widthPx * heightPx);
      for (let i = 0; i < valid.length; i++) {
        const col = window.colOff + (i % widthPx);
        const row = window.rowOff + Math.floor(i / widthPx);
        valid[i] = col >= 0 && row >= 0 && col < grid.widthPx && row < grid.heightPx ? 1 : 0;
        bands.forEach((band, to) => {
          data[i * bands.length + to] = valid[i] === 1 ? 1000 * band + row * 13 + col : 0;
        });
      }
      return { layout: "pixel-interleaved", sampleType, bandCount: bands.length, widthPx, heightPx, data, valid };
    },
    close: async () => {},
  };
}

const utm = crsFromEpsg(32618);
const at = (x: number, y: number, widthPx = 40, heightPx = 30, gsd = 0.5): Grid => ({
  crs: utm,
  transform: [gsd, 0, x, 0, -gsd, y],
  widthPx,
  heightPx,
});

describe("a mosaic", () => {
  it("has the same pixels in any window", async () => {
    const mosaic = mosaicRaster([numbered(at(400_000, 4_000_000, 90, 81)), numbered(at(400_020.1, 3_999_990.3, 77, 95, 0.31))]);
    const all = await mosaic.read(whole(mosaic));
    for (const window of [
      { colOff: 3, rowOff: 61, widthPx: 70, heightPx: 11 },
      { colOff: 65, rowOff: 5, widthPx: 66, heightPx: 67 },
    ]) {
      const part = await mosaic.read(window);
      for (let row = 0; row < window.heightPx; row++) {
        const from = (window.rowOff + row) * all.widthPx + window.colOff;
        const to = row * window.widthPx;
        expect(part.data.subarray(to, to + window.widthPx)).toEqual(all.data.subarray(from, from + window.widthPx));
        expect(part.valid.subarray(to, to + window.widthPx)).toEqual(all.valid.subarray(from, from + window.widthPx));
      }
    }
  });

  it("takes bands by name where both images name them alike, and only those asked for", async () => {
    const first = numbered(at(400_000, 4_000_000), "uint16", ["red", "green", "blue"]);
    const second = numbered(at(400_010, 4_000_000), "uint16", ["blue", "green", "red"]);
    const mosaic = mosaicRaster([first, second]);
    const { data, bandCount } = await mosaic.read({ colOff: 59, rowOff: 1, widthPx: 1, heightPx: 1 }, { bands: [0, 1] });
    // Column 39, row 1 of the second image; red is its third band.
    expect({ bandCount, data: [...data] }).toEqual({ bandCount: 2, data: [2052, 1052] });
  });

  it("crosses the antimeridian in degrees", async () => {
    const degrees = (west: number): Grid => ({
      crs: crsFromEpsg(4326),
      transform: [1e-5, 0, west, 0, -1e-5, -17],
      widthPx: 30,
      heightPx: 20,
    });
    const mosaic = mosaicRaster([numbered(degrees(179.9998)), numbered(degrees(-179.9999))]);
    expect(mosaic.grid).toMatchObject({ widthPx: 60, heightPx: 20 });
    const { data, valid } = await mosaic.read(whole(mosaic));
    expect(valid.every((one) => one === 1)).toBe(true);
    expect([data[0], data[29], data[30], data[59]]).toEqual([0, 29, 0, 29]);
  });

  it("refuses images that are not of one kind or far apart, naming them", () => {
    const first = numbered(at(400_000, 4_000_000));
    const names = ["a.tif", "b.tif"];
    const refusal = (other: Raster) => () => mosaicRaster([first, other], { names });
    expect(refusal(numbered(at(400_000, 4_000_000), "uint16", ["red", "green", "blue"]))).toThrow(
      /b\.tif has 3 bands and a\.tif has 1 band/,
    );
    expect(refusal(numbered(at(400_000, 4_000_000), "float32"))).toThrow(/b\.tif holds float32 numbers and a\.tif uint16/);
    expect(refusal(numbered(at(430_000, 4_030_000)))).toThrow(/so far apart/);
  });
});
