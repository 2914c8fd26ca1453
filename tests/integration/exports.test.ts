import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crsFromEpsg } from "@reefline/geo/crs";
import { gridBounds } from "@reefline/geo/grid";
import { openFileSource } from "@reefline/raster/tiff/fileSource";
import { openGeoTiff } from "@reefline/raster/tiff/geotiffRaster";
import { classColour } from "@reefline/schema/classColours";
import type { Grid } from "@reefline/schema/grid";
import { byteFromProbability } from "@reefline/schema/prediction";
import Libsql from "libsql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Context } from "../../server/context.ts";
import { exportFormats } from "../../server/services/exports/exportFile.ts";
import { exportPrediction } from "../../server/services/exports/exportLayer.ts";
import { exportRaster } from "../../server/services/exports/exportRaster.ts";
import { insertPolygonSet } from "../../server/storage/polygonSets.ts";
import { predictionById, updatePrediction } from "../../server/storage/predictions.ts";
import { byteAsset, finishedPrediction } from "./finishedPrediction.ts";
import { bareSurvey, box, openTestStore, temporaryFolder } from "./testStore.ts";

const folder = temporaryFolder();
const grid: Grid = { crs: crsFromEpsg(32618), transform: [0.5, 0, 350_000, 0, -0.5, 3_840_000], widthPx: 37, heightPx: 23 };
/** Nodata in the first column, then a ramp of probability. */
const bytes = Uint8Array.from({ length: 37 * 23 }, (_, i) => (i % 37 === 0 ? 0 : byteFromProbability((i % 37) / 36)));
let ctx: Context;
let surveyId: string;
let predictionId: string;
let close: () => Promise<void>;

beforeAll(async () => {
  const opened = await openTestStore(folder.path);
  ctx = opened.ctx;
  close = () => opened.store.close();
  surveyId = await bareSurvey(ctx.store);
  const assetId = await byteAsset(ctx.store, surveyId, "probability", grid, (col, row) => bytes[row * 37 + col] ?? 0);
  predictionId = await finishedPrediction(ctx.store, surveyId, { grid, assetId });
  const polygon = { areaM2: 12, perimeterMeters: 15, probability: 0.8, probabilityP10: 0.5, compactness: 0.67, decision: null };
  const polygons = Array.from({ length: 1_203 }, (_, i) => ({
    ...polygon,
    id: `p${i}`,
    geometry: box(1 + (i % 40) / 100, 1 + i / 10_000, 0.0001),
    ...(i === 8 ? { class: "shell rake" } : {}),
  }));
  await insertPolygonSet(ctx.store.db, predictionId, 0.5, polygons);
});
afterAll(async () => {
  await close();
  folder.remove();
});

async function bytesOf(pieces: AsyncIterable<string | Uint8Array>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const piece of pieces) parts.push(Buffer.from(piece));
  return Buffer.concat(parts);
}

