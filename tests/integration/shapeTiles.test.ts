import { randomUUID } from "node:crypto";
import { VectorTile } from "@mapbox/vector-tile";
import { tileOfLonLat } from "@reefline/geo/mercator";
import type { Polygon } from "@reefline/schema/feature";
import { tileIdOf } from "@reefline/schema/tileId";
import { PbfReader } from "pbf";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Context } from "../../server/context.ts";
import { importLabels } from "../../server/services/labels/importLabels.ts";
import { applyEdit } from "../../server/services/labels/labels.ts";
import { labelChanges, labelIdsIn, labelsAt, openLabels } from "../../server/services/labels/labelView.ts";
import { outlineChanges, outlinePolygon, outlinesAtThreshold, reviewStep } from "../../server/services/predictions/outlines.ts";
import { stagePolygonSet } from "../../server/services/predictions/polygonSets.ts";
import { decide, undoDecision } from "../../server/services/predictions/review.ts";
import { dropPolygonSet, findPolygonSet, finishPolygonSet, type StoredPolygon } from "../../server/storage/polygonSets.ts";
import type { Shapes } from "../../server/tiles/vector/shapes.ts";
import { shapesInPlace } from "../../server/tiles/vector/shapesInPlace.ts";
import { finishedPrediction } from "./finishedPrediction.ts";
import { bareSurvey, box, content, edit, openTestStore, temporaryFolder } from "./testStore.ts";

const folder = temporaryFolder();
let ctx: Context;
let shapes: Shapes;
let close: () => Promise<void>;

beforeAll(async () => {
  const opened = await openTestStore(folder.path);
  ctx = opened.ctx;
  shapes = shapesInPlace(ctx.store.db);
  close = () => opened.store.close();
});
afterAll(async () => {
  await close();
  folder.remove();
});

/** Ids and tags of a tile's features. */
function read(tile: Uint8Array | null): { id: number; properties: Record<string, unknown> }[] {
  const layers = tile ? Object.values(new VectorTile(new PbfReader(tile)).layers) : [];
  return layers.flatMap((layer) =>
    Array.from({ length: layer.length }, (_, i) => {
      const { id = 0, properties } = layer.feature(i);
      return { id, properties };
    }),
  );
}

async function* given(polygons: readonly StoredPolygon[]): AsyncGenerator<StoredPolygon> {
  yield* polygons;
}

const predicted = (id: string, geometry: Polygon, probability = 0.8, areaM2 = 12): StoredPolygon => ({
  id,
  geometry,
  areaM2,
  perimeterMeters: 15,
  probability,
});

/** A finished prediction with its outlines at 0.5. */
async function prediction(surveyId: string, polygons: readonly StoredPolygon[]): Promise<string> {
  const id = await finishedPrediction(ctx.store, surveyId);
  const { setNum } = await stagePolygonSet(ctx.store, id, 0.5, given(polygons));
  await finishPolygonSet(ctx.store.db, setNum);
  return id;
}

const never = () => {
  throw new Error("asked to trace what is there");
};
const tileAt = (z: number, lon: number, lat: number) => ({ z, ...tileOfLonLat(z, lon, lat) });

