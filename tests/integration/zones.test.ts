import { randomUUID } from "node:crypto";
import { crsFromEpsg } from "@reefline/geo/crs";
import { polygonAreaM2 } from "@reefline/geo/geodesic";
import { gridBounds, pixelToLonLat } from "@reefline/geo/grid";
import type { Polygon } from "@reefline/schema/feature";
import type { Grid } from "@reefline/schema/grid";
import { defaultOutlineOptions } from "@reefline/schema/outlines";
import { byteFromProbability } from "@reefline/schema/prediction";
import type { ZoneSource } from "@reefline/schema/zones";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Context } from "../../server/context.ts";
import { zoneCsv, zoneStatistics } from "../../server/services/judging/zoneStatistics.ts";
import { applyEdit } from "../../server/services/labels/labels.ts";
import { getOutlineOptions, setOutlineOptions } from "../../server/services/predictions/outlineOptions.ts";
import { storePolygonSet } from "../../server/services/predictions/polygonSets.ts";
import { findPolygonSet, polygonSet } from "../../server/storage/polygonSets.ts";
import { updatePrediction } from "../../server/storage/predictions.ts";
import { byteAsset, surveyWithPrediction } from "./finishedPrediction.ts";
import { content, edit, openTestStore, temporaryFolder } from "./testStore.ts";

/** The survey: 0.5 m pixels, without data in its first 10 columns. The model's grid is twice as coarse. */
const surveyGrid: Grid = { crs: crsFromEpsg(32618), transform: [0.5, 0, 350_000, 0, -0.5, 3_840_000], widthPx: 100, heightPx: 60 };
const modelGrid: Grid = { ...surveyGrid, transform: [1, 0, 350_000, 0, -1, 3_840_000], widthPx: 50, heightPx: 30 };
/** Reef at p = 0.9 in two bodies with a thin neck, 0.2 elsewhere, nodata in the first 5 columns. */
const isReef = (col: number, row: number) =>
  Math.hypot(col - 18, row - 14) < 8 || Math.hypot(col - 36, row - 14) < 8 || (row >= 13 && row < 15 && col > 18 && col < 36);
const probabilityByte = (col: number, row: number) => (col < 5 ? 0 : byteFromProbability(isReef(col + 0.5, row + 0.5) ? 0.9 : 0.2));

const folder = temporaryFolder();
let ctx: Context;
let surveyId: string;
let predictionId: string;
let close: () => Promise<void>;

/** A rectangle in the survey's pixels. */
function rectangle(left: number, top: number, right: number, bottom: number): Polygon {
  const corners = [
    [left, bottom],
    [right, bottom],
    [right, top],
    [left, top],
    [left, bottom],
  ].map(([col = 0, row = 0]): [number, number] => {
    const { lon, lat } = pixelToLonLat(surveyGrid)(col, row);
    return [lon, lat];
  });
  return { type: "Polygon", coordinates: [corners] };
}

beforeAll(async () => {
  const opened = await openTestStore(folder.path);
  ctx = opened.ctx;
  close = () => opened.store.close();
  ({ surveyId, predictionId } = await surveyWithPrediction(ctx.store, {
    surveyName: '=Marsh, "north"',
    surveyGrid,
    imageByte: (col) => (col < 10 ? 0 : 128),
    modelGrid,
    probabilityByte,
    modelName: "First model",
  }));
  // Two labels that overlap by 10 × 10 pixels, 20 × 20 each; one "unsure".
  const put = (geometry: Polygon, name = "reef") => ({ id: randomUUID(), baseRevision: 0, content: content(geometry, { class: name }) });
  const puts = [put(rectangle(20, 10, 40, 30)), put(rectangle(30, 20, 50, 40)), put(rectangle(70, 10, 80, 20), "unsure")];
  await applyEdit(ctx, edit(surveyId, { puts }));
});
afterAll(async () => {
  await close();
  folder.remove();
});

const table = (source: ZoneSource, withPrediction = true) =>
  zoneStatistics(ctx.store, { surveyId, predictionId: withPrediction ? predictionId : null, threshold: null, source });

/** The projection's scale makes ground a little larger or smaller than the map. */
const pixelM2 = () => polygonAreaM2(rectangle(0, 0, 100, 60)) / 6_000;

