import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { fromArrayBuffer, type GeoTIFF, type GeoTIFFImage } from "geotiff";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newSamples } from "../decode/newSamples.ts";
import { openFileSource } from "../tiff/fileSource.ts";
import { openGeoTiff } from "../tiff/geotiffRaster.ts";
import { type CogOptions, type RowBlock, writeCog } from "./cogWriter.ts";

const golden = new URL("../../../tests/golden/cog/", import.meta.url);
const utm = {
  epsg: 32617,
  proj4: "+proj=utm +zone=17 +datum=WGS84 +units=m +no_defs",
  kind: "projected",
  metersPerUnit: 1,
  name: "WGS 84 / UTM zone 17N",
} as const;

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "reefline-cog-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The same formulas as tests/golden/cog/make.py. */
const pattern = (col: number, row: number, band: number) => (col * 7 + row * 13 + band * 31 + ((col >> 4) ^ (row >> 3)) * 5) % 251;
const isInside = (col: number, row: number) =>
  (col - 240) ** 2 / 300 ** 2 + (row - 250) ** 2 / 230 ** 2 < 1.5 && (col * 31 + row * 17) % 11 !== 0;

interface Case {
  widthPx: number;
  heightPx: number;
  bandCount: number;
  sampleType: CogOptions["sampleType"];
  value: (col: number, row: number, band: number) => number;
  isValid?: (col: number, row: number) => boolean;
}

/** Rows in swaths of uneven heights. */
async function* rowsOf({ widthPx, heightPx, bandCount, sampleType, value, isValid = () => true }: Case): AsyncGenerator<RowBlock> {
  let swathPx = 1;
  for (let rowOff = 0; rowOff < heightPx; ) {
    const rows = Math.min(swathPx, heightPx - rowOff);
    const data = newSamples(sampleType, widthPx * rows * bandCount);
    const valid = new Uint8Array(widthPx * rows);
    for (let row = 0; row < rows; row++) {
      for (let col = 0; col < widthPx; col++) {
        valid[row * widthPx + col] = isValid(col, rowOff + row) ? 1 : 0;
        for (let band = 0; band < bandCount; band++) data[(row * widthPx + col) * bandCount + band] = value(col, rowOff + row, band);
      }
    }
    yield { rowOff, heightPx: rows, array: { layout: "pixel-interleaved", sampleType, bandCount, widthPx, heightPx: rows, data, valid } };
    rowOff += rows;
    swathPx = ((swathPx * 7 + 3) % 190) + 1;
  }
}

async function write(name: string, source: Case, options: Partial<CogOptions> = {}): Promise<GeoTIFF> {
  return (await writtenPath(name, source, options)).tiff;
}

async function writtenPath(name: string, source: Case, options: Partial<CogOptions> = {}): Promise<{ path: string; tiff: GeoTIFF }> {
  const path = join(folder, name);
  const { widthPx, heightPx, bandCount, sampleType } = source;
  await writeCog(path, {
    grid: { crs: utm, transform: [0.03, 0, 500_000, 0, -0.03, 3_900_000], widthPx, heightPx },
    bandCount,
    sampleType,
    photometric: bandCount >= 3 ? "rgb" : "grey",
    hasMask: false,
    overviewResampling: "average",
    rows: rowsOf(source),
    ...options,
  });
  const bytes = await readFile(path);
  return { path, tiff: await fromArrayBuffer(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)) };
}

async function samplesOf(image: GeoTIFFImage): Promise<ArrayLike<number>> {
  const raster = await image.readRasters({ interleave: true });
  return raster as unknown as ArrayLike<number>;
}

async function expectPixels(image: GeoTIFFImage, source: Case, hidden = 0): Promise<void> {
  const got = await samplesOf(image);
  const { widthPx, heightPx, bandCount, value, isValid = () => true } = source;
  let wrong = 0;
  for (let row = 0; row < heightPx; row++) {
    for (let col = 0; col < widthPx; col++) {
      for (let band = 0; band < bandCount; band++) {
        const want = isValid(col, row) ? value(col, row, band) : hidden;
        if (!Object.is(got[(row * widthPx + col) * bandCount + band], want)) wrong++;
      }
    }
  }
  expect(got.length).toBe(widthPx * heightPx * bandCount);
  expect(wrong).toBe(0);
}

