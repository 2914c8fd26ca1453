import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "@reefline/schema/errors";
import type { ModelCard, TrainConfig } from "@reefline/schema/training";
import type { TrainedModel, TrainSource } from "@reefline/segmentation/training/trainInput";
import { z } from "zod";
import type { JobRun } from "../../jobs/jobRun.ts";
import { modelById } from "../../storage/runs.ts";
import { evaluateModelOnHoldouts } from "../judging/modelAccuracy.ts";

/** How the model that training went on from does on the very ground that the new one is judged on. */
export async function scoreBefore(
  run: JobRun,
  { from, config, sources, workDir }: { from: TrainedModel; config: TrainConfig; sources: readonly TrainSource[]; workDir: string },
): Promise<NonNullable<ModelCard["trainedFrom"]>> {
  const { paths, db } = run.store;
  if (config.fromModelId === null) throw new AppError("internal", "training/no-model", "This training began from nothing.");
  const before = await modelById(db, config.fromModelId);
  await mkdir(workDir, { recursive: true });
  const heldOut = await evaluateModelOnHoldouts(run, {
    modelDir: paths.model(before.id),
    card: from.card,
    sources,
    workDir,
    chipDir: workDir,
  });
  const known = before.runId === null ? null : await heldOutThen(join(paths.run(before.runId), "snapshot.json"));
  const trained = new Set(from.card.trainedOn.map(({ surveyId }) => surveyId));
  const mayHaveSeen = sources.some(
    ({ surveyId, holdout }) =>
      trained.has(surveyId) && holdout.some((area) => !known?.get(surveyId)?.has(JSON.stringify(area.coordinates))),
  );
  return { modelId: before.id, modelName: before.name, heldOut, mayHaveSeen };
}

const snapshotSchema = z.object({
  surveys: z.array(z.object({ surveyId: z.string(), ground: z.object({ holdout: z.array(z.object({ coordinates: z.unknown() })) }) })),
});

/** The held-out areas of each survey as an earlier training had them; null where that is not known. */
async function heldOutThen(path: string): Promise<Map<string, Set<string>> | null> {
  const text = await readFile(path, "utf8").catch(() => null);
  if (text === null) return null;
  const { surveys } = snapshotSchema.parse(JSON.parse(text));
  return new Map(
    surveys.map(({ surveyId, ground }) => [surveyId, new Set(ground.holdout.map((area) => JSON.stringify(area.coordinates)))]),
  );
}
