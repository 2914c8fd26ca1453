import type { CrossValidation } from "@reefline/schema/crossValidation";
import { AppError } from "@reefline/schema/errors";
import type { FoldPlan } from "@reefline/schema/foldPlan";
import {
  augmentationNameSchema,
  lossNameSchema,
  type ModelCard,
  presetNameSchema,
  scheduleNameSchema,
  type TrainConfig,
} from "@reefline/schema/training";
import { type Command, Option } from "commander";
import { resolveSurvey } from "../server/services/surveys/surveys.ts";
import { crossValidationOf } from "../server/services/training/crossValidation.ts";
import { getModel, getRun, listRuns, resolveModel, startRun, trainingReadiness } from "../server/services/training/training.ts";
import { judgeTraining } from "../server/services/training/trainingLook.ts";
import { findRateCommand } from "./chipsCommands.ts";
import { classLine } from "./classLine.ts";
import { compareRecipes } from "./compareCommand.ts";
import { printFolds } from "./folds.ts";
import { followJobs } from "./followJob.ts";
import { classList, collect, fraction, nonEmpty, number, wholeNumber } from "./optionValues.ts";
import { command, inSession } from "./program.ts";
import { configOf, type RecipeOptions } from "./recipeOptions.ts";
import type { Session } from "./session.ts";

export interface TrainOptions extends RecipeOptions {
  readonly model: string;
}

export async function train(session: Session, options: TrainOptions): Promise<void> {
  const { ctx } = session;
  const surveys = await Promise.all(options.survey.map((name) => resolveSurvey(ctx, name)));
  const from = options.from === undefined ? null : await resolveModel(ctx, options.from);
  const config = configOf(session, options, from);
  if (options.compare) return compareRecipes(session, { name: options.model, surveyIds: surveys.map(({ id }) => id), shared: config });
  const surveyIds = surveys.map(({ id }) => id);
  const check = options.check === false || config.folds ? null : await checkOf(session, surveyIds, config);
  const started = await startRun(ctx, { name: options.model, surveyIds, config, check });
  await followJobs(session, [started.jobId]);
  const run = await getRun(ctx, started.id);
  const checked = check ? await followCheck(session, started.id) : null;
  const { preset } = run.config;
  if (run.config.folds) return printFolds(session, run);
  if (!run.modelId) throw new AppError("internal", "training/no-model", "Training ended without a model. See: reefline jobs");
  const model = await getModel(ctx, run.modelId);
  const { card } = model;
  session.result(
    {
      model: { id: model.id, name: model.name },
      runId: run.id,
      preset,
      epochs: card.epochs,
      bestEpoch: card.bestEpoch,
      threshold: card.threshold,
      trainSeconds: card.trainSeconds,
      stoppedBecause: card.stoppedBecause,
      validation: card.validation,
      ...(card.validationByClass ? { validationByClass: card.validationByClass } : {}),
      heldOut: card.heldOut,
      ...(card.trainedFrom ? { trainedFrom: card.trainedFrom } : {}),
      ...(checked ? { check: checked } : {}),
    },
    [
      `Trained ${model.name} (${preset}) for ${Math.round(card.trainSeconds)} s, ${card.epochs} epochs (best: ${card.bestEpoch}).`,
      `  validation Dice ${card.validation.dice.toFixed(3)} at threshold ${card.threshold.toFixed(2)}`,
      card.heldOut ? `  held-out Dice ${card.heldOut.dice.toFixed(3)}, IoU ${card.heldOut.iou.toFixed(3)}` : "  no held-out area was drawn",
      ...classLine("validation", card.validationByClass),
      ...classLine("held-out", card.heldOut?.byClass),
      ...beforeLines(card),
      ...(checked ? checkLines(checked) : []),
      ...(card.split.buffered || checked
        ? []
        : ["  The ground was too small to keep training and validation apart. Judge the labels with: reefline train --folds 5"]),
    ],
  );
}

/** How the ground is left out part by part, where it is too small for one honest number; null where it is not, or cannot be divided. */
async function checkOf(session: Session, surveyIds: readonly string[], config: TrainConfig): Promise<FoldPlan | null> {
  // What cannot be trained at all is refused by the start, in its own words.
  if (!(await trainingReadiness(session.ctx, surveyIds, config.classes)).ready) return null;
  const { plan, reason } = await judgeTraining(session.ctx.store, surveyIds, config);
  if (!plan) return null;
  const time = config.budget.kind === "minutes" ? `, ${config.budget.minutes} min each` : "";
  session.note(
    `${reason} So the model is judged part by part as well: ${plan.count} more trainings${time}. Leave that out with --no-check.`,
  );
  return plan;
}

async function followCheck(session: Session, runId: string): Promise<CrossValidation | null> {
  const { ctx } = session;
  const check = (await listRuns(ctx, null)).find(({ partOf }) => partOf?.kind === "check" && partOf.ofRunId === runId);
  if (!check) return null;
  await followJobs(session, [check.jobId]);
  return crossValidationOf(ctx, check.id);
}