describe("tiles of saved features", () => {
  it("are as of an edit; what changed since comes beside them", async () => {
    const surveyId = await bareSurvey(ctx.store, "tiles");
    const [kept, moved, gone] = [randomUUID(), randomUUID(), randomUUID()];
    const put = (id: string, baseRevision: number, west: number, name = "reef") => ({
      id,
      baseRevision,
      content: content(box(west, 20), { class: name }),
    });
    const { editSeq } = await applyEdit(
      ctx,
      edit(surveyId, { puts: [put(kept, 0, 10), put(moved, 0, 10.002, "unsure"), put(gone, 0, 10.004)] }),
    );
    const at = tileAt(15, 10.003, 20.0002);
    const before = read(await shapes.featureTile({ surveyId, layer: "label", seq: editSeq, ...at }));
    expect(before.map(({ id }) => id).sort()).toEqual([kept, moved, gone].map(tileIdOf).sort());
    expect(before.find(({ id }) => id === tileIdOf(moved))?.properties).toEqual({ class: "unsure" });

    await applyEdit(ctx, edit(surveyId, { puts: [put(moved, 1, 10.0021)], deletes: [{ id: gone, baseRevision: 1 }] }));
    const changes = await labelChanges(ctx, surveyId, editSeq);
    expect(changes.changes.map(({ id, feature }) => [id, feature?.revision ?? null]).sort()).toEqual(
      [
        [moved, 2],
        [gone, null],
      ].sort(),
    );
    expect(changes.totals.layers.label.count).toBe(2);
    const now = read(await shapes.featureTile({ surveyId, layer: "label", seq: changes.lastEditSeq, ...at }));
    expect(now.map(({ id }) => id).sort()).toEqual([kept, moved].map(tileIdOf).sort());
    const old = read(await shapes.featureTile({ surveyId, layer: "label", seq: editSeq, ...at }));
    expect(old.some(({ id }) => id === tileIdOf(kept))).toBe(true);

    await expect(shapes.featureTile({ surveyId, layer: "label", seq: changes.lastEditSeq + 1, ...at })).rejects.toMatchObject({
      code: "tile/no-version",
    });
    expect(await shapes.featureTile({ surveyId, layer: "label", seq: editSeq, ...tileAt(15, 50, 50) })).toBeNull();
  });

  it("import 50,000 labels, and every one is in the tiles, the totals, and found by a click", { timeout: 120_000 }, async () => {
    const surveyId = await bareSurvey(ctx.store, "many");
    const side = 224;
    const many = 50_000;
    const positions = Array.from({ length: many }, (_, i) => [10 + (i % side) * 1e-4, 20 + Math.floor(i / side) * 1e-4] as const);
    const features = positions.map(([west, south]) => ({ type: "Feature", properties: {}, geometry: box(west, south, 6e-5) }));
    const bytes = new TextEncoder().encode(JSON.stringify({ type: "FeatureCollection", features }));
    const { imported } = await importLabels(ctx, { surveyId, layer: "label", class: "reef", fileName: "many.geojson", bytes });
    expect(imported).toBe(many);
    const { lastEditSeq, totals, areas } = await openLabels(ctx, shapes, surveyId);
    expect(areas).toEqual([]);
    expect(totals.layers.label.count).toBe(many);
    expect((await labelChanges(ctx, surveyId, 0)).isTooMany).toBe(true);
    const [lon, lat] = positions[30_000] ?? [0, 0];
    const [hit] = await labelsAt(ctx, surveyId, { lon: lon + 5e-6, lat: lat + 5e-6 });
    expect(hit?.geometry.coordinates[0]?.[0]).toEqual([lon, lat]);
    const view = { west: 10.0005, south: 20.0005, east: 10.0011, north: 20.001 };
    expect((await labelIdsIn(ctx, surveyId, view, 1_000)).labels).toHaveLength(42);
    // At this zoom each is some pixels wide; the tiles together hold all.
    const seen = new Set<number>();
    const [from, to] = [tileAt(16, 10, 20.0225), tileAt(16, 10.0225, 20)];
    for (let x = from.x; x <= to.x; x++) {
      for (let y = from.y; y <= to.y; y++) {
        const tile = await shapes.featureTile({ surveyId, layer: "label", seq: lastEditSeq, z: 16, x, y });
        expect(tile?.length ?? 0).toBeLessThan(500 * 1_024);
        for (const { id } of read(tile)) seen.add(id);
      }
    }
    expect(seen.size).toBe(many);
  });
});

