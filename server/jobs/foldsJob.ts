import { rm } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "@reefline/schema/errors";
import type { FoldPlan } from "@reefline/schema/foldPlan";
import type { Run } from "@reefline/schema/training";
import { foldSources } from "@reefline/segmentation/training/foldSources";
import type { TrainedModel, TrainSource } from "@reefline/segmentation/training/trainInput";
import { trainModel } from "@reefline/segmentation/training/trainModel";
import { foldsSoFar } from "../services/training/crossValidation.ts";
import { evaluateFold } from "../services/training/foldAccuracy.ts";
import { publishEvent } from "../storage/events.ts";
import { foldResultsOf, insertFold } from "../storage/folds.ts";
import type { JobOutcome, JobRun } from "./jobRun.ts";
import { copyCheckpoint, cutterFor, trainingWishes } from "./trainingSources.ts";

/** Share of a fold's progress that is training; the rest is predicting what was left out. */
const trainingShare = 0.85;

/**
 * Trains one model for each part of the ground that is left out, and judges it there. A fold that is done is a row, written under the lease
 * with all that it found: whoever goes on after a crash begins with the first that is not, from its checkpoint. No model is kept.
 */
export async function foldsJob(
  run: JobRun,
  training: Run,
  plan: FoldPlan,
  { sources, own, earlier, from }: { sources: readonly TrainSource[]; own: string; earlier: readonly string[]; from: TrainedModel | null },
): Promise<JobOutcome> {
  const { db } = run.store;
  const { folds, blockMeters } = foldSources(sources, training.config, plan);
  const done = await foldResultsOf(db, training.id);
  for (const [index, fold] of folds.entries()) {
    if (done[index]) continue;
    if (index > 0 && run.wish() === "stop-and-keep") break;
    const title = `fold ${index + 1} of ${folds.length}`;
    const folder = join(own, `fold-${index}`);
    const checkpointDir = join(folder, "checkpoints");
    const modelDir = join(folder, "model");
    const report = (message: string, fraction: number, secondsLeft: number | null) =>
      run.progress({ message, fraction: (index + fraction) / folds.length, secondsLeft: folds.length === index + 1 ? secondsLeft : null });
    const resume = await copyCheckpoint(
      earlier.map((attempt) => join(attempt, `fold-${index}`)),
      checkpointDir,
    );
    const { card } = await trainModel(
      {
        sources: fold.sources,
        config: { ...training.config, folds: null },
        name: title,
        checkpointDir,
        modelDir,
        resume,
        encoderPath: run.store.config.encoderPath,
        from,
      },
      {
        onEvent: () => {},
        onProgress: ({ message, fraction, secondsLeft }) => report(message, trainingShare * (fraction ?? 0), secondsLeft),
        onChips: () => {},
        shouldStop: () => trainingWishes[run.wish()],
      },
      cutterFor(run.store),
    );
    run.signal.throwIfAborted();
    const { heldOut, disagreements } = await evaluateFold(run, {
      modelDir,
      card,
      sources,
      leftOut: fold.leftOut,
      workDir: join(folder, "left-out"),
      onProgress: (fraction, secondsLeft) =>
        report(`Predicting what ${title} left out`, trainingShare + (1 - trainingShare) * fraction, secondsLeft),
    });
    const { name, buffered, bufferMeters } = fold;
    const { threshold, epochs, trainSeconds, validation } = card;
    const counted = { heldOut, threshold, validationDice: validation.dice, epochs, trainSeconds };
    const result = { name, ...counted, buffered, bufferMeters, plannedFolds: folds.length, blockMeters };
    await run.commit(async (trx) => {
      await insertFold(trx, training.id, index, { result, disagreements });
      await publishEvent(trx, { kind: "chips", runId: training.id, epoch: index });
    });
    await rm(folder, { recursive: true, force: true });
  }
  const result = await foldsSoFar(db, training);
  if (!result) throw new AppError("cancelled", "segmentation/cancelled", "The training was stopped before its first fold was done.");
  return {
    result: { runId: training.id, folds: result.folds.length, heldOutDice: result.pooled?.dice ?? null },
    afterwards: async () => {
      for (const attempt of [own, ...earlier]) await rm(attempt, { recursive: true, force: true });
    },
  };
}
