import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openFileSource } from "@reefline/raster/tiff/fileSource";
import { openGeoTiff } from "@reefline/raster/tiff/geotiffRaster";
import { deserialize } from "flatgeobuf/lib/mjs/geojson.js";
import { afterAll, expect, it } from "vitest";
import { reefline } from "./program.ts";
import { temporaryFolder } from "./testStore.ts";

const folder = temporaryFolder();
afterAll(() => folder.remove());

const golden = (name: string) => fileURLToPath(new URL(`../golden/rasters/${name}`, import.meta.url));
const polygonize = (mask: string, out: string, ...words: string[]) =>
  reefline(["--data", join(folder.path, "data"), "polygonize", "--mask", mask, "--out", out, ...words]);

interface Outline {
  readonly geometry: { readonly coordinates: number[][][] | number[][][][]; readonly type: string };
  readonly properties: { readonly DN: number };
}

function area(ring: readonly number[][]): number {
  const [[left = 0, top = 0] = []] = ring;
  let sum = 0;
  ring.forEach(([x = 0, y = 0], i) => {
    const [nextX = 0, nextY = 0] = ring[(i + 1) % ring.length] ?? [];
    sum += (x - left) * (nextY - top) - (nextX - left) * (y - top);
  });
  return Math.abs(sum) / 2;
}

const groundOf = ([outer = [], ...holes]: number[][][]): number => area(outer) - holes.reduce((sum, hole) => sum + area(hole), 0);

it.each([
  ["u8-pixel-is-point.tif", "4"],
  ["u1-grey-strips.tif", "4"],
  ["u2-grey-tiled.tif", "8"],
])("the outlines of %s cover its pixels above 0 in its own CRS", async (name, connectivity) => {
  const out = join(folder.path, `${name}.fgb`);
  expect(await polygonize(golden(name), out, "--connectivity", connectivity)).toMatchObject({ code: 0 });
  const raster = await openGeoTiff(await openFileSource(golden(name)));
  const { widthPx, heightPx, transform } = raster.grid;
  const { data } = await raster.read({ colOff: 0, rowOff: 0, widthPx, heightPx });
  await raster.close();
  const pixels = Array.from(data).filter((value) => value > 0).length;
  const [a, b, , d, e] = transform;
  let ground = 0;
  for await (const each of deserialize(new Uint8Array(await readFile(out)))) {
    const { geometry, properties } = each as unknown as Outline;
    expect(properties).toEqual({ DN: 1 });
    expect(geometry.type).toBe(connectivity === "8" ? "MultiPolygon" : "Polygon");
    const polygons = (geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates) as number[][][][];
    for (const polygon of polygons) ground += groundOf(polygon);
  }
  expect(pixels).toBeGreaterThan(0);
  expect(ground / (pixels * Math.abs(a * e - b * d))).toBeCloseTo(1, 7);
});

it("refuses what it cannot read or write in one sentence, and leaves nothing behind", async () => {
  const out = join(folder.path, "none.fgb");
  const refusals = [
    [await polygonize(golden("u16-grey-zstd-strips.tif"), out), "8-bit"],
    [await polygonize(golden("u8-rgba.tif"), out), "8-bit"],
    [await polygonize(golden("missing.tif"), out), "no file"],
    [await polygonize(golden("u1-grey-strips.tif"), join(folder.path, "none.gpkg")), ".fgb"],
  ] as const;
  for (const [{ code, stderr }, word] of refusals) {
    expect(code).toBe(1);
    expect(stderr.trim().split("\n").at(-1)).toMatch(/^[A-Z].*\.$/);
    expect(stderr).toContain(word);
  }
  await expect(readFile(out)).rejects.toThrow("ENOENT");
});
