import { randomUUID } from "node:crypto";
import { rasterizePolygons } from "@reefline/chips/rasterizePolygons";
import { crsFromEpsg } from "@reefline/geo/crs";
import { pixelToLonLat, polygonToPixels } from "@reefline/geo/grid";
import { rowPixelAreasM2 } from "@reefline/geo/pixelArea";
import { isSampleBlock } from "@reefline/schema/areaSample";
import type { Polygon } from "@reefline/schema/feature";
import type { Grid } from "@reefline/schema/grid";
import { byteFromProbability } from "@reefline/schema/prediction";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Context } from "../../server/context.ts";
import { evaluateOnLockedHoldouts } from "../../server/services/judging/accuracy.ts";
import { drawSample } from "../../server/services/judging/areaSampleDraw.ts";
import { estimateSample } from "../../server/services/judging/areaSampleEstimate.ts";
import { finishBlocks, listSamples, removeSample } from "../../server/services/judging/areaSamples.ts";
import { groundOf } from "../../server/services/labels/groundOf.ts";
import { applyEdit } from "../../server/services/labels/labels.ts";
import { removePrediction, unlockedHoldouts } from "../../server/services/predictions/predictions.ts";
import { featuresOf } from "../../server/storage/features.ts";
import { surveyWithPrediction } from "./finishedPrediction.ts";
import { content, edit, openTestStore, temporaryFolder } from "./testStore.ts";

/** The survey: 0.5 m pixels, nothing measured in its first 30 columns. The prediction is twice as coarse. */
const surveyGrid: Grid = { crs: crsFromEpsg(32618), transform: [0.5, 0, 350_000, 0, -0.5, 3_840_000], widthPx: 620, heightPx: 410 };
const modelGrid: Grid = { ...surveyGrid, transform: [1, 0, 350_000, 0, -1, 3_840_000], widthPx: 310, heightPx: 205 };
/** Round reefs, in metres from the corner. */
const reefs = Array.from({ length: 40 }, (_, i) => ({ x: 25 + ((i * 37) % 270), y: 12 + ((i * 61) % 180), r: 4 + (i % 5) }));
/** What is predicted lies a metre and a half aside, and every seventh reef is missed. */
const sure = (x: number, y: number) =>
  reefs.some((reef, i) => i % 7 !== 0 && Math.hypot(x - reef.x - 1.5, y - reef.y) < reef.r) ? 0.85 : 0.1;

const folder = temporaryFolder();
let ctx: Context;
let surveyId: string;
let predictionId: string;
let close: () => Promise<void>;

function circle({ x, y, r }: (typeof reefs)[number]): Polygon {
  const toLonLat = pixelToLonLat(surveyGrid);
  const ring = Array.from({ length: 33 }, (_, i): [number, number] => {
    const angle = -(2 * Math.PI * (i % 32)) / 32;
    const { lon, lat } = toLonLat(2 * (x + r * Math.cos(angle)), 2 * (y + r * Math.sin(angle)));
    return [lon, lat];
  });
  return { type: "Polygon", coordinates: [ring] };
}

beforeAll(async () => {
  const opened = await openTestStore(folder.path);
  ctx = opened.ctx;
  close = () => opened.store.close();
  ({ surveyId, predictionId } = await surveyWithPrediction(ctx.store, {
    surveyName: "Bar",
    surveyGrid,
    imageByte: (col) => (col < 30 ? 0 : 128),
    modelGrid,
    probabilityByte: (col, row) => (col < 15 ? 0 : byteFromProbability(sure(col + 0.5, row + 0.5))),
    modelName: "First model",
  }));
});
afterAll(async () => {
  await close();
  folder.remove();
});

const putLabel = (geometry: Polygon, change = {}) => ({ id: randomUUID(), baseRevision: 0, content: content(geometry, change) });

