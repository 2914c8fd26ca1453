import type { Logger } from "pino";
import { predictionById } from "../storage/predictions.ts";
import type { Store } from "../storage/store.ts";
import { claimSwath, predictionsToHelp, swathsOf } from "../storage/swaths.ts";
import { computeClaimedSwath, openPredictionWork } from "./predictionWork.ts";
import { jobWaits } from "./queue.ts";

/** Takes part in predictions that another worker runs. */
export class PredictionHelper {
  /** Predictions this worker cannot help with: another engine or kind of processor, or reading failed here. */
  private readonly leftAlone = new Set<string>();

  constructor(
    private readonly store: Store,
    private readonly owner: string,
    private readonly log: Logger,
    private readonly stopSignal: AbortSignal,
  ) {}

  /** Computes swaths until none is left, a job waits, or the worker is to end. False: there was nothing to help with. */
  async help(): Promise<boolean> {
    const { store, owner, log, stopSignal } = this;
    const open = (await predictionsToHelp(store.db)).find(({ predictionId }) => !this.leftAlone.has(predictionId));
    if (!open) return false;
    const { predictionId } = open;
    const { engine } = await predictionById(store.db, predictionId);
    const planned = (await swathsOf(store.db, predictionId))[0]?.planHash;
    if (!engine || planned === undefined) return false;
    try {
      const work = await openPredictionWork(store, predictionId, engine);
      let last: Promise<boolean> = Promise.resolve(true);
      try {
        if (work.plan.hash !== planned) {
          this.leftAlone.add(predictionId);
          return false;
        }
        log.info({ prediction: predictionId }, `helping to predict ${work.survey.name}`);
        while (!stopSignal.aborted && !(await jobWaits(store))) {
          const swath = await claimSwath(store, { predictionId, planHash: planned, owner });
          if (!swath) break;
          const { settled } = await computeClaimedSwath(store, work, swath, { shouldStop: () => stopSignal.aborted });
          const isLastThere = await last;
          last = settled;
          if (!isLastThere) break;
        }
        await last;
      } finally {
        // Nothing is still computing when the model is closed.
        await Promise.allSettled([last]);
        await work.close();
      }
      return true;
    } catch (error) {
      // Whoever runs the job meets the same and tells the user; here it is only one hand less.
      log.warn({ err: error, prediction: predictionId }, "cannot help with this prediction");
      this.leftAlone.add(predictionId);
      return false;
    }
  }
}
