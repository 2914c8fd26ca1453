import { randomUUID } from "node:crypto";
import type { Polygon } from "@reefline/schema/feature";
import type { PredictedPolygon } from "@reefline/schema/prediction";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Context } from "../../server/context.ts";
import { exportLabels, exportPrediction } from "../../server/services/exports/exportLayer.ts";
import { applyEdit, featuresInSurvey, undoEdit } from "../../server/services/labels/labels.ts";
import { outlinesAtThreshold } from "../../server/services/predictions/outlines.ts";
import { decide, undoDecision } from "../../server/services/predictions/review.ts";
import { insertPolygonSet, polygonSet } from "../../server/storage/polygonSets.ts";
import { predictionById } from "../../server/storage/predictions.ts";
import { shapesInPlace } from "../../server/tiles/vector/shapesInPlace.ts";
import { finishedPrediction } from "./finishedPrediction.ts";
import { bareSurvey, box, content, edit, openTestStore, temporaryFolder } from "./testStore.ts";

const folder = temporaryFolder();
let ctx: Context;
let surveyId: string;
let close: () => Promise<void>;

beforeAll(async () => {
  const opened = await openTestStore(folder.path);
  ctx = opened.ctx;
  close = () => opened.store.close();
  surveyId = await bareSurvey(ctx.store);
});
afterAll(async () => {
  await close();
  folder.remove();
});

const predicted = (id: string, geometry: Polygon): PredictedPolygon => ({
  id,
  geometry,
  areaM2: 12,
  perimeterMeters: 15,
  probability: 0.8,
  decision: null,
});

/** A finished prediction whose outlines are given, as if traced at each threshold. */
async function prediction(sets: Record<number, PredictedPolygon[]>): Promise<string> {
  const id = await finishedPrediction(ctx.store, surveyId);
  for (const [threshold, polygons] of Object.entries(sets)) await insertPolygonSet(ctx.store.db, id, Number(threshold), polygons);
  return id;
}

/** What a browser may see of a threshold's outlines, in the order they were traced, and the ground where it may not. */
async function polygons(predictionId: string, threshold: number) {
  const shapes = shapesInPlace(ctx.store.db);
  const { hiddenAreas } = await outlinesAtThreshold(ctx, shapes, { predictionId, threshold }, () => {
    throw new Error("asked to trace what is there");
  });
  const traced = (await polygonSet(ctx.store.db, predictionId, threshold)) ?? [];
  const seen = await Promise.all(
    traced.map(async ({ id }) => {
      const known = await shapes.decisionOn({ predictionId, threshold, which: { id } });
      return known ? [{ id, decision: known.decision }] : [];
    }),
  );
  return { polygons: seen.flat(), hiddenAreas };
}

