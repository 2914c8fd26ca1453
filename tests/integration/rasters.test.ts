import { closeSync, existsSync, ftruncateSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inflateSync } from "node:zlib";
import { bytesPerSample, newSamples } from "@reefline/raster/decode/newSamples";
import type { Raster } from "@reefline/raster/raster";
import { colourBandIndexes } from "@reefline/raster/statistics/colourBands";
import { chooseStretch } from "@reefline/raster/statistics/stretch";
import { openGeoTiffFile } from "@reefline/raster/tiff/geotiffFile";
import type { SampleType } from "@reefline/schema/survey";
import { afterAll, describe, expect, it } from "vitest";
import { tilePixels } from "../../server/tiles/tilePixels.ts";
import { planTile } from "../../server/tiles/tilePlan.ts";
import { buildTiff, imageEntries } from "../hostile/buildTiff.ts";

// Golden values by rasterio and rio-tiler: tests/golden/rasters/make.py and make_shared.py.

interface GoldenTile {
  z: number;
  x: number;
  y: number;
  bands: number[];
  /** 8 × 8 cells: covered pixels of 1024, then the mean of each band over them. */
  cells: [number, ...(number | null)[]][];
}
interface GoldenRaster {
  sampleType: SampleType;
  bandCount: number;
  transform: number[];
  epsg: number;
  nodata: string | null;
  levels: { widthPx: number; heightPx: number; samples: string; mask: string }[];
  tiles: GoldenTile[];
}

const golden = new URL("../golden/rasters/", import.meta.url);
const sharedFolder = process.env.REEFLINE_SHARED_DATA ?? fileURLToPath(new URL("../../../shared/data", import.meta.url));
const hasShared = existsSync(`${sharedFolder}/rasters`);
if (!hasShared) console.info(`No shared rasters at ${sharedFolder}: their tests are left out; the synthetic ones run.`);

const synthetic: Record<string, GoldenRaster> = JSON.parse(readFileSync(new URL("expected.json", golden), "utf8"));
const shared: Record<string, GoldenTile[]> = JSON.parse(readFileSync(new URL("shared.json", golden), "utf8"));

async function withRaster<Result>(path: string, task: (raster: Raster) => Promise<Result>): Promise<Result> {
  const raster = await openGeoTiffFile(path);
  try {
    return await task(raster);
  } finally {
    await raster.close();
  }
}

const unpack = (text: string): Uint8Array => inflateSync(Buffer.from(text, "base64"));

describe("pixels equal rasterio's", () => {
  for (const [name, expected] of Object.entries(synthetic)) {
    it(name, async () => {
      await withRaster(fileURLToPath(new URL(name, golden)), async (raster) => {
        expect(raster.sampleType).toBe(expected.sampleType);
        expect(raster.bandNames).toHaveLength(expected.bandCount);
        expect(raster.grid.crs.epsg).toBe(expected.epsg);
        raster.grid.transform.forEach((value, i) => {
          expect(value).toBeCloseTo(expected.transform[i]!, 8);
        });
        expect(raster.levels.map(({ widthPx, heightPx }) => [widthPx, heightPx])).toEqual(
          expected.levels.map(({ widthPx, heightPx }) => [widthPx, heightPx]),
        );
        for (const [level, { widthPx, heightPx, samples, mask }] of expected.levels.entries()) {
          const read = await raster.read({ colOff: 0, rowOff: 0, widthPx, heightPx }, { level });
          const bytes = unpack(samples);
          const want = newSamples(expected.sampleType, bytes.length / bytesPerSample[expected.sampleType]);
          new Uint8Array(want.buffer).set(bytes);
          const wantValid = unpack(mask);
          // GDAL's mask of several bands with a nodata value is per band; ours is stricter only for NaN, which it masks too.
          expect(Buffer.compare(read.valid, wantValid)).toBe(0);
          // JPEG: IGJ's and Turbo's decoders differ in how they smooth colours between samples.
          const tolerance = name.includes("ycbcr") ? 6 : name.includes("jpeg") ? 1 : 0;
          let worst = 0;
          for (let i = 0; i < want.length; i++) {
            if (read.valid[Math.floor(i / expected.bandCount)] === 0) continue;
            worst = Math.max(worst, Math.abs(read.data[i]! - want[i]!));
          }
          expect(worst).toBeLessThanOrEqual(tolerance);
        }
      });
    });
  }

  it("an inner window at odd offsets equals the same part of the whole, and beyond the edge nothing is valid", async () => {
    for (const name of ["u8-rgba-planar.tif", "f32-predictor3-nan.tif", "u8-rgb-lzw-predictor2-strips.tif", "u8-sparse.tif"]) {
      await withRaster(fileURLToPath(new URL(name, golden)), async (raster) => {
        const { widthPx, heightPx } = raster.grid;
        const whole = await raster.read({ colOff: 0, rowOff: 0, widthPx, heightPx });
        const window = { colOff: 13, rowOff: -3, widthPx: widthPx - 5, heightPx: 29 };
        const part = await raster.read(window);
        for (let row = 0; row < window.heightPx; row++) {
          for (let col = 0; col < window.widthPx; col++) {
            const r = row + window.rowOff;
            const c = col + window.colOff;
            const inside = r >= 0 && c < widthPx;
            const here = row * window.widthPx + col;
            expect(part.valid[here]).toBe(inside ? whole.valid[r * widthPx + c] : 0);
            if (!inside) continue;
            for (let band = 0; band < whole.bandCount; band++) {
              expect(part.data[here * whole.bandCount + band]).toEqual(whole.data[(r * widthPx + c) * whole.bandCount + band]);
            }
          }
        }
      });
    }
  });

  it("chosen bands come in the order asked for", async () => {
    await withRaster(fileURLToPath(new URL("u8-rgba-planar.tif", golden)), async (raster) => {
      const window = { colOff: 5, rowOff: 9, widthPx: 31, heightPx: 17 };
      const all = await raster.read(window);
      const two = await raster.read(window, { bands: [2, 0] });
      for (let i = 0; i < all.valid.length; i++) {
        expect([two.data[i * 2], two.data[i * 2 + 1]]).toEqual([all.data[i * 3 + 2], all.data[i * 3]]);
      }
    });
  });
});

