import { AppError } from "@reefline/schema/errors";
import { findPolygonSet } from "../storage/polygonSets.ts";
import type { Store } from "../storage/store.ts";
import { roundThreshold, type TraceRequest } from "./predictions.ts";

/** Traces polygons outside the server's own process, one threshold at a time, so that tiles and saves stay fast. */
export interface PolygonTracer {
  /** Starts unless under way. */
  readonly request: TraceRequest;
  /** Resolves when the polygons are stored. @throws AppError when they cannot be traced. */
  ensure(predictionId: string, threshold: number): Promise<void>;
}

/** Runs one tracing to its end; given from outside, as a child process or in place. */
export type TraceRun = (predictionId: string, threshold: number) => Promise<void>;

export function createPolygonTracer(store: Store, run: TraceRun, onError: (error: unknown) => void): PolygonTracer {
  const underWay = new Map<string, Promise<void>>();
  let last: Promise<unknown> = Promise.resolve();

  const trace = (predictionId: string, threshold: number): Promise<void> => {
    const key = `${predictionId} ${threshold}`;
    const running = underWay.get(key);
    if (running) return running;
    const started = last
      .then(async () => {
        if (!(await findPolygonSet(store.db, predictionId, threshold))) await run(predictionId, threshold);
      })
      .finally(() => underWay.delete(key));
    underWay.set(key, started);
    last = started.catch(() => {});
    return started;
  };

  return {
    request: (predictionId, threshold) => {
      trace(predictionId, threshold).catch(onError);
    },
    ensure: async (predictionId, threshold) => {
      const rounded = roundThreshold(threshold);
      await trace(predictionId, rounded);
      if (!(await findPolygonSet(store.db, predictionId, rounded))) {
        throw new AppError("unavailable", "prediction/no-polygons", "The outlines could not be made. Predict this survey again.");
      }
    },
  };
}
