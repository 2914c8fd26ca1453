import type { HistoryEvent } from "@reefline/schema/training";
import { publishEvent } from "../storage/events.ts";
import { appendHistory, trimHistory } from "../storage/runs.ts";
import type { JobRun } from "./jobRun.ts";

const flushEveryMs = 500;

/** Writes a run's history a few events at a time: a transaction per training step would cost more than the step. */
export function historyWriter(run: JobRun, runId: string): { add(event: HistoryEvent): void; flush(): Promise<void> } {
  let waiting: HistoryEvent[] = [];
  let flushedAt = Date.now();
  let isFirst = true;
  let writing: Promise<void> = Promise.resolve();

  const flush = (): Promise<void> => {
    const events = waiting;
    waiting = [];
    flushedAt = Date.now();
    const first = events[0];
    if (!first) return writing;
    const trimTo = isFirst ? first.step - 1 : null;
    isFirst = false;
    writing = writing.then(() =>
      run.commit(async (trx) => {
        // What a crashed attempt wrote beyond its checkpoint happens again.
        if (trimTo !== null) await trimHistory(trx, runId, trimTo);
        for (const event of events) {
          await appendHistory(trx, runId, event);
          await publishEvent(trx, { kind: "history", runId, event });
        }
      }),
    );
    writing.catch((error) => run.log.warn({ err: error, runId }, "history not written"));
    return writing;
  };

  return {
    add(event) {
      waiting.push(event);
      if (event.kind === "validation" || Date.now() - flushedAt >= flushEveryMs) void flush();
    },
    flush,
  };
}