function checkLines({ pooled, folds }: CrossValidation): string[] {
  if (!pooled) return [`  judged part by part: in none of ${folds.length} parts could anything be counted`];
  return [
    `  judged part by part (${folds.length} parts, each by a model that had not seen it): Dice ${pooled.dice.toFixed(3)}, IoU ${pooled.iou.toFixed(3)}`,
  ];
}

/** The model that training went on from, on the same ground. */
function beforeLines({ trainedFrom: before, heldOut }: ModelCard): string[] {
  if (!before) return [];
  if (!before.heldOut || !heldOut) return [`  went on from ${before.modelName}; without a held-out area nothing says which is better`];
  const change = heldOut.dice - before.heldOut.dice;
  return [
    `  before (${before.modelName}): held-out Dice ${before.heldOut.dice.toFixed(3)}, now ${change >= 0 ? "+" : "−"}${Math.abs(change).toFixed(3)}`,
    ...(before.mayHaveSeen
      ? ["  The held-out areas are newer than that model: it may have learned from them, and look better than it is."]
      : []),
  ];
}

export function addTrain(program: Command): void {
  command(program, "train", "train a model")
    .requiredOption("--survey <survey>", "name or id; may be repeated", collect)
    .option("--model <name>", "what the model is called", nonEmpty)
    .addOption(
      new Option(
        "--find-rate",
        "train nothing: try learning rates from 1e-6 to 0.3 on the recipe's first steps and suggest the highest one",
      ).conflicts(["compare", "folds", "leaveOut", "model"]),
    )
    .addOption(
      new Option(
        "--preset <preset>",
        "best: from a pretrained encoder; fast: from nothing; course: the course's residual U-Net (default: best where it was fetched)",
      ).choices(presetNameSchema.options),
    )
    .addOption(
      new Option(
        "--compare",
        "train the course's three recipes and ours one after the other, each for the given time, and print their scores",
      ).conflicts(["preset", "loss", "schedule", "from"]),
    )
    .option("--seed <n>", "start of the random numbers", wholeNumber(0, 2 ** 31 - 1))
    .addOption(new Option("--loss <loss>", "instead of the preset's").choices(lossNameSchema.options))
    .addOption(new Option("--schedule <schedule>", "of the learning rate, instead of the preset's").choices(scheduleNameSchema.options))
    .option(
      "--rate <r>",
      "highest learning rate, instead of the preset's",
      number((value) => value > 0 && value <= 1, "a number above 0, up to 1"),
    )
    .addOption(new Option("--augment <kind>", "how chips are varied, instead of the preset's").choices(augmentationNameSchema.options))
    .option(
      "--reef-share <s>",
      "share of chips aimed at reef",
      number((value) => value >= 0.05 && value <= 0.95, "a number from 0.05 to 0.95"),
    )
    .option(
      "--patience <s>",
      "share of the training without improvement that ends it",
      number((value) => value > 0 && value <= 1, "a number above 0, up to 1"),
    )
    .addOption(new Option("--from-nothing", "begin best's encoder with random weights: what those of ImageNet are worth").conflicts("from"))
    .option("--average", "keep a running mean of the weights, and use that")
    .option(
      "--classes <names>",
      "tell these classes of reef apart, with commas between; where labels overlap the earlier counts",
      classList,
    )
    .option("--unsharp", "sharpen the image, in training and prediction alike")
    .option(
      "--gsd <m>",
      "metres per pixel the model works at (default: chosen from the labels)",
      number((value) => value > 0 && value <= 100, "a number of metres above 0"),
    )
    .option(
      "--folds <k>",
      "leave out one part of k after the other: scores of all labelled ground, and probable label errors",
      wholeNumber(2, 50),
    )
    .addOption(
      new Option("--leave-out <what>", "leave out whole groups of photos (site, flight, day) or surveys").choices(["group", "survey"]),
    )
    .option("--no-check", "do not judge it part by part where the held-out ground is too small for one honest number")
    .addOption(new Option("--from <model>", "go on from this model, on new labels").conflicts("preset"))
    .option("--label-share <s>", "learn from a share of the training ground, for learning curves", fraction)
    .option(
      "--rejected-share <s>",
      "share of the chips of empty ground aimed at rejected predictions (default: 0.25)",
      number((value) => value >= 0 && value <= 0.9, "a number from 0 to 0.9"),
    )
    .addOption(
      new Option("--minutes <m>", "time budget, of each fold")
        .argParser(number((value) => value > 0 && value <= 1_440, "a number of minutes above 0"))
        .conflicts("epochs"),
    )
    .addOption(new Option("--epochs <e>", "epochs instead of a time budget").argParser(wholeNumber(1, 2_000)))
    .action((options: Omit<TrainOptions, "model"> & { model?: string; findRate?: boolean }, of: Command) => {
      const { model } = options;
      if (options.findRate) return inSession(of, (session) => findRateCommand(session, options));
      if (model === undefined) return of.error("error: required option '--model <name>' not specified", { exitCode: 2 });
      return inSession(of, (session) => train(session, { ...options, model }));
    });
}