describe("statistics per zone", () => {
  it("counts labels once, prediction and measurement by pixel centres, and shares no ground between neighbours", async () => {
    const zones = {
      type: "FeatureCollection",
      features: [
        { type: "Feature", properties: { Name: "West" }, geometry: rectangle(0, 0, 53, 60) },
        { type: "Feature", properties: {}, geometry: rectangle(53, 0, 100, 60) },
      ],
    };
    const { zones: rows, threshold, modelName } = await table({ kind: "geojson", fileName: "zones.geojson", text: JSON.stringify(zones) });
    expect([threshold, modelName]).toEqual([0.5, "First model"]);
    const [west, east] = rows;
    expect(rows.map(({ name }) => name)).toEqual(["West", "Zone 2"]);
    const near = (value: number | null | undefined, pixels: number) => expect((value ?? 0) / pixelM2()).toBeCloseTo(pixels, 1);
    near(west?.areaM2, 53 * 60);
    near(west?.measuredM2, 43 * 60);
    near(west?.unmeasuredM2, 10 * 60);
    near(east?.measuredM2, 47 * 60);
    near(west?.labelReefM2, 700);
    expect([west?.labelCount, east?.labelCount]).toEqual([2, 0]);
    near(east?.labelReefM2, 0);
    // Pixels of the model, whose centres at column 26.5 lie exactly on the border, are four of the survey's.
    let [reef, ground] = [0, 0];
    for (let row = 0; row < 30; row++)
      for (let col = 0; col < 50; col++) {
        const byte = probabilityByte(col, row);
        reef += byte > 128 ? 4 : 0;
        ground += byte > 0 ? 4 : 0;
      }
    near((west?.predictedReefM2 ?? 0) + (east?.predictedReefM2 ?? 0), reef);
    near((west?.predictedGroundM2 ?? 0) + (east?.predictedGroundM2 ?? 0), ground);
    expect(west?.predictedShare).toBeCloseTo((west?.predictedReefM2 ?? 0) / (west?.predictedGroundM2 ?? 1), 12);
    expect(east?.meanProbability).toBeGreaterThan(0.2);
    expect((west?.predictedCount ?? 0) + (east?.predictedCount ?? 0)).toBe(1);
  });

  it("adds up over squares, whatever their size", async () => {
    for (const sizeMeters of [7.3, 20, 1_000]) {
      const { zones } = await table({ kind: "grid", sizeMeters });
      const sum = (pick: (zone: (typeof zones)[number]) => number | null) => zones.reduce((total, zone) => total + (pick(zone) ?? 0), 0);
      expect(sum((zone) => zone.areaM2) / pixelM2()).toBeCloseTo(6_000, 1);
      expect(sum((zone) => zone.labelReefM2) / pixelM2()).toBeCloseTo(700, 1);
      expect(sum((zone) => zone.predictedGroundM2) / pixelM2()).toBeCloseTo(45 * 30 * 4, 1);
      expect(sum((zone) => zone.labelCount)).toBe(2);
      expect(zones[0]?.name).toBe("A1");
    }
  });

  it("works without a prediction, refuses nothing to count and too many squares, and stops when asked", async () => {
    const { zones } = await table({ kind: "layer", layer: "label" }, false);
    expect(zones).toHaveLength(3);
    expect(zones[0]).toMatchObject({ name: "reef 1", predictedReefM2: null, predictedCount: null });
    await expect(table({ kind: "layer", layer: "examined" })).rejects.toMatchObject({ code: "zones/none" });
    await expect(table({ kind: "grid", sizeMeters: 0.01 })).rejects.toMatchObject({ code: "zones/too-many" });
    await expect(table({ kind: "geojson", fileName: "x", text: "<html>" })).rejects.toMatchObject({ kind: "bad-input" });
    const request = { surveyId, predictionId: null, threshold: null, source: { kind: "grid", sizeMeters: 10 } as const };
    await expect(zoneStatistics(ctx.store, request, { signal: AbortSignal.abort() })).rejects.toThrow("aborted");
  });

  it("comes out as CSV in which no name is a formula", async () => {
    const csv = zoneCsv(await table({ kind: "grid", sizeMeters: 1_000 }));
    const [header, line, ...rest] = csv.trimEnd().split("\r\n");
    expect(header?.split(",")).toHaveLength(14);
    expect(line).toMatch(/^A1,/);
    expect(line).toContain(`"'=Marsh, ""north"""`);
    expect(rest).toEqual([]);
  });
});

