import { createHash } from "node:crypto";
import { randomFrom } from "@reefline/chips/random";
import { AppError } from "@reefline/schema/errors";
import type { Architecture, ModelCard } from "@reefline/schema/training";
import { loadBackend } from "../backends/backend.ts";
import { makePredictor } from "../engines/predictor.ts";
import { type ModelValues, writeModel } from "../modelFiles/modelFiles.ts";
import { encoderRates } from "../network/efficientNetLiteWeights.ts";
import type { Temperatures } from "../network/foldedNetwork.ts";
import { networkOf } from "../network/networkOf.ts";
import { validate } from "../validation/validate.ts";
import { spread } from "../validation/validationPlan.ts";
import { type BatchCutter, openBatches } from "./batches.ts";
import { budgetOf } from "./budget.ts";
import { type Checkpoint, readCheckpoint, removeCheckpoint, writeCheckpoint } from "./checkpoint.ts";
import { trainingLoss } from "./classLoss.ts";
import { courseUnsharp } from "./preset.ts";
import { afterValidation, plateauStart, rateAt } from "./schedule.ts";
import { comparedDice } from "./selection.ts";
import { startValues } from "./startValues.ts";
import { Trainer } from "./trainer.ts";
import type { TrainHooks, TrainInput, TrainResult } from "./trainInput.ts";
import { prepareTraining, type TrainingData } from "./trainingData.ts";
import { areaM2 } from "./trainingGround.ts";

const groundBudgetBytes = 768 * 2 ** 20;
/** Windows scored after an epoch, and for the final choice of temperature and threshold. */
const epochWindows = 40;
const finalWindows = 160;
/** At most this share of the time goes into validation. */
const validationShare = 0.08;
const leastPatienceEpochs = 5;

/**
 * Trains one model: prepares the ground, steps until the budget is spent, keeps the weights that did best on validation, fits temperature
 * and threshold there, writes the model's files. Held-out ground is never looked at; `card.heldOut` is null until it has been evaluated.
 * @param openCutter who cuts the chips, so that a step need not wait for them; null: the training itself
 * @throws AppError in words when the labels cannot be trained on; kind "cancelled" when the hooks asked for it
 */