describe("one strip that is larger than a block may be", () => {
  const folder = mkdtempSync(join(tmpdir(), "reefline-strip-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  // 600 MB of which nothing but three samples is ever written.
  const widthPx = 20_000;
  const heightPx = 10_000;
  const stripOffset = 2 ** 20;
  const write = (name: string, compression: number): string => {
    const path = join(folder, name);
    const entries = imageEntries({ widthPx, heightPx, samples: 3, compression, blockBytes: widthPx * heightPx * 3 });
    const placed = entries.map((entry) => (entry.tag === 273 ? { ...entry, values: [stripOffset] } : entry));
    const file = openSync(path, "w");
    writeSync(file, buildTiff(placed, new Uint8Array(8)));
    writeSync(file, Uint8Array.of(11, 22, 33), 0, 3, stripOffset + (7_531 * widthPx + 13_579) * 3);
    ftruncateSync(file, stripOffset + widthPx * heightPx * 3);
    closeSync(file);
    return path;
  };

  it("is read in parts where rows can be addressed", async () => {
    await withRaster(write("plain.tif", 1), async (raster) => {
      const { data, valid } = await raster.read({ colOff: 13_570, rowOff: 7_500, widthPx: 41, heightPx: 67 });
      const at = (7_531 - 7_500) * 41 + (13_579 - 13_570);
      expect(Array.from(data.subarray(at * 3, at * 3 + 3))).toEqual([11, 22, 33]);
      expect(Array.from(data).reduce((sum, value) => sum + value, 0)).toBe(66);
      expect(valid.includes(0)).toBe(false);
    });
  });

  it("is refused by name where they cannot", async () => {
    await expect(withRaster(write("deflate.tif", 8), async () => null)).rejects.toThrow(
      /blocks of 20000 × 10000 pixels, 572 MB each; the limit is 256 MB.*gdal_translate/,
    );
  });
});

/** How far our unstretched tile is from rio-tiler's digest; `shiftPx` moves ours, to see that the measure notices. */
async function measureTile(raster: Raster, tile: GoldenTile, shiftPx = 0): Promise<{ cover: number; value: number }> {
  const bands = colourBandIndexes(raster.bandNames);
  expect([...bands]).toEqual(tile.bands);
  const stretches = await chooseStretch(raster);
  const plan = planTile(raster, tile.z, tile.x, tile.y, 256);
  for (let i = 0; plan && i < plan.cols.length; i++) plan.cols[i] = plan.cols[i]! + shiftPx;
  const pixels = plan && (await tilePixels(raster, plan, bands));
  const worst = { cover: 0, value: 0 };
  tile.cells.forEach(([wantCount, ...wantMeans], cell) => {
    let count = 0;
    const sums = bands.map(() => 0);
    for (let row = 0; row < 32 && pixels; row++) {
      for (let col = 0; col < 32; col++) {
        const i = (Math.floor(cell / 8) * 32 + row) * 256 + (cell % 8) * 32 + col;
        if ((pixels.coverage[i] ?? 0) < 0.5) continue;
        count++;
        bands.forEach((_, band) => {
          sums[band] = sums[band]! + pixels.samples[i * bands.length + band]!;
        });
      }
    }
    worst.cover = Math.max(worst.cover, Math.abs(count - wantCount) / 1024);
    // Cells at an edge hold few pixels, which resampling kernels of another width fill differently.
    if (Math.min(count, wantCount) < 256) return;
    bands.forEach((band, i) => {
      const { low, high } = stretches[band]!;
      worst.value = Math.max(worst.value, Math.abs(sums[i]! / count - wantMeans[i]!) / (high - low));
    });
  });
  return worst;
}

// Shared rasters are read at overviews that the two programs may pick differently.
const tolerances = { synthetic: { cover: 0.02, value: 0.003 }, shared: { cover: 0.05, value: 0.03 } };
/** Of these rio-tiler was given the full resolution only, and we read the overview, which is of nearest samples. */
const nearestOverviews: Record<string, { cover: number; value: number }> = { "u8-palette-overviews.tif": { cover: 0.02, value: 0.01 } };

async function expectTile(raster: Raster, tile: GoldenTile, tolerance: { cover: number; value: number }): Promise<void> {
  const { cover, value } = await measureTile(raster, tile);
  const where = `${tile.z}/${tile.x}/${tile.y}`;
  expect(cover, `${where}: share of a cell covered by one and not the other`).toBeLessThan(tolerance.cover);
  expect(value, `${where}: difference of cell means, in parts of the stretch`).toBeLessThan(tolerance.value);
}

describe("tiles equal rio-tiler's within resampling tolerance", () => {
  for (const [name, { tiles }] of Object.entries(synthetic)) {
    it(`${name}: ${tiles.length} tiles`, async () => {
      expect(tiles.length).toBeGreaterThan(0);
      await withRaster(fileURLToPath(new URL(name, golden)), async (raster) => {
        for (const tile of tiles) await expectTile(raster, tile, nearestOverviews[name] ?? tolerances.synthetic);
      });
    });
  }

  it("a shift of a pixel at native zoom would be noticed", async () => {
    await withRaster(fileURLToPath(new URL("u8-rgb-deflate-planar-tiled.tif", golden)), async (raster) => {
      const tile = synthetic["u8-rgb-deflate-planar-tiled.tif"]!.tiles.at(-1)!;
      const exact = await measureTile(raster, tile);
      const shifted = await measureTile(raster, tile, 1);
      expect(shifted.value).toBeGreaterThan(4 * exact.value);
      expect(shifted.value).toBeGreaterThan(5 * tolerances.synthetic.value);
    });
  });

  for (const [name, tiles] of Object.entries(shared)) {
    it.skipIf(!hasShared)(`shared ${name}: ${tiles.length} tiles`, async () => {
      await withRaster(`${sharedFolder}/${name}`, async (raster) => {
        for (const tile of tiles) await expectTile(raster, tile, tolerances.shared);
      });
    });
  }
});

/** Shared rasters that are not opened, and the sentence's beginning. docs/formats.md lists the same. */
const refusals: Record<string, RegExp> = {
  "corrupt.tif": /^The file ends before its image does/,
};

describe("shared rasters that are refused", () => {
  it.skipIf(!hasShared)("each file opens or is refused with one sentence, and docs/formats.md says which", async () => {
    const document = readFileSync(new URL("../../docs/formats.md", import.meta.url), "utf8");
    const names = readdirSync(`${sharedFolder}/rasters`).filter((name) => name.endsWith(".tif"));
    for (const name of names) {
      const outcome = await withRaster(`${sharedFolder}/rasters/${name}`, async () => "opens").catch((error: Error) => error.message);
      const refusal = refusals[name];
      if (refusal) {
        expect(outcome).toMatch(refusal);
        expect(document).toContain(outcome);
      } else {
        expect(outcome, name).toBe("opens");
      }
      expect(document).toContain(name);
    }
  });
});
