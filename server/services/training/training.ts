import { modelBands } from "@reefline/chips/modelInput";
import { polygonAreaM2 } from "@reefline/geo/geodesic";
import { isPixelCrs } from "@reefline/geo/pixelCrs";
import { AppError } from "@reefline/schema/errors";
import type { Feature } from "@reefline/schema/feature";
import type { FoldPlan } from "@reefline/schema/foldPlan";
import { newId } from "@reefline/schema/ids";
import {
  type HistoryEvent,
  type Model,
  type Run,
  type RunPart,
  type SampleChip,
  type TrainConfig,
  trainConfigSchema,
} from "@reefline/schema/training";
import { requireBands } from "@reefline/segmentation/engines/modelBands";
import { encoderMissing } from "@reefline/segmentation/network/efficientNetLiteWeights";
import type { Context } from "../../context.ts";
import { authorize } from "../../principal.ts";
import { featuresOf } from "../../storage/features.ts";
import { enqueueJob } from "../../storage/jobs.ts";
import { allModels, allRuns, chipsOf, historyOf, insertRun, modelById, runById } from "../../storage/runs.ts";
import type { Database } from "../../storage/store.ts";
import { surveyById } from "../../storage/surveys.ts";
import { unsureClass } from "../labels/groundOf.ts";
import { polygonsTouch } from "../labels/polygonOverlap.ts";

export interface ReadinessProblem {
  readonly code: string;
  readonly message: string;
  /** What to do next, in words. */
  readonly action: string;
}

export interface Readiness {
  readonly ready: boolean;
  readonly problems: ReadinessProblem[];
  readonly labelCount: number;
  readonly examinedAreaM2: number;
  readonly labelAreaM2: number;
  readonly heldOutAreaM2: number;
  /** What the labels are called, the most used first; unsure ones are left out. */
  readonly classes: { name: string; count: number }[];
}

const areaOf = (features: readonly Feature[]) => features.reduce((sum, feature) => sum + polygonAreaM2(feature.geometry), 0);

/**
 * Whether these surveys can train a model, and if not, what is missing. Areas of overlapping polygons count twice here.
 * @param classes those of reef that it is to tell apart
 */
export async function trainingReadiness(ctx: Context, surveyIds: readonly string[], classes: readonly string[] = []): Promise<Readiness> {
  authorize(ctx.principal, "survey:read", ctx.store.projectId);
  return readinessIn(ctx.store.db, surveyIds, classes);
}

async function readinessIn(db: Database, surveyIds: readonly string[], classes: readonly string[]): Promise<Readiness> {
  const problems: ReadinessProblem[] = [];
  const total = { labelCount: 0, examinedAreaM2: 0, labelAreaM2: 0, heldOutAreaM2: 0 };
  let labelsInExamined = 0;
  const labelled = new Map<string, number>();
  const units = new Set<"pixels" | "metres">();
  if (surveyIds.length === 0) {
    problems.push({ code: "training/no-survey", message: "No survey is chosen.", action: "Choose at least one survey to train on." });
  }
  for (const id of surveyIds) {
    const survey = await surveyById(db, id);
    if (!survey.image) {
      problems.push({ code: "training/no-image", message: `"${survey.name}" has no image yet.`, action: "Wait for its import to finish." });
    }
    if (survey.image) units.add(isPixelCrs(survey.image.grid.crs) ? "pixels" : "metres");
    const features = await featuresOf(db, id);
    const labels = features.filter((feature) => feature.layer === "label" && feature.class !== unsureClass);
    const examined = features.filter((feature) => feature.layer === "examined");
    total.labelCount += labels.length;
    for (const { class: name } of labels) labelled.set(name, (labelled.get(name) ?? 0) + 1);
    total.labelAreaM2 += areaOf(labels);
    total.examinedAreaM2 += areaOf(examined);
    total.heldOutAreaM2 += areaOf(features.filter((feature) => feature.layer === "holdout"));
    labelsInExamined += labels.filter((label) => examined.some((area) => polygonsTouch(label.geometry, area.geometry))).length;
  }
  if (units.size > 1) {
    problems.push({
      code: "training/mixed-units",
      message: "Some of these surveys are photos without a place on Earth, others have pixels of a known size on the ground.",
      action: "Train on surveys of one kind.",
    });
  }
  if (surveyIds.length > 0 && total.labelCount === 0) {
    problems.push({
      code: "training/no-labels",
      message: "Nothing is labelled yet.",
      action: "Draw some reefs, or import a file of polygons.",
    });
  }
  if (surveyIds.length > 0 && total.examinedAreaM2 === 0) {
    problems.push({
      code: "training/no-examined-area",
      message: "No examined area is drawn, so nothing says which ground is certainly not reef.",
      action: "Draw an examined area around ground where every reef is labelled.",
    });
  } else if (total.labelCount > 0 && labelsInExamined === 0) {
    problems.push({
      code: "training/labels-outside",
      message: "No label lies in the examined area.",
      action: "Draw an examined area around ground where every reef is labelled.",
    });
  }
  for (const name of total.labelCount > 0 ? classes : []) {
    if (labelled.has(name)) continue;
    problems.push({
      code: "training/class-without-labels",
      message: `No label is of the class “${name}”, so nothing says what it looks like.`,
      action: `Draw some, or leave it out. The labels' classes are: ${[...labelled.keys()].sort().join(", ")}.`,
    });
  }
  const names = [...labelled].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
  return { ready: problems.length === 0, problems, ...total, classes: names };
}

