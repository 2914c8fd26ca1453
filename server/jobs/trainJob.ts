import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isPixelCrs } from "@reefline/geo/pixelCrs";
import type { Polygon } from "@reefline/schema/feature";
import { modelCardSchema } from "@reefline/schema/training";
import { writeCard } from "@reefline/segmentation/modelFiles";
import type { TrainingWish, TrainSource } from "@reefline/segmentation/trainInput";
import { trainModel } from "@reefline/segmentation/trainModel";
import { z } from "zod";
import { openSurveyRaster } from "../assets/openSurveyRaster.ts";
import { writeAtomically } from "../assets/store.ts";
import { type Ground, groundOf } from "../services/groundOf.ts";
import { evaluateModelOnHoldouts } from "../services/modelAccuracy.ts";
import { surveyImage } from "../services/surveys.ts";
import { lastEditSeq } from "../storage/edits.ts";
import { publishEvent } from "../storage/events.ts";
import { featuresOf } from "../storage/features.ts";
import { insertModel, runById, setChips, setRunModel } from "../storage/runs.ts";
import { surveyById } from "../storage/surveys.ts";
import { attemptFolders } from "./attempts.ts";
import { writeChips } from "./chipFiles.ts";
import { historyWriter } from "./historyWriter.ts";
import type { JobOutcome, JobRun, JobWish } from "./jobRun.ts";

/** What the training loop is told. Who lost the lease has no use for a checkpoint. */
const wishes: Record<JobWish, TrainingWish> = {
  go: "no",
  "stop-and-keep": "stop-and-keep-best",
  cancel: "cancel",
  release: "pause",
  lost: "cancel",
};

const paramsSchema = z.object({ runId: z.string(), modelId: z.string() });

/** What a run trains on, fixed at its first attempt so that a resumed one learns from the same. */
interface Snapshot {
  readonly surveys: { readonly surveyId: string; readonly lastEditSeq: number; readonly ground: Ground }[];
}

/** Trains a model, evaluates it once on the held-out areas, and publishes it. */
export async function trainJob(run: JobRun): Promise<JobOutcome> {
  const { runId, modelId } = paramsSchema.parse(run.job.params);
  const { store } = run;
  const { db, paths } = store;
  const training = await runById(db, runId);
  const folder = paths.run(runId);
  await mkdir(folder, { recursive: true });
  run.progress({ message: "Reading labels", fraction: 0, secondsLeft: null });
  const snapshot = await takeSnapshot(run, join(folder, "snapshot.json"), training.surveyIds);
  const { own, earlier } = await attemptFolders(folder, run.lease);
  const checkpointDir = join(own, "checkpoints");
  const resumed = await copyCheckpoint(earlier, checkpointDir);
  const modelDir = join(own, "model");
  const sources = await Promise.all(snapshot.surveys.map((survey) => openSource(run, survey)));
  const history = historyWriter(run, runId);
  try {
    let { card } = await trainModel(
      {
        sources,
        config: training.config,
        name: training.name,
        checkpointDir,
        modelDir,
        resume: resumed,
        encoderPath: store.config.encoderPath,
      },
      {
        onEvent: (event) => history.add(event),
        onProgress: (progress) => run.progress(progress),
        onChips: async (chips, epoch) => {
          const written = await writeChips(join(folder, "chips"), chips, epoch);
          await run.commit(async (trx) => {
            await setChips(trx, runId, written);
            await publishEvent(trx, { kind: "chips", runId, epoch });
          });
        },
        shouldStop: () => wishes[run.wish()],
      },
    );
    await history.flush();
    run.signal.throwIfAborted();
    run.progress({ message: "Checking the model against the held-out areas", fraction: null, secondsLeft: null });
    const heldOut = await evaluateModelOnHoldouts(run, { modelDir, card, sources, workDir: join(own, "held-out") });
    const inPixels = sources.every(({ image }) => isPixelCrs(image.grid.crs));
    card = modelCardSchema.parse({ ...card, heldOut, ...(inPixels ? { unit: "pixels" } : {}) });
    await writeCard(modelDir, card);
    return {
      result: { runId, modelId, threshold: card.threshold, validationDice: card.validation.dice, heldOutDice: heldOut?.dice ?? null },
      publish: async (trx) => {
        // Nothing reads the folder before its row is there, so a crash between the two leaves a folder that is replaced next time.
        await rm(paths.model(modelId), { recursive: true, force: true });
        await rename(modelDir, paths.model(modelId));
        await insertModel(trx, training.projectId, { id: modelId, runId, name: training.name, createdAt: card.createdAt, card });
        await setRunModel(trx, runId, modelId);
      },
      afterwards: async () => {
        for (const attempt of [own, ...earlier]) await rm(attempt, { recursive: true, force: true });
      },
    };
  } finally {
    await Promise.all(sources.map((source) => source.raster.close()));
  }
}

async function takeSnapshot(run: JobRun, path: string, surveyIds: readonly string[]): Promise<Snapshot> {
  const earlier = await readFile(path, "utf8").catch(() => null);
  if (earlier !== null) return JSON.parse(earlier);
  const snapshot: Snapshot = await run.store.db.transaction().execute(async (trx) => {
    const surveys: Snapshot["surveys"] = [];
    for (const surveyId of surveyIds) {
      surveys.push({ surveyId, lastEditSeq: await lastEditSeq(trx, surveyId), ground: groundOf(await featuresOf(trx, surveyId)) });
    }
    return { surveys };
  });
  await writeAtomically(path, (temporary) => writeFile(temporary, JSON.stringify(snapshot)));
  return snapshot;
}

async function openSource(run: JobRun, { surveyId, lastEditSeq: seq, ground }: Snapshot["surveys"][number]): Promise<TrainSource> {
  const survey = await surveyById(run.store.db, surveyId);
  const image = surveyImage(survey);
  const polygons: { [key in keyof Ground]: Polygon[] } = ground;
  return { surveyId, surveyName: survey.name, raster: await openSurveyRaster(run.store, image), image, ...polygons, lastEditSeq: seq };
}

/** Takes the newest checkpoint there is into this attempt's own folder. */
async function copyCheckpoint(earlier: readonly string[], to: string): Promise<boolean> {
  await mkdir(to, { recursive: true });
  for (const attempt of earlier) {
    const from = join(attempt, "checkpoints");
    const files = await readdir(from).catch(() => []);
    if (files.length === 0) continue;
    await cp(from, to, { recursive: true });
    return true;
  }
  return false;
}