describe("exports", () => {
  it.each(exportFormats)("of predicted polygons as %s hold every one, and leave nothing behind", async (format) => {
    const prediction = await predictionById(ctx.store.db, predictionId);
    const file = await exportPrediction(ctx, prediction, 0.5, { format, crs: "wgs84", ids: null });
    const content = await bytesOf(file.pieces);
    expect(file.outcome.featureCount).toBe(1_203);
    if (format === "geojson") {
      const { features } = JSON.parse(content.toString());
      expect(features[7].properties).toMatchObject({ id: "p7", class: "reef", probability_p10: 0.5 });
      expect(features[8].properties).toMatchObject({ id: "p8", class: "shell rake" });
    }
    if (format === "fgb") expect([...content.subarray(0, 4)]).toEqual([0x66, 0x67, 0x62, 0x03]);
    if (format === "shp") {
      expect(content.subarray(0, 2).toString()).toBe("PK");
      expect(content.includes("what-a-shapefile-cannot-hold.txt")).toBe(true);
      expect(file.outcome.notes[0]).toContain("probability is probabilit");
    }
    if (format === "gpkg") {
      const path = join(folder.path, "read.gpkg");
      await writeFile(path, content);
      const database = new Libsql(path, { readonly: true });
      expect(database.prepare('SELECT count(*) AS n, max(area_m2) AS a FROM "Test shore prediction"').get()).toMatchObject({
        n: 1_203,
        a: 12,
      });
      const ofClass = database.prepare('SELECT class, count(*) AS n FROM "Test shore prediction" GROUP BY class ORDER BY class').all();
      expect(ofClass).toMatchObject([
        { class: "reef", n: 1_202 },
        { class: "shell rake", n: 1 },
      ]);
      database.close();
    }
    expect((await readdir(ctx.store.paths.cache).catch(() => [])).filter((name) => name.startsWith("export-"))).toEqual([]);
  });

  it("given up half-way leaves nothing behind either", async () => {
    const prediction = await predictionById(ctx.store.db, predictionId);
    const file = await exportPrediction(ctx, prediction, 0.5, { format: "gpkg", crs: "wgs84", ids: null });
    for await (const _piece of file.pieces) break;
    expect((await readdir(ctx.store.paths.cache)).filter((name) => name.startsWith("export-"))).toEqual([]);
  });

  it("of a threshold that nobody has traced say so", async () => {
    const prediction = await predictionById(ctx.store.db, predictionId);
    await expect(exportPrediction(ctx, prediction, 0.7, { format: "gpkg", crs: "wgs84", ids: null })).rejects.toThrow(/being drawn/);
  });

  it("of rasters have colours and the right nodata", async () => {
    const prediction = await predictionById(ctx.store.db, predictionId);
    for (const kind of ["probability", "mask"] as const) {
      const path = join(folder.path, `${kind}.tif`);
      await writeFile(path, await bytesOf((await exportRaster(ctx, prediction, kind, 0.5)).pieces));
      const raster = await openGeoTiff(await openFileSource(path));
      const { data, valid } = await raster.read({ colOff: 0, rowOff: 4, widthPx: 37, heightPx: 1 });
      await raster.close();
      // A palette is read as its colours.
      expect(raster.bandNames).toEqual(["red", "green", "blue"]);
      expect(raster.grid).toEqual(grid);
      expect([...valid]).toEqual([0, ...new Array<number>(36).fill(1)]);
      const colours = Array.from({ length: 37 }, (_, i) => [data[3 * i], data[3 * i + 1], data[3 * i + 2]].join());
      if (kind === "probability") expect([colours[36], new Set(colours).size > 30]).toEqual(["253,231,37", true]);
      else expect(colours.slice(1)).toEqual(Array.from({ length: 36 }, (_, i) => ((i + 1) / 36 >= 0.5 ? "14,124,123" : "222,222,222")));
    }
    await expect(exportRaster(ctx, prediction, "uncertainty", 0.5)).rejects.toThrow(/without its uncertainty/);
    await expect(exportRaster(ctx, prediction, "classes", 0.5)).rejects.toThrow(/Train a model with classes/);
  });

  it("of classes follow the threshold, in the classes' own colours", async () => {
    const classes = ["live", "shell rake"];
    const assetId = await byteAsset(ctx.store, surveyId, "classes", grid, (col, row) => (col === 0 ? 0 : row % 2 === 0 ? 1 : 2));
    const areaHistogramsM2 = classes.map(() => new Array<number>(256).fill(0));
    const classRaster = { classes, assetId, version: "v", grid, bounds: gridBounds(grid), gsdMeters: 0.5, areaHistogramsM2 };
    await updatePrediction(ctx.store.db, predictionId, { classRaster });
    const prediction = await predictionById(ctx.store.db, predictionId);
    const path = join(folder.path, "classes.tif");
    await writeFile(path, await bytesOf((await exportRaster(ctx, prediction, "classes", 0.75)).pieces));
    const raster = await openGeoTiff(await openFileSource(path));
    const [live = "", shellRake = ""] = classes.map((name) => {
      const hex = classColour(name, classes);
      return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).join();
    });
    for (const [rowOff, colour] of [
      [6, live],
      [7, shellRake],
    ] as const) {
      const { data, valid } = await raster.read({ colOff: 0, rowOff, widthPx: 37, heightPx: 1 });
      expect([...valid]).toEqual([0, ...new Array<number>(36).fill(1)]);
      const colours = Array.from({ length: 37 }, (_, i) => [data[3 * i], data[3 * i + 1], data[3 * i + 2]].join());
      expect(colours.slice(1)).toEqual(Array.from({ length: 36 }, (_, i) => ((i + 1) / 36 >= 0.75 ? colour : "222,222,222")));
    }
    await raster.close();
  });
});