describe("review", () => {
  it("opens a polygon again when its label is undone among the edits", async () => {
    const id = await prediction({ 0.5: [predicted("c", box(5, 1))] });
    const provenance = { kind: "accepted", predictionId: id, polygonId: "c", probability: 0.8, edited: false } as const;
    const drawn = edit(surveyId, { puts: [{ id: randomUUID(), baseRevision: 0, content: content(box(5, 1), { provenance }) }] });
    await decide(ctx, { id: randomUUID(), predictionId: id, threshold: 0.5, polygonId: "c", kind: "accepted", edit: drawn });
    expect((await polygons(id, 0.5)).polygons.map((one) => one.decision)).toEqual(["accepted"]);
    await undoEdit(ctx, { surveyId, editId: drawn.id, newEditId: randomUUID() });
    expect((await polygons(id, 0.5)).polygons.map((one) => one.decision)).toEqual([null]);
  });

  it("accepts a polygon as a label with its provenance, once, and takes both back together", async () => {
    const id = await prediction({ 0.5: [predicted("a", box(1, 1)), predicted("b", box(2, 1))] });
    const provenance = { kind: "accepted", predictionId: id, polygonId: "a", probability: 0.8, edited: false } as const;
    const labelId = randomUUID();
    const request = {
      id: randomUUID(),
      predictionId: id,
      threshold: 0.5,
      polygonId: "a",
      kind: "accepted" as const,
      edit: edit(surveyId, { puts: [{ id: labelId, baseRevision: 0, content: content(box(1, 1), { provenance }) }] }),
    };
    await decide(ctx, request);
    await decide(ctx, request);
    const { features } = await featuresInSurvey(ctx, surveyId);
    expect(features).toMatchObject([{ id: labelId, layer: "label", provenance }]);
    expect((await polygons(id, 0.5)).polygons.map((one) => one.decision)).toEqual(["accepted", null]);

    const exported = await exportLabels(ctx, surveyId, { format: "geojson", crs: "wgs84", ids: null });
    const [row] = JSON.parse([...(await collect(exported.pieces))].join("")).features;
    expect(row.properties).toMatchObject({
      id: labelId,
      class: "reef",
      model: "m",
      probability: 0.8,
      source: "accepted",
      survey: "Test shore",
    });

    await undoDecision(ctx, { decisionId: request.id, newEditId: randomUUID() });
    expect((await featuresInSurvey(ctx, surveyId)).features).toEqual([]);
    expect((await polygons(id, 0.5)).polygons.map((one) => one.decision)).toEqual([null, null]);
  });

  it("keeps nothing of a decision whose label is refused", async () => {
    const id = await prediction({ 0.5: [predicted("a", box(1, 1))] });
    const bad = edit(surveyId, { puts: [{ id: randomUUID(), baseRevision: 3, content: content(box(1, 1)) }] });
    const request = { id: randomUUID(), predictionId: id, threshold: 0.5, polygonId: "a", kind: "accepted" as const, edit: bad };
    await expect(decide(ctx, request)).rejects.toMatchObject({ kind: "conflict" });
    expect((await polygons(id, 0.5)).polygons[0]?.decision).toBeNull();
    await expect(decide(ctx, { ...request, id: randomUUID(), edit: null })).rejects.toMatchObject({ code: "review/edit-missing" });
    await expect(decide(ctx, { ...request, id: randomUUID(), polygonId: "none" })).rejects.toMatchObject({ code: "review/no-polygon" });
  });

  it("remembers a rejection at other thresholds and in other predictions, by the ground it covers", async () => {
    const larger = { ...box(1.00002, 1.00002), coordinates: [...box(0.99995, 0.99997, 0.00108).coordinates] };
    const first = await prediction({ 0.5: [predicted("a", box(1, 1)), predicted("far", box(5, 5))], 0.3: [predicted("a3", larger)] });
    await decide(ctx, { id: randomUUID(), predictionId: first, threshold: 0.5, polygonId: "a", kind: "rejected", edit: null });
    expect((await polygons(first, 0.5)).polygons.map((one) => one.decision)).toEqual(["rejected", null]);
    expect((await polygons(first, 0.3)).polygons.map((one) => one.decision)).toEqual(["rejected"]);
    const second = await prediction({ 0.5: [predicted("x", box(5, 5)), predicted("y", larger), predicted("beside", box(1.0009, 1))] });
    expect((await polygons(second, 0.5)).polygons.map((one) => one.decision)).toEqual([null, "rejected", null]);
    const whole = await exportPrediction(ctx, await predictionById(ctx.store.db, second), 0.5, {
      format: "geojson",
      crs: "wgs84",
      ids: null,
    });
    await collect(whole.pieces);
    expect(whole.outcome.featureCount).toBe(2);
  });

  it("hides what touches a held-out area until its labels are locked", async () => {
    const id = await prediction({
      0.5: [predicted("in", box(8.0002, 8.0001, 0.0002)), predicted("edge", box(7.9995, 8)), predicted("out", box(9, 9))],
    });
    const areaId = randomUUID();
    const area = { ...box(8, 8), coordinates: box(8, 8).coordinates.slice(0, 1) };
    const holdout = (locked: boolean) => content(area, { layer: "holdout", class: "holdout", locked });
    await applyEdit(ctx, edit(surveyId, { puts: [{ id: areaId, baseRevision: 0, content: holdout(false) }] }));
    const hidden = await polygons(id, 0.5);
    expect(hidden.polygons.map((one) => one.id)).toEqual(["out"]);
    expect(hidden.hiddenAreas).toEqual([area]);
    const peek = { id: randomUUID(), predictionId: id, threshold: 0.5, polygonId: "in", kind: "rejected" as const, edit: null };
    await expect(decide(ctx, peek)).rejects.toMatchObject({ code: "review/hidden" });
    await applyEdit(ctx, edit(surveyId, { puts: [{ id: areaId, baseRevision: 1, content: holdout(true) }] }));
    expect((await polygons(id, 0.5)).polygons).toHaveLength(3);
  });

  it("says that outlines are on their way where nobody has traced a threshold", async () => {
    const id = await prediction({ 0.5: [predicted("a", box(1, 1))] });
    const asked: unknown[] = [];
    const shapes = shapesInPlace(ctx.store.db);
    const answer = await outlinesAtThreshold(ctx, shapes, { predictionId: id, threshold: 0.6181 }, (...request) => asked.push(request));
    expect(answer).toMatchObject({ state: "computing", token: null });
    expect(asked).toEqual([[id, 0.618]]);
  });
});

async function collect(pieces: AsyncIterable<string | Uint8Array>): Promise<(string | Uint8Array)[]> {
  const all: (string | Uint8Array)[] = [];
  for await (const piece of pieces) all.push(piece);
  return all;
}
