import { AppError } from "@reefline/schema/errors";
import { findPolygonSet } from "../../storage/polygonSets.ts";
import type { Store } from "../../storage/store.ts";
import { roundThreshold, type TraceRequest } from "./predictions.ts";

/** Traces polygons outside the server's own process, one threshold at a time, so that tiles and saves stay fast. */
export interface PolygonTracer {
  /** Starts unless under way. What the map asks for is traced to its end. */
  readonly request: TraceRequest;
  /**
   * Resolves when the polygons are stored. Once nobody waits for a tracing any more, it is given up.
   * @throws AppError when they cannot be traced; the signal's reason as soon as it is aborted.
   */
  ensure(predictionId: string, threshold: number, signal?: AbortSignal): Promise<void>;
}

/** Runs one tracing to its end, or until the signal is aborted; given from outside, as a child process or in place. */
export type TraceRun = (predictionId: string, threshold: number, signal: AbortSignal) => Promise<void>;

interface Tracing {
  readonly done: Promise<void>;
  readonly stopping: AbortController;
  waiting: number;
  /** Asked for by the map, which waits for the event and not for an answer. */
  isWanted: boolean;
}

export function createPolygonTracer(store: Store, run: TraceRun, onError: (error: unknown) => void): PolygonTracer {
  const underWay = new Map<string, Tracing>();
  let last: Promise<unknown> = Promise.resolve();

  const trace = (predictionId: string, threshold: number): Tracing => {
    const key = `${predictionId} ${threshold}`;
    const running = underWay.get(key);
    // One that is being given up no longer serves who comes now.
    if (running && !running.stopping.signal.aborted) return running;
    const stopping = new AbortController();
    const done = last
      .then(async () => {
        stopping.signal.throwIfAborted();
        if (!(await findPolygonSet(store.db, predictionId, threshold))) await run(predictionId, threshold, stopping.signal);
      })
      .finally(() => {
        if (underWay.get(key) === tracing) underWay.delete(key);
      });
    const tracing: Tracing = { done, stopping, waiting: 0, isWanted: false };
    underWay.set(key, tracing);
    last = done.catch(() => {});
    return tracing;
  };

  return {
    request: (predictionId, threshold) => {
      const tracing = trace(predictionId, threshold);
      if (tracing.isWanted) return;
      tracing.isWanted = true;
      tracing.done.catch(onError);
    },
    ensure: async (predictionId, threshold, signal) => {
      signal?.throwIfAborted();
      const rounded = roundThreshold(threshold);
      const tracing = trace(predictionId, rounded);
      tracing.waiting++;
      try {
        await (signal ? unlessAborted(tracing.done, signal) : tracing.done);
      } finally {
        if (--tracing.waiting === 0 && !tracing.isWanted) tracing.stopping.abort();
      }
      if (!(await findPolygonSet(store.db, predictionId, rounded))) {
        throw new AppError("unavailable", "prediction/no-polygons", "The outlines could not be made. Predict this survey again.");
      }
    },
  };
}

/** What a promise gives, or the signal's reason if that comes first. */
function unlessAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
