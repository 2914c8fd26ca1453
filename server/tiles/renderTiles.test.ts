import { fileURLToPath } from "node:url";
import { crsFromEpsg } from "@reefline/geo/crs";
import { pixelToLonLat } from "@reefline/geo/grid";
import { tileOfLonLat } from "@reefline/geo/mercator";
import type { RasterArray } from "@reefline/raster/array";
import type { Raster } from "@reefline/raster/raster";
import { chooseStretch } from "@reefline/raster/statistics/stretch";
import { openFileSource } from "@reefline/raster/tiff/fileSource";
import { openGeoTiff } from "@reefline/raster/tiff/geotiffRaster";
import type { Grid } from "@reefline/schema/grid";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { renderImageryTile } from "./imageryTile.ts";
import { RasterPool } from "./rasterPool.ts";
import { renderValueTile } from "./valueTile.ts";

const pathOf = (name: string) => fileURLToPath(new URL(`../../tests/golden/rasters/${name}`, import.meta.url));
const placeOf = (name: string) => ({ bytes: { kind: "file" as const, path: pathOf(name) }, placed: null });

async function open(name: string) {
  const raster = await openGeoTiff(await openFileSource(pathOf(name)));
  const stretches = await chooseStretch(raster);
  const image = { bands: raster.bandNames.map((bandName, i) => ({ name: bandName, stretch: stretches[i]! })) };
  const { lon, lat } = pixelToLonLat(raster.grid)(raster.grid.widthPx / 2, raster.grid.heightPx / 2);
  return { raster, image, lon, lat };
}

/** A probability raster in memory: one band of bytes, the ground of a Web Mercator tile pixel for pixel. */
function mercatorRaster(z: number, x: number, y: number, bytes: Uint8Array, sizePx: number): Raster {
  const half = Math.PI * 6378137;
  const step = (2 * half) / 2 ** z / sizePx;
  const grid: Grid = {
    crs: crsFromEpsg(3857),
    transform: [step, 0, x * sizePx * step - half, 0, -step, half - y * sizePx * step],
    widthPx: sizePx,
    heightPx: sizePx,
  };
  return {
    grid,
    sampleType: "uint8",
    bandNames: ["grey"],
    maskKind: "nodata",
    nodata: 0,
    levels: [{ widthPx: sizePx, heightPx: sizePx, blockWidthPx: sizePx, blockHeightPx: sizePx }],
    read: async (window): Promise<RasterArray> => {
      const data = new Uint8Array(window.widthPx * window.heightPx);
      for (let row = 0; row < window.heightPx; row++) {
        for (let col = 0; col < window.widthPx; col++)
          data[row * window.widthPx + col] = bytes[(row + window.rowOff) * sizePx + col + window.colOff] ?? 0;
      }
      const valid = data.map((value) => (value === 0 ? 0 : 1));
      return {
        layout: "pixel-interleaved",
        sampleType: "uint8",
        bandCount: 1,
        widthPx: window.widthPx,
        heightPx: window.heightPx,
        data,
        valid,
      };
    },
    close: async () => {},
  };
}

describe("renderImageryTile", () => {
  it("is a WebP of the image's colours, transparent beside it", async () => {
    const { raster, image, lon, lat } = await open("u8-rgb-deflate-planar-tiled.tif");
    const { x, y } = tileOfLonLat(20, lon, lat);
    const tile = await renderImageryTile({ raster, image, z: 20, x, y });
    expect(tile?.contentType).toBe("image/webp");
    const { data, info } = await sharp(tile!.body).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    expect([info.format, info.width, info.height, info.channels]).toEqual(["raw", 256, 256, 4]);
    const alphas = data.filter((_, i) => i % 4 === 3);
    const opaque = alphas.filter((value) => value === 255).length;
    // 45 × 37 pixels of 0.4 m, where a tile pixel is 0.0917 m of ground.
    const expected = (45 * 37 * 0.4 * 0.4) / 0.0915 ** 2;
    expect(opaque).toBeGreaterThan(0);
    expect(alphas.filter((value) => value === 0).length).toBeGreaterThan(0);
    expect(opaque).toBeLessThan(expected * 1.05);
    await raster.close();
  });

  it("grey floats are stretched and repeated to three channels; 512 px on request", async () => {
    const { raster, image, lon, lat } = await open("f32-predictor3-nan.tif");
    const { x, y } = tileOfLonLat(22, lon, lat);
    const tile = await renderImageryTile({ raster, image, z: 22, x, y, sizePx: 512 });
    const { data, info } = await sharp(tile!.body).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    expect(info.width).toBe(512);
    let shown = 0;
    let worst = 0;
    for (let i = 0; i < data.length; i += 4) {
      if (data[i + 3] !== 255) continue;
      shown++;
      worst = Math.max(worst, Math.abs(data[i]! - data[i + 1]!));
    }
    expect(shown).toBeGreaterThan(1000);
    expect(worst).toBeLessThanOrEqual(4);
    await raster.close();
  });

  it("is null where nothing was measured, and stops when told to", async () => {
    const { raster, image, lon, lat } = await open("u8-rgba.tif");
    const { x, y } = tileOfLonLat(20, lon, lat);
    expect(await renderImageryTile({ raster, image, z: 20, x: x + 9, y })).toBeNull();
    const stopped = renderImageryTile({ raster, image, z: 20, x, y, signal: AbortSignal.abort() });
    await expect(stopped).rejects.toMatchObject({ code: "raster/cancelled" });
    await raster.close();
  });
});