describe("an area sample", () => {
  it("is drawn, labelled blind, stopped and resumed, and estimates the area with an interval that holds it", async () => {
    const { store } = ctx;
    const request = { predictionId, threshold: 0.5, blockCount: 90, blockMeters: 8, seed: 4 };
    const drawn = await drawSample(store, "owner", request);
    expect(drawn.blocks).toHaveLength(90);
    expect(drawn.blockMeters).toBeCloseTo(8, 2);
    expect(drawn.strata.reduce((sum, stratum) => sum + stratum.blockCount, 0)).toBe(38 * 26);
    // Stored as it was answered, and the blocks are held-out areas that hide predictions.
    expect(await listSamples(ctx, surveyId)).toEqual([drawn]);
    expect(await unlockedHoldouts(store.db, surveyId)).toHaveLength(90);
    // No training sees the blocks, and no other score counts them.
    const features = await featuresOf(store.db, surveyId);
    expect(features.filter(isSampleBlock)).toHaveLength(90);
    expect([groundOf(features).holdout.length, groundOf(features).ignore.length]).toEqual([0, 90]);

    await expect(estimateSample(store, drawn.id)).rejects.toMatchObject({ code: "area-sample/too-few-done" });
    await applyEdit(ctx, edit(surveyId, { puts: reefs.map((reef) => putLabel(circle(reef))) }));
    await finishBlocks(
      ctx,
      drawn.id,
      Array.from({ length: 90 }, (_, i) => i + 1).filter((number) => number !== 41),
    );
    const part = await estimateSample(store, drawn.id);
    expect(part.blocksDone).toBe(89);
    expect(part.blocksUsed).toBeLessThan(89);
    expect(part.blocksUsed).toBeGreaterThan(39);
    await finishBlocks(ctx, drawn.id, [41]);
    await finishBlocks(ctx, drawn.id, [41]);
    expect(await unlockedHoldouts(store.db, surveyId)).toHaveLength(0);
    expect(await evaluateOnLockedHoldouts(store, predictionId, 0.5)).toBeNull();

    const seen = await estimateSample(store, drawn.id);
    const trueM2 = unionAreaM2();
    expect([seen.blocksDone, seen.blocksUsed]).toEqual([90, 90]);
    expect(seen.areaM2.low).toBeLessThan(trueM2);
    expect(seen.areaM2.high).toBeGreaterThan(trueM2);
    expect(seen.areaM2.high - seen.areaM2.low).toBeLessThan(trueM2);
    expect(seen.groundM2 / (295 * 205)).toBeCloseTo(1, 2);
    // A seventh is missed and the rest lies aside.
    expect(seen.mappedM2).toBeLessThan(trueM2);
    expect(seen.usersAccuracy?.value).toBeGreaterThan(0.5);
    expect(seen.usersAccuracy?.value).toBeLessThan(0.95);
    expect(seen.strata.reduce((sum, stratum) => sum + stratum.used, 0)).toBe(90);
    // The same seed draws the same blocks.
    const again = await drawSample(store, "owner", request);
    expect(again.blocks.map(({ geometry }) => geometry)).toEqual(drawn.blocks.map(({ geometry }) => geometry));
    await removeSample(ctx, again.id);
    expect((await listSamples(ctx, surveyId)).map(({ id }) => id)).toEqual([drawn.id]);
    expect((await featuresOf(store.db, surveyId)).filter(isSampleBlock)).toHaveLength(90);
  });

  it("equals all ground counted when every block is drawn", async () => {
    const sample = await drawSample(ctx.store, "owner", { predictionId, threshold: 0.5, blockCount: 1_000, blockMeters: 15, seed: 1 });
    expect(sample.blocks).toHaveLength(20 * 14);
    await finishBlocks(
      ctx,
      sample.id,
      sample.blocks.map((_, i) => i + 1),
    );
    const { areaM2, usersAccuracy } = await estimateSample(ctx.store, sample.id);
    expect(areaM2.value / unionAreaM2()).toBeCloseTo(1, 4);
    expect(areaM2.high - areaM2.low).toBe(0);
    expect(usersAccuracy?.standardError).toBe(0);
    await removeSample(ctx, sample.id);
  });

  it("refuses labels that a model drew as truth, and counts on without the prediction", async () => {
    const [sample] = await listSamples(ctx, surveyId);
    const block = sample?.blocks[6];
    if (!sample || !block) throw new Error("a sample");
    const provenance = { kind: "accepted", predictionId, polygonId: "a", probability: 0.9, edited: false } as const;
    const label = putLabel(block.geometry, { provenance });
    await applyEdit(ctx, edit(surveyId, { puts: [label] }));
    await expect(estimateSample(ctx.store, sample.id)).rejects.toThrow(/Block 7 holds a label that a model drew/);
    await applyEdit(ctx, edit(surveyId, { deletes: [{ id: label.id, baseRevision: 1 }] }));
    const before = await estimateSample(ctx.store, sample.id);
    await removePrediction(ctx, predictionId);
    const after = await estimateSample(ctx.store, sample.id);
    expect(after.areaM2.value).toBeCloseTo(before.areaM2.value, 6);
    expect(after.usersAccuracy).toBeNull();
    expect(after.notes.join(" ")).toContain("was removed");
  });
});

/** Of all reefs together, counted on the survey's own pixels. */
function unionAreaM2(): number {
  const rings = reefs.map((reef) => polygonToPixels(surveyGrid, circle(reef)));
  const mask = rasterizePolygons(rings, { colOff: 0, rowOff: 0, widthPx: surveyGrid.widthPx, heightPx: surveyGrid.heightPx });
  return mask.reduce((sum, value) => sum + value, 0) * rowPixelAreasM2(surveyGrid)(200);
}