async function expectOverview(image: GeoTIFFImage, fileName: string, bytesPerSample: 1 | 2): Promise<void> {
  const bytes = gunzipSync(await readFile(new URL(fileName, golden)));
  const pixels = image.getWidth() * image.getHeight();
  const count = pixels * image.getSamplesPerPixel();
  expect(bytes.length).toBe(count * bytesPerSample + pixels);
  const got = await samplesOf(image);
  let worst = 0;
  for (let i = 0; i < count; i++) {
    const isValid = bytes[count * bytesPerSample + Math.floor(i / image.getSamplesPerPixel())] === 1;
    const want = bytesPerSample === 1 ? (bytes[i] ?? 0) : bytes.readInt16LE(i * 2);
    if (isValid) worst = Math.max(worst, Math.abs((got[i] ?? Number.NaN) - want));
  }
  expect(worst).toBeLessThanOrEqual(1);
}

const rgb: Case = { widthPx: 601, heightPx: 523, bandCount: 3, sampleType: "uint8", value: pattern, isValid: isInside };

describe("writeCog", () => {
  it("keeps every pixel, and averages overviews and their mask as GDAL does", async () => {
    const tiff = await write("rgb.tif", rgb, { hasMask: true });
    expect(await tiff.getImageCount()).toBe(4);
    const [full, mask, overview, overviewMask] = await Promise.all([0, 1, 2, 3].map((i) => tiff.getImage(i)));
    await expectPixels(full!, rgb);
    expect([overview!.getWidth(), overview!.getHeight()]).toEqual([301, 262]);
    await expectOverview(overview!, "rgb-0.bin.gz", 1);
    const maskBits = await samplesOf(mask!);
    for (const [col, row] of [
      [0, 0],
      [240, 250],
      [600, 522],
      [341, 17],
      [240, 251],
    ] as const) {
      expect(maskBits[row * 601 + col]).toBe(isInside(col, row) ? 1 : 0);
    }
    const wanted = gunzipSync(await readFile(new URL("rgb-0.bin.gz", golden))).subarray(301 * 262 * 3);
    expect(Buffer.from(Uint8Array.from(await samplesOf(overviewMask!))).equals(wanted)).toBe(true);
  });

  it("leaves nodata out of averages, down a cascade of odd sizes", async () => {
    const source: Case = {
      widthPx: 1031,
      heightPx: 517,
      bandCount: 1,
      sampleType: "int16",
      value: (col, row, band) => pattern(col, row, band) * 200 - 20_000,
      isValid: isInside,
    };
    const tiff = await write("int16.tif", source, { nodata: -32_768 });
    expect(await tiff.getImageCount()).toBe(3);
    await expectPixels(await tiff.getImage(0), source, -32_768);
    await expectOverview(await tiff.getImage(1), "int16-0.bin.gz", 2);
    await expectOverview(await tiff.getImage(2), "int16-1.bin.gz", 2);
    expect((await tiff.getImage(0)).getGDALNoData()).toBe(-32_768);
  });

  it.each([
    ["uint16", 4, 257],
    ["float32", 2, 0.125],
    ["float64", 1, 1 / 3],
    ["uint32", 1, 17_000_000],
  ] as const)("restores %s samples of %i bands exactly", async (sampleType, bandCount, factor) => {
    const value = (col: number, row: number, band: number) => {
      const plain = pattern(col, row, band) * factor;
      return sampleType === "float32" ? Math.fround(plain) : plain;
    };
    const source: Case = { widthPx: 37, heightPx: 530, bandCount, sampleType, value };
    const tiff = await write(`${sampleType}.tif`, source);
    await expectPixels(await tiff.getImage(0), source);
  });

  it("writes the same pixels as BigTIFF", async () => {
    const tiff = await write("big.tif", rgb, { hasMask: true, bigTiff: "always" });
    expect(tiff.bigTiff).toBe(true);
    await expectPixels(await tiff.getImage(0), rgb);
    await expectOverview(await tiff.getImage(2), "rgb-0.bin.gz", 1);
  });

  it("places a rotated geographic grid by its whole matrix", async () => {
    const crs = { epsg: 4326, proj4: "+proj=longlat +datum=WGS84 +no_defs", kind: "geographic", metersPerUnit: 1, name: "WGS 84" } as const;
    const source: Case = { widthPx: 5, heightPx: 3, bandCount: 1, sampleType: "uint8", value: pattern };
    const tiff = await write("rotated.tif", source, {
      grid: { crs, transform: [1e-6, 2e-7, 10, 3e-7, -1e-6, -5], widthPx: 5, heightPx: 3 },
    });
    const image = await tiff.getImage(0);
    expect(Array.from(image.fileDirectory.getValue("ModelTransformation") ?? [])).toEqual([
      1e-6, 2e-7, 0, 10, 3e-7, -1e-6, 0, -5, 0, 0, 0, 0, 0, 0, 0, 1,
    ]);
    expect(image.getGeoKeys()).toMatchObject({ GTModelTypeGeoKey: 2, GTRasterTypeGeoKey: 1, GeographicTypeGeoKey: 4326 });
  });

  it("refuses a coordinate system it cannot name, unless the source's own keys are given", async () => {
    const crs = { ...utm, epsg: null, name: "Mine harbour grid" };
    const source: Case = { widthPx: 5, heightPx: 3, bandCount: 1, sampleType: "uint8", value: pattern };
    const grid = { crs, transform: [2, 0, 0, 0, -2, 0], widthPx: 5, heightPx: 3 } as const;
    await expect(write("local.tif", source, { grid })).rejects.toMatchObject({ code: "raster/crs-without-code" });
    const rawGeoKeys = { directory: [1, 1, 0, 2, 1024, 0, 1, 1, 3073, 34737, 6, 0], ascii: "Mine|" };
    const image = await (await write("local.tif", source, { grid, rawGeoKeys })).getImage(0);
    expect(image.getGeoKeys()).toMatchObject({ GTModelTypeGeoKey: 1 });
  });

  it("takes one pixel per four for classes", async () => {
    const tiff = await write("classes.tif", { ...rgb, bandCount: 1, isValid: () => true }, { overviewResampling: "nearest" });
    const overview = await samplesOf(await tiff.getImage(1));
    const full = new Set<number>();
    for (let dRow = 0; dRow < 3; dRow++) for (let dCol = 0; dCol < 3; dCol++) full.add(pattern(199 + dCol, 239 + dRow, 0));
    expect(full).toContain(overview[120 * 301 + 100]);
  });

  it.each(["jpeg", "webp"] as const)("stores colours as %s, and refuses what that cannot hold", async (kind) => {
    const value = (col: number, row: number, band: number) => Math.round(110 + 60 * Math.sin(col / 40 + band) + 40 * Math.cos(row / 55));
    const source: Case = { ...rgb, value, isValid: (col) => col >= 37 };
    const codec = { kind, quality: 90 };
    const lossless = await stat((await writtenPath("lossless.tif", source, { hasMask: true })).path);
    const { path, tiff } = await writtenPath(`${kind}.tif`, source, { hasMask: true, codec });
    expect((await stat(path)).size).toBeLessThan(lossless.size / 2);
    expect((await tiff.getImage(0)).fileDirectory.getValue("Compression")).toBe(kind === "jpeg" ? 7 : 50_001);
    const raster = await openGeoTiff(await openFileSource(path));
    const { data, valid } = await raster.read({ colOff: 0, rowOff: 0, widthPx: 601, heightPx: 523 });
    await raster.close();
    let sum = 0;
    let count = 0;
    let wrongMask = 0;
    for (let pixel = 0; pixel < valid.length; pixel++) {
      if ((valid[pixel] === 1) !== pixel % 601 >= 37) wrongMask++;
      if (valid[pixel] === 0) continue;
      for (let band = 0; band < 3; band++, count++) {
        sum += Math.abs((data[pixel * 3 + band] ?? 0) - value(pixel % 601, Math.floor(pixel / 601), band));
      }
    }
    expect(wrongMask).toBe(0);
    expect(sum / count).toBeLessThan(4);
    await expect(write("wide.tif", { ...rgb, sampleType: "uint16" }, { codec })).rejects.toMatchObject({ code: "raster/codec-unsuitable" });
  });

  it("leaves nothing behind when it is cancelled or the rows are wrong", async () => {
    const before = await readdir(folder);
    const stop = new AbortController();
    const onProgress = (fraction: number) => {
      if (fraction > 0.3) stop.abort();
    };
    await expect(write("cancelled.tif", rgb, { onProgress, signal: stop.signal })).rejects.toMatchObject({ kind: "cancelled" });
    await expect(write("short.tif", rgb, { rows: rowsOf({ ...rgb, heightPx: 500 }) })).rejects.toMatchObject({
      code: "raster/cog-rows-mismatch",
    });
    await expect(write("wide.tif", rgb, { rows: rowsOf({ ...rgb, widthPx: 600 }) })).rejects.toThrow(/600 × 1 px/);
    expect(await readdir(folder)).toEqual(before);
  });
});