describe("renderValueTile", () => {
  it("keeps every byte where a tile pixel is a raster pixel, 0 where there is none", async () => {
    const bytes = Uint8Array.from({ length: 65_536 }, (_, i) => (i * 31 + (i >> 8) * 7) % 256);
    const raster = mercatorRaster(18, 193_000, 110_000, bytes, 256);
    for (const values of ["amounts", "classes"] as const) {
      const tile = await renderValueTile({ raster, values, z: 18, x: 193_000, y: 110_000 });
      expect(tile?.contentType).toBe("image/png");
      const { data, info } = await sharp(tile!.body).raw().toBuffer({ resolveWithObject: true });
      expect(info.channels).toBe(3);
      const expected = new Uint8Array(65_536 * 3);
      bytes.forEach((value, i) => {
        expected[i * 3] = value;
      });
      expect(Buffer.compare(data, expected)).toBe(0);
    }
  });

  it("is null where there is no prediction", async () => {
    expect(
      await renderValueTile({
        values: "amounts",
        raster: mercatorRaster(18, 193_000, 110_000, new Uint8Array(65_536), 256),
        z: 18,
        x: 193_000,
        y: 110_000,
      }),
    ).toBeNull();
  });
});

describe("tiles of classes", () => {
  it("hold numbers of classes alone, closer and from farther than the raster's pixels, where amounts are blended", async () => {
    // Classes 1 and 9 in a fine chequered pattern: every mean of them is something else.
    const bytes = Uint8Array.from({ length: 65_536 }, (_, i) => ((i + (i >> 8)) % 2 === 0 ? 1 : 9));
    const raster = mercatorRaster(18, 193_000, 110_000, bytes, 256);
    const valuesOf = async (values: "amounts" | "classes", z: number, x: number, y: number) => {
      const tile = await renderValueTile({ raster, values, z, x, y });
      const data = await sharp(tile!.body).extractChannel(0).raw().toBuffer();
      return new Set(data);
    };
    for (const [z, x, y] of [
      [19, 386_000, 220_000],
      [17, 96_500, 55_000],
      [15, 24_125, 13_750],
    ] as const) {
      expect([...(await valuesOf("classes", z, x, y))].filter((value) => ![0, 1, 9].includes(value))).toEqual([]);
      expect([...(await valuesOf("amounts", z, x, y))].some((value) => ![0, 1, 9].includes(value))).toBe(true);
    }
  });
});

describe("RasterPool", () => {
  it("opens once, closes the least recently used when its last user is done, and tries again after a failure", async () => {
    const pool = new RasterPool({ openAtOnce: 1 });
    const first = await pool.use(placeOf("u8-rgba.tif"), "a:1", async (raster) => raster);
    expect(await pool.use(placeOf("u8-rgba.tif"), "a:1", async (raster) => raster)).toBe(first);
    const window = { colOff: 0, rowOff: 0, widthPx: 3, heightPx: 2 };
    await pool.use(placeOf("u8-rgba.tif"), "a:1", async (raster) => {
      // Opening another pushes this one out; it stays readable until done.
      await pool.use(placeOf("i16-nodata.tif"), "b:1", async (other) => expect(other.sampleType).toBe("int16"));
      expect((await raster.read(window)).data).toHaveLength(18);
    });
    expect(await pool.use(placeOf("u8-rgba.tif"), "a:1", async (raster) => raster)).not.toBe(first);
    await expect(pool.use(placeOf("not-there.tif"), "c:1", async () => 1)).rejects.toMatchObject({ kind: "not-found" });
    await expect(pool.use(placeOf("u8-rgba.tif"), "c:1", async () => 1)).resolves.toBe(1);
    await pool.close();
  });
});
