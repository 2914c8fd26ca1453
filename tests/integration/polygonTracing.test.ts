import { crsFromEpsg } from "@reefline/geo/crs";
import type { Grid } from "@reefline/schema/grid";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { storePolygonSet } from "../../server/services/predictions/polygonSets.ts";
import { createPolygonTracer } from "../../server/services/predictions/polygonTracer.ts";
import { findPolygonSet } from "../../server/storage/polygonSets.ts";
import type { Store } from "../../server/storage/store.ts";
import { byteAsset, finishedPrediction } from "./finishedPrediction.ts";
import { bareSurvey, openTestStore, temporaryFolder } from "./testStore.ts";

const folder = temporaryFolder();
let store: Store;

beforeAll(async () => {
  ({ store } = await openTestStore(folder.path));
});
afterAll(async () => {
  await store.close();
  folder.remove();
});

/** A tracer whose runs end only when they are told to, or given up. */
function heldTracer() {
  const runs: { predictionId: string; signal: AbortSignal; end(): void }[] = [];
  const errors: unknown[] = [];
  const began: (() => void)[] = [];
  const tracer = createPolygonTracer(
    store,
    (predictionId, _threshold, signal) =>
      new Promise((resolve, reject) => {
        runs.push({ predictionId, signal, end: resolve });
        signal.addEventListener("abort", () => reject(signal.reason));
        began.shift()?.();
      }),
    (error) => errors.push(error),
  );
  const nextRun = () => new Promise<void>((resolve) => began.push(resolve));
  return { tracer, runs, errors, nextRun };
}

describe("a tracing that nobody waits for", () => {
  it("goes on while one of two still waits, and is given up when both are gone; the next in line follows", async () => {
    const { tracer, runs, nextRun } = heldTracer();
    const [first, second] = [new AbortController(), new AbortController()];
    const running = nextRun();
    const one = tracer.ensure("p1", 0.5, first.signal);
    const two = tracer.ensure("p1", 0.5, second.signal);
    await running;
    first.abort(new Error("first left"));
    await expect(one).rejects.toThrow("first left");
    expect(runs[0]?.signal.aborted).toBe(false);

    const following = nextRun();
    tracer.request("p2", 0.25);
    second.abort(new Error("second left"));
    await expect(two).rejects.toThrow("second left");
    expect(runs[0]?.signal.aborted).toBe(true);
    await following;
    expect(runs.map(({ predictionId }) => predictionId)).toEqual(["p1", "p2"]);
  });

  it("is never begun when everybody left while it stood in line", async () => {
    const { tracer, runs, nextRun } = heldTracer();
    const running = nextRun();
    tracer.request("p1", 0.5);
    await running;
    const leaving = new AbortController();
    const left = tracer.ensure("p2", 0.5, leaving.signal);
    leaving.abort(new Error("left"));
    await expect(left).rejects.toThrow("left");
    const following = nextRun();
    tracer.request("p3", 0.5);
    runs[0]?.end();
    await following;
    expect(runs.map(({ predictionId }) => predictionId)).toEqual(["p1", "p3"]);
  });

  it("goes on for the map, and begins anew for who comes after it was given up", async () => {
    const { tracer, runs, errors, nextRun } = heldTracer();
    const leaving = new AbortController();
    const running = nextRun();
    const waiting = tracer.ensure("p1", 0.5, leaving.signal);
    await running;
    tracer.request("p1", 0.5);
    leaving.abort(new Error("left"));
    await expect(waiting).rejects.toThrow("left");
    expect(runs[0]?.signal.aborted).toBe(false);
    runs[0]?.end();

    const again = new AbortController();
    const second = nextRun();
    const givenUp = tracer.ensure("p4", 0.5, again.signal);
    await second;
    const third = nextRun();
    again.abort(new Error("left"));
    await expect(givenUp).rejects.toThrow("left");
    tracer.request("p4", 0.5);
    await third;
    expect(runs.at(-1)?.signal.aborted).toBe(false);
    expect(errors).toEqual([]);
  });
});

describe("storePolygonSet", () => {
  const grid: Grid = { crs: crsFromEpsg(32645), transform: [1, 0, 500_000, 0, -1, 3_000_000], widthPx: 90, heightPx: 1_300 };

  it("ends where it is told to, and leaves nothing; then traces the same from the start", async () => {
    const surveyId = await bareSurvey(store);
    const assetId = await byteAsset(store, surveyId, "probability", grid, (col, row) => (col % 30 > 8 && row % 26 > 5 ? 200 : 20));
    const predictionId = await finishedPrediction(store, surveyId, { grid, assetId });
    const stopping = new AbortController();
    let steps = 0;
    const stopped = storePolygonSet(store, predictionId, 0.5, stopping.signal, () => {
      steps++;
      stopping.abort(new Error("enough"));
    });
    // By the tracing, or by a read that was under way.
    await expect(stopped).rejects.toThrow(/enough|nobody waits for it/);
    expect(steps).toBe(1);
    const sets = () => store.db.selectFrom("polygonSets").selectAll().where("predictionId", "=", predictionId).execute();
    expect(await sets()).toEqual([]);

    await storePolygonSet(store, predictionId, 0.5);
    expect(await findPolygonSet(store.db, predictionId, 0.5)).toMatchObject({ polygonCount: 3 * 50 });
    expect(await sets()).toHaveLength(1);
  });
});
