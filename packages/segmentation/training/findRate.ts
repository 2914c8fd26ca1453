import { randomFrom } from "@reefline/chips/random";
import { AppError } from "@reefline/schema/errors";
import { loadBackend } from "../backends/backend.ts";
import { encoderRates } from "../network/efficientNetLiteWeights.ts";
import { networkOf } from "../network/networkOf.ts";
import { openBatches } from "./batches.ts";
import { trainingLoss } from "./classLoss.ts";
import { startValues } from "./startValues.ts";
import { Trainer } from "./trainer.ts";
import type { TrainInput } from "./trainInput.ts";
import { prepareTraining } from "./trainingData.ts";

/** One step of a range test. */
export interface RatePoint {
  readonly learningRate: number;
  readonly loss: number;
}

export interface RateTest {
  readonly points: readonly RatePoint[];
  /** null: the loss never fell. */
  readonly suggested: number | null;
}

const groundBudgetBytes = 256 * 2 ** 20;
const [lowest, highest] = [1e-6, 0.3];
/** A step's share in the running mean of the loss. */
const smoothing = 0.1;

/**
 * The learning-rate range test (Smith 2017): the recipe's own first steps at rates that grow by the same factor from 1e-6 to 0.3. Nothing
 * is kept but the losses.
 * @param steps how many, 10 at least
 * @throws AppError in words when the labels cannot be trained on; kind "cancelled" when `shouldStop` answers true
 */
export async function findRate(
  input: Pick<TrainInput, "sources" | "config" | "encoderPath" | "from">,
  steps: number,
  shouldStop: () => boolean = () => false,
  onStep: (done: number) => void = () => undefined,
): Promise<RateTest> {
  const { config } = input;
  const { tf } = await loadBackend();
  const data = await prepareTraining(input.sources, config, groundBudgetBytes, input.from?.card);
  const architecture = data.preset.architecture(data.bandNames.length);
  const network = networkOf(architecture);
  const random = randomFrom(config.seed);
  const trainer = new Trainer(tf, network, await startValues(network, architecture, data.bandNames, input, random), {
    loss: trainingLoss(data.preset.loss, config.classes.length),
    rateScale: encoderRates(network, data.preset.pretrainedRate),
  });
  const points: RatePoint[] = [];
  const batches = openBatches(data, random, null);
  try {
    for (const learningRate of ratesTried(steps)) {
      if (shouldStop()) throw new AppError("cancelled", "segmentation/cancelled", "The test of learning rates was cancelled.");
      const { batch } = await batches.next();
      const loss = await trainer.step(batch, learningRate);
      batches.giveBack(batch);
      if (!Number.isFinite(loss)) break;
      points.push({ learningRate, loss });
      onStep(points.length);
    }
  } finally {
    trainer.dispose();
  }
  return { points, suggested: suggestedRate(points) };
}

/** From 1e-6 to 0.3, each the same factor above the one before. */
export function ratesTried(steps: number): number[] {
  const count = Math.max(10, steps);
  return Array.from({ length: count }, (_, i) => lowest * (highest / lowest) ** (i / (count - 1)));
}

/** The loss as a running mean, corrected for its start at nothing as Adam's moments are. */
export function smoothed(points: readonly RatePoint[]): RatePoint[] {
  let mean = 0;
  return points.map(({ learningRate, loss }, i) => {
    mean += smoothing * (loss - mean);
    return { learningRate, loss: mean / (1 - (1 - smoothing) ** (i + 1)) };
  });
}

/**
 * A tenth of the rate at which the smoothed loss is lowest (as fastai's `lr_find` suggests): the lowest point is where the rate begins to be
 * too high, and the mean reaches it late. null where the smoothed loss never falls below that of the first steps.
 */
export function suggestedRate(points: readonly RatePoint[]): number | null {
  const curve = smoothed(points);
  const [first] = curve;
  if (!first) return null;
  const best = curve.reduce((least, point) => (point.loss < least.loss ? point : least), first);
  return best.loss < first.loss ? best.learningRate / 10 : null;
}