export async function trainModel(
  input: TrainInput,
  hooks: TrainHooks,
  openCutter: (data: TrainingData) => BatchCutter | null = () => null,
): Promise<TrainResult> {
  const startedAt = performance.now();
  const { config, checkpointSeconds = 20 } = input;
  const { tf, backend } = await loadBackend();
  hooks.onProgress({ message: `Preparing ${input.name}`, fraction: 0, secondsLeft: null });
  const data = await prepareTraining(input.sources, config, groundBudgetBytes, input.from?.card);
  const { preset } = data;
  const architecture = preset.architecture(data.bandNames.length);
  const network = networkOf(architecture);
  const stepsPerEpoch = Math.max(preset.leastStepsPerEpoch, Math.round(data.sampler.chipsOfGround / preset.batchSize));

  const fingerprint = fingerprintOf(input, architecture, data);
  const checkpoint = input.resume ? await readCheckpoint(input.checkpointDir, fingerprint) : null;
  const random = randomFrom(checkpoint?.random ?? config.seed);
  const trainer = new Trainer(
    tf,
    network,
    checkpoint?.trainer ?? (await startValues(network, architecture, data.bandNames, input, random)),
    {
      loss: trainingLoss(preset.loss, config.classes.length),
      rateScale: encoderRates(network, preset.pretrainedRate),
    },
  );
  let { step, epoch, elapsedSeconds: elapsedBefore, bestProgress, bestEpoch, bestDice, plateau, best } = checkpoint ?? noCheckpoint;

  // Batches are drawn ahead: a checkpoint goes on after the last one that was learned from.
  let drawn = random.state();
  const batches = openBatches(data, random, openCutter(data));
  let validationSeconds = 0;
  let validatedAt = 0;
  let validatedStep = checkpoint ? step : -1;
  let checkpointAt = performance.now();
  let eventAt = performance.now();
  let recentLosses: number[] = [];
  let stoppedBecause: ModelCard["stoppedBecause"] = "budget";

  const elapsedSeconds = () => elapsedBefore + (performance.now() - startedAt) / 1000;
  const budget = budgetOf(config.budget, stepsPerEpoch, () => 1 + 2 * validationSeconds);

  try {
    for (;;) {
      const request = hooks.shouldStop();
      if (request === "pause") await saveCheckpoint();
      if (request === "cancel" || request === "pause") throw cancelled();
      const progress = budget.progress(step, elapsedSeconds());
      if (request === "stop-and-keep-best") stoppedBecause = "user";
      else if (progress < 1 && validatedStep === step && outOfPatience(progress)) stoppedBecause = "early-stopping";
      if (stoppedBecause !== "budget" || progress >= 1) break;

      const { batch, random: after } = await batches.next();
      const learningRate = rateAt(preset.schedule, progress, plateau.factor);
      const loss = await trainer.step(batch, learningRate);
      batches.giveBack(batch);
      drawn = after;
      if (!Number.isFinite(loss)) throw diverged();
      recentLosses.push(loss);
      step++;
      if (step % stepsPerEpoch === 0) epoch++;

      if (performance.now() - eventAt > 1000 || step === 1) {
        hooks.onEvent({ kind: "step", step, epoch, loss: mean(recentLosses), learningRate, elapsedSeconds: elapsedSeconds() });
        hooks.onProgress({
          message: `Training ${input.name}: epoch ${epoch + 1}${bestDice === null ? "" : `, validation Dice ${bestDice.toFixed(2)}`}`,
          fraction: Math.min(1, progress),
          secondsLeft: budget.secondsLeft(step, elapsedSeconds()),
        });
        recentLosses = [];
        eventAt = performance.now();
      }
      const affordable = config.budget.kind === "epochs" || elapsedSeconds() - validatedAt > validationSeconds / validationShare;
      if (step % stepsPerEpoch === 0 && affordable) await validateNow(progress);
      if (performance.now() - checkpointAt >= checkpointSeconds * 1000) await saveCheckpoint();
      // Lets the job renew its lease and hear of cancellation: a step itself never yields.
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (validatedStep !== step) await validateNow(1);
    if (!best) throw cancelled();
    return await finish(best);
  } finally {
    trainer.dispose();
    await batches.close();
  }

  /** A short training is never cut: one epoch without progress says nothing. */
  function outOfPatience(progress: number): boolean {
    return best !== null && progress - bestProgress > preset.patience && epoch - bestEpoch >= leastPatienceEpochs;
  }

  async function validateNow(progress: number): Promise<void> {
    const from = performance.now();
    const trained = await trainer.values();
    const values = trained.average ?? trained;
    const scores = await score(values, epochWindows);
    // A checkpoint must not follow a validation that was left out: resuming would never make up for it.
    if (!scores) throw cancelled();
    const { dice, compared } = comparedDice(scores.histogram, scores.byClass?.counts ?? null);
    plateau = afterValidation(plateau, compared, progress);
    const isBest = bestDice === null || compared > bestDice;
    if (isBest) {
      best = { weights: values.weights, statistics: values.statistics };
      bestDice = compared;
      bestEpoch = epoch;
      bestProgress = progress;
    }
    hooks.onEvent({
      kind: "validation",
      step,
      epoch,
      loss: scores.histogram.crossEntropy(1),
      dice,
      best: isBest,
      elapsedSeconds: elapsedSeconds(),
    });
    await hooks.onChips(scores.chips, epoch);
    validatedStep = step;
    validatedAt = elapsedSeconds();
    validationSeconds = (performance.now() - from) / 1000;
  }

  async function score(values: ModelValues, windowCount: number) {
    const predictor = makePredictor(tf, cardOf(null), values);
    try {
      const windows = spread(data.validation, windowCount);
      const { scores, byClass, chips } = await validate(data, windows, predictor, () => hooks.shouldStop() === "cancel");
      return hooks.shouldStop() === "cancel" ? null : { histogram: scores, byClass, chips };
    } finally {
      predictor.dispose();
    }
  }

  async function saveCheckpoint(): Promise<void> {
    const state: Checkpoint = {
      fingerprint,
      random: [...drawn],
      step,
      epoch,
      elapsedSeconds: elapsedSeconds(),
      bestProgress,
      bestEpoch,
      bestDice,
      plateau,
      trainer: await trainer.values(),
      best,
    };
    await writeCheckpoint(input.checkpointDir, state);
    checkpointAt = performance.now();
  }

  /** Temperature and threshold on validation with the chosen weights, then the files. */
  async function finish(chosen: ModelValues): Promise<TrainResult> {
    hooks.onProgress({ message: `Calibrating ${input.name}`, fraction: 1, secondsLeft: validationSeconds });
    const scores = await score(chosen, finalWindows);
    if (!scores) throw cancelled();
    const temperature = scores.histogram.fitTemperature();
    const validation = scores.histogram.bestThreshold(temperature);
    const classTemperature = scores.byClass?.scores.fitTemperature() ?? 1;
    const validationByClass = scores.byClass?.counts.countsAt(validation.threshold, temperature);
    const card = cardOf({ temperature, classTemperature, validation, ...(validationByClass ? { validationByClass } : {}) });
    await writeModel(input.modelDir, card, chosen);
    await removeCheckpoint(input.checkpointDir);
    return { card, chipWaitSeconds: batches.waitedSeconds() };
  }

  function cardOf(calibration: (Temperatures & Pick<ModelCard, "validation" | "validationByClass">) | null): ModelCard {
    const { split, gsdMeters } = data;
    const cells = (role: string) => split.cells.filter((cell) => cell.role === role).length;
    return {
      format: "reefline-model/1",
      name: input.name,
      createdAt: new Date().toISOString(),
      architecture,
      gsdMeters,
      bandNames: [...data.bandNames],
      normalization: data.normalization,
      unsharp: preset.unsharp ? courseUnsharp : null,
      temperature: calibration?.temperature ?? 1,
      classTemperature: calibration?.classTemperature ?? 1,
      threshold: calibration?.validation.threshold ?? 0.5,
      positiveClass: "reef",
      classes: config.classes,
      config,
      backend,
      trainedOn: input.sources.map((source) => ({
        surveyId: source.surveyId,
        surveyName: source.surveyName,
        imageVersion: source.image.version,
        lastEditSeq: source.lastEditSeq,
        labelCount: source.labels.length,
        examinedAreaM2: areaM2(source.examined),
        labelAreaM2: areaM2(source.labels),
      })),
      split: {
        cellSizeMeters: split.cellSizePx * gsdMeters,
        bufferMeters: split.bufferPx * gsdMeters,
        trainCells: cells("train"),
        validationCells: cells("validation"),
        trainChips: Math.round(data.sampler.chipsOfGround),
        validationChips: data.validation.length,
        buffered: split.buffered,
        ...(split.groupCount === null ? {} : { groupCount: split.groupCount }),
        cells: split.cells.map(({ reefFraction: _, ...cell }) => cell),
      },
      epochs: epoch,
      steps: step,
      bestEpoch,
      trainSeconds: elapsedSeconds(),
      stoppedBecause,
      validation: calibration?.validation ?? {
        tp: 0,
        fp: 0,
        fn: 0,
        tn: 0,
        dice: 0,
        iou: 0,
        meanIou: 0,
        precision: 0,
        recall: 0,
        threshold: 0.5,
      },
      ...(calibration?.validationByClass ? { validationByClass: calibration.validationByClass } : {}),
      heldOut: null,
    };
  }
}

const noCheckpoint: Pick<Checkpoint, "step" | "epoch" | "elapsedSeconds" | "bestProgress" | "bestEpoch" | "bestDice" | "plateau" | "best"> =
  {
    step: 0,
    epoch: 0,
    elapsedSeconds: 0,
    bestProgress: 0,
    bestEpoch: 0,
    bestDice: null,
    plateau: plateauStart,
    best: null,
  };

/** What a checkpoint must have been made from to be of use. */
function fingerprintOf({ sources, config }: TrainInput, architecture: Architecture, { gsdMeters, normalization }: TrainingData): string {
  const surveys = sources.map(({ surveyId, image, lastEditSeq }) => ({ surveyId, version: image.version, lastEditSeq }));
  return createHash("sha256").update(JSON.stringify({ surveys, config, architecture, gsdMeters, normalization })).digest("hex");
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

function cancelled(): AppError {
  return new AppError("cancelled", "segmentation/cancelled", "The training was cancelled; no model was kept.");
}

function diverged(): AppError {
  return new AppError(
    "internal",
    "segmentation/diverged",
    "The training went astray: its loss is no longer a number. Train again with another seed; if it happens again, check the image for damaged areas.",
  );
}
