import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { isPixelCrs } from "@reefline/geo/pixelCrs";
import { modelCardSchema } from "@reefline/schema/training";
import { readModel, writeCard } from "@reefline/segmentation/modelFiles/modelFiles";
import { trainModel } from "@reefline/segmentation/training/trainModel";
import { z } from "zod";
import { evaluateModelOnHoldouts } from "../services/judging/modelAccuracy.ts";
import { scoreBefore } from "../services/training/scoreBefore.ts";
import { publishEvent } from "../storage/events.ts";
import { insertModel, runById, setChips, setRunModel } from "../storage/runs.ts";
import { attemptFolders } from "./attempts.ts";
import { writeChips } from "./chipFiles.ts";
import { foldsJob } from "./foldsJob.ts";
import { historyWriter } from "./historyWriter.ts";
import type { JobOutcome, JobRun } from "./jobRun.ts";
import { copyCheckpoint, cutterFor, openSource, takeSnapshot, trainingWishes } from "./trainingSources.ts";

const paramsSchema = z.object({ runId: z.string(), modelId: z.string() });

/** Trains a model, evaluates it once on the held-out areas, and publishes it; with folds, see `foldsJob`. */
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
  const from = training.config.fromModelId === null ? null : await readModel(paths.model(training.config.fromModelId));
  const sources = await Promise.all(snapshot.surveys.map((survey) => openSource(run, survey)));
  const history = historyWriter(run, runId);
  try {
    if (training.config.folds) return await foldsJob(run, training, training.config.folds, { sources, own, earlier, from });
    const checkpointDir = join(own, "checkpoints");
    const resumed = await copyCheckpoint(earlier, checkpointDir);
    const modelDir = join(own, "model");
    let { card, chipWaitSeconds } = await trainModel(
      {
        sources,
        config: training.config,
        name: training.name,
        checkpointDir,
        modelDir,
        resume: resumed,
        encoderPath: store.config.encoderPath,
        from,
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
        shouldStop: () => trainingWishes[run.wish()],
      },
      cutterFor(store),
    );
    await history.flush();
    run.signal.throwIfAborted();
    run.progress({ message: "Checking the model against the held-out areas", fraction: null, secondsLeft: null });
    const heldOut = await evaluateModelOnHoldouts(run, { modelDir, card, sources, workDir: join(own, "held-out") });
    const trainedFrom = from && (await scoreBefore(run, { from, config: training.config, sources, workDir: join(own, "before") }));
    const inPixels = sources.every(({ image }) => isPixelCrs(image.grid.crs));
    card = modelCardSchema.parse({ ...card, heldOut, ...(trainedFrom ? { trainedFrom } : {}), ...(inPixels ? { unit: "pixels" } : {}) });
    await writeCard(modelDir, card);
    return {
      result: {
        runId,
        modelId,
        threshold: card.threshold,
        validationDice: card.validation.dice,
        heldOutDice: heldOut?.dice ?? null,
        chipWaitSeconds,
      },
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
