import { rm } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { computeSwath } from "@reefline/inference/computeSwath";
import { plannedArea, planSurvey, type SurveyPlan, tasksOfSwath } from "@reefline/inference/surveyPlan";
import type { WindowInference } from "@reefline/inference/windowInference";
import { WindowsAhead } from "@reefline/inference/windowsAhead";
import { isAppError } from "@reefline/schema/errors";
import type { PinnedEngine, Prediction } from "@reefline/schema/prediction";
import type { Survey, SurveyImage } from "@reefline/schema/survey";
import { surveyRasterPlace } from "../assets/rasterPlace.ts";
import { surveyImage } from "../services/surveys/surveys.ts";
import { findJobRow } from "../storage/jobs.ts";
import { predictionById } from "../storage/predictions.ts";
import { modelById } from "../storage/runs.ts";
import type { Store } from "../storage/store.ts";
import { surveyById } from "../storage/surveys.ts";
import { commitSwath, releaseSwath, renewSwath, type SwathLease, swathsOf } from "../storage/swaths.ts";
import { openEngine } from "./engineLanes.ts";
import { collectRarely } from "./rareCollection.ts";
import { threadedWindows } from "./threadedWindows.ts";

const renewEveryMs = 2_500;

/** A prediction with everything at hand that its swaths need: the model in memory, the image open. */
export interface PredictionWork {
  readonly prediction: Prediction;
  readonly survey: Survey;
  readonly image: SurveyImage;
  readonly plan: SurveyPlan;
  /** Windows of each swath, top to bottom. */
  readonly windowCounts: readonly number[];
  readonly engine: PinnedEngine;
  readonly inference: WindowInference;
  readonly source: WindowsAhead;
  /** May be called again. */
  close(): Promise<void>;
}

/** Where a prediction's finished swaths lie; each file's name holds the fence it was written under. */
export const swathFolder = (store: Store, predictionId: string): string => join(store.paths.prediction(predictionId), "swaths");

/** @throws AppError when the engine is not on this computer, or the image or the model are gone */
export async function openPredictionWork(store: Store, predictionId: string, engine: PinnedEngine): Promise<PredictionWork> {
  const prediction = await predictionById(store.db, predictionId);
  const survey = await surveyById(store.db, prediction.surveyId);
  const image = surveyImage(survey);
  const model = await modelById(store.db, prediction.modelId);
  const opened = await openEngine(store.paths.model(model.id), engine);
  try {
    const { testTimeAugmentation, uncertainty } = prediction.options;
    const plan = planSurvey({
      card: opened.card,
      strideMultiplePx: opened.strideMultiplePx,
      image,
      area: prediction.area,
      testTimeAugmentation,
      spread: uncertainty,
      // Another engine or kind of processor rounds differently: its swaths are not mixed with ours.
      identity: [model.id, engine.name, engine.version, engine.threads, cpus()[0]?.model ?? process.arch].join(" "),
    });
    const area = plannedArea(plan.modelGrid, plan.area);
    const windowCounts = plan.windows.rowOffs.map((_, index) => tasksOfSwath(plan, area, index).filter((task) => task !== null).length);
    const place = await surveyRasterPlace(store, image);
    const source = new WindowsAhead(await threadedWindows({ place, limits: store.config.limits, image, plan }));
    collectRarely();
    let isClosed = false;
    const close = async (): Promise<void> => {
      if (isClosed) return;
      isClosed = true;
      await opened.close();
      await source.close();
    };
    const inference = opened.inference(plan);
    return { prediction, survey, image, plan, windowCounts, engine: opened.engine, inference, source, close };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

export interface ClaimedSwath {
  /** Asked between windows; true gives the swath back. */
  readonly shouldStop: () => boolean;
  readonly onWindow?: () => void;
}

/** The first swath after this one that nobody has or is at. */
async function likelyNext(store: Store, { predictionId, swathIndex }: SwathLease): Promise<number | null> {
  const rows = await swathsOf(store.db, predictionId);
  return rows.find((row) => row.swathIndex > swathIndex && row.file === null && row.leaseOwner === null)?.swathIndex ?? null;
}

/**
 * Computes a swath under its lease, and comes back when its last windows are under way: the next swath may follow. What comes back is
 * settled when its file counts; false: it was given back, or somebody else has taken it over or the job ended, and nothing of ours is to be seen.
 */
export async function computeClaimedSwath(
  store: Store,
  work: PredictionWork,
  lease: SwathLease,
  asked: ClaimedSwath,
): Promise<{ settled: Promise<boolean> }> {
  const { plan, prediction, inference, source } = work;
  const index = lease.swathIndex;
  const file = `swath-${plan.hash.slice(0, 8)}-${String(index).padStart(6, "0")}-${lease.fence}.bin`;
  const path = join(swathFolder(store, prediction.id), file);
  let lost = false;
  let windowsDone = 0;
  let renewing = false;
  let renewedAt = Date.now();
  const renew = async (): Promise<void> => {
    // Each is a flushed write, which holds up the network for a moment.
    if (renewing || Date.now() - renewedAt < Math.min(renewEveryMs, store.config.leaseSeconds * 250)) return;
    renewing = true;
    try {
      const job = await findJobRow(store.db, prediction.jobId);
      // A helper goes on while the job changes hands; only its end, or its owner's wish, ends this.
      const wanted = job?.state === "running" && job.cancelRequested === 0;
      if (!wanted || !(await renewSwath(store, lease, windowsDone))) lost = true;
      renewedAt = Date.now();
    } catch {
      // Busy for a moment; the lease outlasts that.
    } finally {
      renewing = false;
    }
  };
  const timer = setInterval(renew, 500);
  const giveBack = async (error: unknown): Promise<false> => {
    clearInterval(timer);
    await rm(path, { force: true });
    await releaseSwath(store.db, lease).catch(() => undefined);
    if (isAppError(error) && error.code === "inference/cancelled") return false;
    throw error;
  };
  const settle = async (written: Promise<unknown>): Promise<boolean> => {
    try {
      await written;
    } catch (error) {
      return giveBack(error);
    }
    clearInterval(timer);
    if (!lost && (await commitSwath(store.db, lease, file))) return true;
    await rm(path, { force: true });
    return false;
  };
  try {
    const { written } = await computeSwath({
      plan,
      index,
      next: await likelyNext(store, lease),
      inference,
      source,
      path,
      shouldCancel: () => lost || asked.shouldStop(),
      onWindow: () => {
        windowsDone++;
        void renew();
        asked.onWindow?.();
      },
    });
    const settled = settle(written);
    // Whoever waits for it meets the rejection; until then it must not count as unhandled.
    settled.catch(() => undefined);
    return { settled };
  } catch (error) {
    return { settled: Promise.resolve(await giveBack(error)) };
  }
}