describe("how outlines are drawn", () => {
  it("is kept with the prediction, and polygons drawn otherwise go", async () => {
    await storePolygonSet(ctx.store, predictionId, 0.5);
    const [before] = (await polygonSet(ctx.store.db, predictionId, 0.5)) ?? [];
    expect(await getOutlineOptions(ctx, predictionId)).toEqual(defaultOutlineOptions);
    const options = { ...defaultOutlineOptions, splitTouching: true, contour: "subpixel" as const, simplifyMeters: 0.4 };
    await setOutlineOptions(ctx, predictionId, options);
    expect(await findPolygonSet(ctx.store.db, predictionId, 0.5)).toBeNull();
    await storePolygonSet(ctx.store, predictionId, 0.5);
    const bodies = (await polygonSet(ctx.store.db, predictionId, 0.5)) ?? [];
    expect(bodies).toHaveLength(2);
    // At p = 0.5 between 0.9 and 0.2 the contour runs 0.07 pixels outside the pixels' edges.
    const growth = bodies.reduce((sum, { areaM2 }) => sum + areaM2, 0) / (before?.areaM2 ?? 1);
    expect(growth).toBeGreaterThan(1);
    expect(growth).toBeLessThan(1.1);
    const corners = bodies.map(({ geometry }) => new Set(geometry.coordinates[0]?.map(String)));
    expect([...(corners[0] ?? [])].filter((corner) => corners[1]?.has(corner)).length).toBeGreaterThanOrEqual(2);
    expect(bodies[0]).toMatchObject({ probabilityP10: expect.closeTo(0.9, 2), compactness: expect.any(Number) });
  });
});

describe("classes of reef per zone", () => {
  it("are counted at the threshold, labels' by the order of the classes", async () => {
    const classes = ["live", "dead"];
    const assetId = await byteAsset(ctx.store, surveyId, "classes", modelGrid, (col, row) =>
      probabilityByte(col, row) === 0 ? 0 : col < 20 ? 1 : 2,
    );
    const areaHistogramsM2 = classes.map(() => new Array<number>(256).fill(0));
    const classRaster = { classes, assetId, version: "v", grid: modelGrid, bounds: gridBounds(modelGrid), gsdMeters: 1, areaHistogramsM2 };
    await updatePrediction(ctx.store.db, predictionId, { classRaster });
    const put = (geometry: Polygon, name: string) => ({ id: randomUUID(), baseRevision: 0, content: content(geometry, { class: name }) });
    const puts = [put(rectangle(65, 30, 75, 40), "dead"), put(rectangle(60, 30, 70, 40), "live")];
    await applyEdit(ctx, edit(surveyId, { puts }));

    const counted = await table({ kind: "grid", sizeMeters: 9.7 });
    expect(counted.classes).toEqual(classes);
    const sum = (pick: (zone: (typeof counted.zones)[number]) => number | undefined | null) =>
      counted.zones.reduce((total, zone) => total + (pick(zone) ?? 0), 0) / pixelM2();
    let [live, dead] = [0, 0];
    for (let row = 0; row < 30; row++)
      for (let col = 0; col < 50; col++) {
        if (probabilityByte(col, row) <= 128) continue;
        live += col < 20 ? 4 : 0;
        dead += col < 20 ? 0 : 4;
      }
    expect(live).toBeGreaterThan(100);
    expect(sum((zone) => zone.predictedClassesM2?.[0])).toBeCloseTo(live, 1);
    expect(sum((zone) => zone.predictedClassesM2?.[1])).toBeCloseTo(dead, 1);
    expect(sum((zone) => zone.predictedReefM2)).toBeCloseTo(live + dead, 1);
    expect(sum((zone) => zone.labelClassesM2?.[0])).toBeCloseTo(100, 1);
    expect(sum((zone) => zone.labelClassesM2?.[1])).toBeCloseTo(50, 1);
    const [header, line] = zoneCsv(counted).split("\r\n");
    expect(header?.split(",").slice(13)).toEqual(["threshold", "label_m2_live", "label_m2_dead", "predicted_m2_live", "predicted_m2_dead"]);
    expect(
      line?.endsWith(
        `,${[...(counted.zones[0]?.labelClassesM2 ?? []), ...(counted.zones[0]?.predictedClassesM2 ?? [])].map((m2) => Number(m2.toFixed(3))).join(",")}`,
      ),
    ).toBe(true);
  });
});