export interface StartRun {
  readonly name: string;
  readonly surveyIds: readonly string[];
  readonly config: TrainConfig;
  /** Waits for these surveys' imports; labels are checked when training begins. */
  readonly afterJobId?: string;
  readonly partOf?: RunPart;
  /** Afterwards the same recipe is judged by leaving out the ground part by part. */
  readonly check?: FoldPlan | null;
}

/** Queues a training run, and its check when one is asked for. @throws AppError `training/not-ready` with the readiness problems as details. */
export async function startRun(ctx: Context, request: StartRun): Promise<Run> {
  authorize(ctx.principal, "run:start", ctx.store.projectId);
  const config = await trainableConfig(ctx, request.config, request.surveyIds);
  const surveyIds = [...new Set(request.surveyIds)];
  return ctx.store.db.transaction().execute(async (trx) => {
    await checkTrainable(trx, surveyIds, config.classes);
    const run = await enqueueRun(trx, ctx.store.projectId, { ...request, surveyIds, config });
    const { check, name } = request;
    if (check && !config.folds) {
      const partOf = { kind: "check", ofRunId: run.id } as const;
      const checked = { ...config, folds: check };
      await enqueueRun(trx, ctx.store.projectId, { name, surveyIds, config: checked, afterJobId: run.jobId, partOf });
    }
    return run;
  });
}

/** @throws AppError with the first problem's code and all of them as details. */
export async function checkTrainable(db: Database, surveyIds: readonly string[], classes: readonly string[]): Promise<void> {
  const { problems } = await readinessIn(db, surveyIds, classes);
  const first = problems[0];
  if (first) throw new AppError("bad-input", first.code, `${first.message} ${first.action}`, { problems });
}

/** The configuration as it will be trained. @throws AppError when it cannot be trained here */
export async function trainableConfig(ctx: Context, asked: TrainConfig, surveyIds: readonly string[]): Promise<TrainConfig> {
  const config = await configFrom(ctx, trainConfigSchema.parse(asked), surveyIds);
  if (config.preset === "best" && config.pretrained && config.fromModelId === null && ctx.store.config.encoderPath === null)
    throw encoderMissing();
  return config;
}

/**
 * A configuration that goes on from a model takes the model's preset, pixel size and filter.
 * @throws AppError `training/imported-model`, `segmentation/bands-differ`
 */
async function configFrom(ctx: Context, config: TrainConfig, surveyIds: readonly string[]): Promise<TrainConfig> {
  if (config.fromModelId === null) return config;
  const { card } = await modelById(ctx.store.db, config.fromModelId);
  if (card.architecture.kind === "imported-onnx") {
    throw new AppError(
      "bad-input",
      "training/imported-model",
      `"${card.name}" was imported from another program: it predicts, and cannot be trained on. Go on from a model trained here.`,
    );
  }
  for (const id of surveyIds) {
    const { image } = await surveyById(ctx.store.db, id);
    if (image) requireBands(card, modelBands(image).names);
  }
  return { ...config, preset: card.config.preset, gsdMeters: card.gsdMeters, unsharp: card.unsharp !== null };
}

/** The rows of a new run and its job. The model's id is fixed now, so that work can be queued that waits for it. */
export async function enqueueRun(db: Database, projectId: string, request: StartRun): Promise<Run> {
  const runId = newId("run");
  const job = await enqueueJob(db, {
    projectId,
    kind: "train",
    title: request.partOf?.kind === "check" ? `Check ${request.name} part by part` : `Train ${request.name}`,
    params: { runId, modelId: newId("model") },
    surveyId: request.surveyIds[0] ?? null,
    afterJobId: request.afterJobId ?? null,
  });
  const run: Run = {
    id: runId,
    name: request.name,
    projectId,
    surveyIds: [...request.surveyIds],
    config: request.config,
    jobId: job.id,
    createdAt: new Date().toISOString(),
    modelId: null,
    partOf: request.partOf ?? null,
  };
  await insertRun(db, run);
  return run;
}

/** Newest first; all, or those that train on one survey. */
export async function listRuns(ctx: Context, surveyId: string | null): Promise<Run[]> {
  authorize(ctx.principal, "survey:read", ctx.store.projectId);
  const runs = await allRuns(ctx.store.db, ctx.store.projectId);
  return surveyId ? runs.filter((run) => run.surveyIds.includes(surveyId)) : runs;
}

export async function getRun(ctx: Context, id: string): Promise<Run> {
  authorize(ctx.principal, "survey:read", ctx.store.projectId);
  return runById(ctx.store.db, id);
}

export async function runHistory(ctx: Context, id: string): Promise<HistoryEvent[]> {
  await getRun(ctx, id);
  return historyOf(ctx.store.db, id);
}

export async function runChips(ctx: Context, id: string): Promise<SampleChip[]> {
  await getRun(ctx, id);
  return chipsOf(ctx.store.db, id);
}

export async function listModels(ctx: Context): Promise<Model[]> {
  authorize(ctx.principal, "survey:read", ctx.store.projectId);
  return allModels(ctx.store.db, ctx.store.projectId);
}

export async function getModel(ctx: Context, id: string): Promise<Model> {
  authorize(ctx.principal, "survey:read", ctx.store.projectId);
  return modelById(ctx.store.db, id);
}

/** A model by id or by name; of several with one name the newest. @throws AppError `model/not-found` that lists the names there are. */
export async function resolveModel(ctx: Context, idOrName: string): Promise<Model> {
  const all = await listModels(ctx);
  const found = all.find((model) => model.id === idOrName) ?? all.find((model) => model.name === idOrName);
  if (found) return found;
  const names = [...new Set(all.map((model) => model.name))].join(", ");
  const known = names ? `There are: ${names}.` : "There are no models yet: train one first.";
  throw new AppError("not-found", "model/not-found", `There is no model called "${idOrName}". ${known}`);
}