describe("tiles of predicted outlines", () => {
  it("leak nothing that is hidden, by no way of asking", async () => {
    const surveyId = await bareSurvey(ctx.store, "hidden");
    const inside = predicted("in", box(8.0002, 8.0001, 0.0002), 0.6);
    const id = await prediction(surveyId, [inside, predicted("edge", box(7.9995, 8), 0.7), predicted("out", box(8.002, 8), 0.9)]);
    const set = { predictionId: id, threshold: 0.5 };
    const at = tileAt(14, 8.0005, 8.0001);
    const open = await outlinesAtThreshold(ctx, shapes, set, never);
    expect(open.counts).toEqual({ open: 3, accepted: 0, edited: 0, rejected: 0 });
    const whole = read(await shapes.outlineTile({ ...set, token: open.token ?? "", ...at }));
    expect(whole).toHaveLength(3);
    const nums = whole.map((feature) => feature.id);

    const areaId = randomUUID();
    const area = { ...box(8, 8), coordinates: box(8, 8).coordinates.slice(0, 1) };
    const holdout = (locked: boolean) => content(area, { layer: "holdout", class: "holdout", locked });
    await applyEdit(ctx, edit(surveyId, { puts: [{ id: areaId, baseRevision: 0, content: holdout(false) }] }));
    await expect(shapes.outlineTile({ ...set, token: open.token ?? "", ...at })).rejects.toMatchObject({ code: "tile/no-version" });
    expect(await outlineChanges(ctx, shapes, { ...set, token: open.token ?? "" })).toBeNull();
    const hidden = await outlinesAtThreshold(ctx, shapes, set, never);
    expect(hidden.token).not.toBe(open.token);
    expect(hidden.counts.open).toBe(1);
    expect(hidden.hiddenAreas).toEqual([area]);
    const visible = read(await shapes.outlineTile({ ...set, token: hidden.token ?? "", ...at }));
    expect(visible.map(({ properties }) => properties.probability)).toEqual([0.9]);
    for (const num of nums.filter((one) => one !== visible[0]?.id))
      expect(await outlinePolygon(ctx, shapes, { ...set, which: { num } })).toBeNull();
    expect(await outlinePolygon(ctx, shapes, { ...set, which: { id: "in" } })).toBeNull();
    const filter = { order: "doubtful", from: 0, to: 2 } as const;
    const first = await reviewStep(ctx, shapes, { ...set, filter, fromNum: null, by: 1 });
    expect(first).toMatchObject({ next: { id: "out" }, total: 1 });
    expect((await reviewStep(ctx, shapes, { ...set, filter, fromNum: first.next?.num ?? null, by: 1 })).next).toBeNull();

    await applyEdit(ctx, edit(surveyId, { puts: [{ id: areaId, baseRevision: 1, content: holdout(true) }] }));
    const locked = await outlinesAtThreshold(ctx, shapes, set, never);
    expect(read(await shapes.outlineTile({ ...set, token: locked.token ?? "", ...at }))).toHaveLength(3);
  });

  it("tell decisions made since, and step through what is left in the asked order", async () => {
    const surveyId = await bareSurvey(ctx.store, "decisions");
    const id = await prediction(surveyId, [
      predicted("a", box(1, 1), 0.9, 5),
      predicted("b", box(1.002, 1), 0.6, 50),
      predicted("c", box(1.004, 1), 0.75, 20),
    ]);
    const set = { predictionId: id, threshold: 0.5 };
    const base = await outlinesAtThreshold(ctx, shapes, set, never);
    const walk = async (order: "doubtful" | "largest" | "smallest" | "surest", by: 1 | -1 = 1, from = 0) => {
      const filter = { order, from, to: 2 };
      const names: string[] = [];
      let at: number | null = null;
      for (;;) {
        const { next } = await reviewStep(ctx, shapes, { ...set, filter, fromNum: at, by });
        if (!next || names.includes(next.id)) return names.join("");
        names.push(next.id);
        at = next.num;
      }
    };
    expect([await walk("doubtful"), await walk("largest"), await walk("smallest"), await walk("surest")]).toEqual([
      "bca",
      "bca",
      "acb",
      "acb",
    ]);
    expect([await walk("doubtful", -1), await walk("doubtful", 1, 0.7)]).toEqual(["acb", "ca"]);

    const decisionId = randomUUID();
    await decide(ctx, { id: decisionId, ...set, polygonId: "b", kind: "rejected", edit: null });
    const provenance = { kind: "accepted", predictionId: id, polygonId: "c", probability: 0.75, edited: false } as const;
    const labelId = randomUUID();
    const accept = edit(surveyId, { puts: [{ id: labelId, baseRevision: 0, content: content(box(1.004, 1), { provenance }) }] });
    await decide(ctx, { id: randomUUID(), ...set, polygonId: "c", kind: "accepted", edit: accept });
    const changes = await outlineChanges(ctx, shapes, { ...set, token: base.token ?? "" });
    expect(changes?.map(({ decision }) => decision)).toEqual(["rejected", "accepted"]);
    const now = await outlinesAtThreshold(ctx, shapes, set, never);
    expect(now.counts).toEqual({ open: 1, accepted: 1, edited: 0, rejected: 1 });
    expect(await walk("doubtful")).toBe("a");
    const tile = read(await shapes.outlineTile({ ...set, token: now.token ?? "", ...tileAt(13, 1.002, 1.0001) }));
    expect(tile.map(({ properties }) => properties.decision ?? 0)).toEqual([0, 3, 1]);
    // Moved since, though by less than the whole set: a tile of the old token is as good, for whoever knows what changed.
    expect(read(await shapes.outlineTile({ ...set, token: base.token ?? "", ...tileAt(13, 1.002, 1.0001) }))).toHaveLength(3);

    await undoDecision(ctx, { decisionId, newEditId: randomUUID() });
    await applyEdit(ctx, edit(surveyId, { deletes: [{ id: labelId, baseRevision: 1 }] }));
    expect((await outlineChanges(ctx, shapes, { ...set, token: now.token ?? "" }))?.map(({ decision }) => decision)).toEqual([null, null]);
    expect((await outlinesAtThreshold(ctx, shapes, set, never)).counts.open).toBe(3);
  });

  it("are others when the same threshold is outlined anew, even under the number of the set that is gone", async () => {
    const surveyId = await bareSurvey(ctx.store, "anew");
    const id = await prediction(surveyId, [predicted("a", box(1, 1)), predicted("b", box(1.002, 1))]);
    const set = { predictionId: id, threshold: 0.5 };
    const before = await outlinesAtThreshold(ctx, shapes, set, never);
    const at = tileAt(14, 1.0005, 1.0001);
    expect(read(await shapes.outlineTile({ ...set, token: before.token ?? "", ...at }))).toHaveLength(2);
    await dropPolygonSet(ctx.store.db, (await findPolygonSet(ctx.store.db, id, 0.5))?.num ?? 0);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const { setNum } = await stagePolygonSet(ctx.store, id, 0.5, given([predicted("whole", box(1, 1, 0.003))]));
    await finishPolygonSet(ctx.store.db, setNum);
    await expect(shapes.outlineTile({ ...set, token: before.token ?? "", ...at })).rejects.toMatchObject({ code: "tile/no-version" });
    const after = await outlinesAtThreshold(ctx, shapes, set, never);
    expect(after.counts.open).toBe(1);
    expect(read(await shapes.outlineTile({ ...set, token: after.token ?? "", ...at }))).toHaveLength(1);
  });

  it("are not there while a set is only half written, nor after its writer failed", async () => {
    const surveyId = await bareSurvey(ctx.store, "half");
    const id = await prediction(surveyId, [predicted("a", box(1, 1))]);
    const asked: unknown[] = [];
    const at = { predictionId: id, threshold: 0.4 };
    const { setNum } = await stagePolygonSet(ctx.store, id, 0.4, given([predicted("x", box(1, 1)), predicted("x", box(1, 1))]));
    expect((await outlinesAtThreshold(ctx, shapes, at, (...request) => asked.push(request))).state).toBe("computing");
    expect(asked).toEqual([[id, 0.4]]);
    await finishPolygonSet(ctx.store.db, setNum);
    expect((await outlinesAtThreshold(ctx, shapes, at, never)).counts.open).toBe(1);

    async function* failing(): AsyncGenerator<StoredPolygon> {
      for (let i = 0; i < 1_500; i++) yield predicted(`p${i}`, box(1 + i * 1e-3, 1));
      throw new Error("power");
    }
    const rows = () => ctx.store.db.selectFrom("predictedPolygons").select("num").execute();
    const before = (await rows()).length;
    await expect(stagePolygonSet(ctx.store, id, 0.3, failing())).rejects.toThrow("power");
    expect(await rows()).toHaveLength(before);
  });
});
