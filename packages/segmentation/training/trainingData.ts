import { noAugmentation } from "@reefline/chips/augmentation";
import { type ChipSampler, chipSampler } from "@reefline/chips/chipSampler";
import { classesOn } from "@reefline/chips/classCover";
import { coverageBits } from "@reefline/chips/coverage";
import { chipWindow } from "@reefline/chips/cutChip";
import { type Ground, openGround } from "@reefline/chips/ground";
import { keepShare } from "@reefline/chips/labelShare";
import { modelBands, readModelInput } from "@reefline/chips/modelInput";
import { type Random, randomFrom } from "@reefline/chips/random";
import { planSplit, roleAt, type Split, splitRoles } from "@reefline/chips/split";
import { AppError } from "@reefline/schema/errors";
import type { ModelCard, TrainConfig } from "@reefline/schema/training";
import { requireBands } from "../engines/modelBands.ts";
import { withClassCount } from "../network/classHead.ts";
import { efficientNetNormalization } from "../network/efficientNetLiteWeights.ts";
import type { Normalization } from "../network/normalize.ts";
import { planValidation, type ValidationWindow } from "../validation/validationPlan.ts";
import { classNotTrained } from "./classRefusals.ts";
import { courseUnsharp, type Preset, presetFor } from "./preset.ts";
import { unsplittable } from "./refusals.ts";
import type { TrainSource } from "./trainInput.ts";
import { type PlannedSource, planSources, trainingReadiness } from "./trainingGround.ts";

/** All that a training reads from, prepared once. */
export interface TrainingData {
  readonly preset: Preset;
  readonly gsdMeters: number;
  readonly bandNames: readonly string[];
  readonly planned: readonly PlannedSource[];
  readonly grounds: readonly Ground[];
  readonly split: Split;
  readonly sampler: ChipSampler;
  readonly normalization: Normalization;
  readonly validation: readonly ValidationWindow[];
}

const normalizationChips = 48;

/** What chips are cut from, before anything was measured. */
export type TrainingLayout = Omit<TrainingData, "normalization" | "validation">;

/**
 * Checks that training can work, lays surveys on the model's grid and splits the ground. Reads no pixel.
 * @param random gives the split, and what follows it
 * @param groundBudgetBytes how much decoded ground may stay in memory
 * @param from the card of the model that training goes on from
 * @throws AppError in words when it cannot work
 */
export function layOutTraining(
  sources: readonly TrainSource[],
  config: TrainConfig,
  random: Random,
  groundBudgetBytes: number,
  from: ModelCard | null = null,
): TrainingLayout {
  const { refusal, ground } = trainingReadiness(sources, config);
  if (refusal) throw refusal;
  const preset = from ? goingOnFrom(from, config, presetFor(config, ground.examinedPx)) : presetFor(config, ground.examinedPx);
  const bandNames = commonBands(sources);
  if (from) requireBands(from, bandNames);
  const { gsdMeters, planned } = planSources(sources, config);
  const maps = planned.map(({ map }) => map);
  const whole = planSplit(maps, preset.chipPx, random);
  if (!whole) throw unsplittable();
  const trained = classesOn(maps, (source, square) => whole.roles[source]?.[square] === splitRoles.train);
  const untrained = config.classes.filter((_, i) => !trained.has(i + 1));
  if (untrained.length > 0) throw classNotTrained(untrained);
  // Drawn on its own, so that the share changes nothing else.
  const split = keepShare(maps, whole, config.labelShare, randomFrom(config.seed));
  const unsharp = preset.unsharp ? courseUnsharp : null;
  const grounds = planned.map(({ source, grid, polygons }) =>
    openGround(
      (window) => readModelInput(source.raster, source.image, grid, window, { unsharp }),
      polygons,
      bandNames.length,
      groundBudgetBytes / planned.length,
    ),
  );
  const sampler = chipSampler(maps, split, preset.chipPx, bandNames.length, preset.reefShare, preset.augmentation, config.rejectedShare);
  return { preset, gsdMeters, bandNames, planned, grounds, split, sampler };
}

/** Lays a training out as `layOutTraining` does, and measures the bands. */
export async function prepareTraining(
  sources: readonly TrainSource[],
  config: TrainConfig,
  groundBudgetBytes: number,
  from: ModelCard | null = null,
): Promise<TrainingData> {
  const random = randomFrom(config.seed);
  const data = layOutTraining(sources, config, random, groundBudgetBytes, from);
  const measured = await measureBands(data, random);
  // A pretrained encoder wants what it was trained on.
  const { preset, bandNames } = data;
  const pretrained = preset.architecture(bandNames.length).kind === "pretrained-unet";
  const normalization = from?.normalization ?? (pretrained ? efficientNetNormalization(bandNames.length) : measured);
  return { ...data, normalization, validation: planValidation(data.split) };
}

/** Weights that are right already are changed gently. */
const gentlerRate = 0.2;

/** The preset for going on from a trained model: its own network and filter, and lower rates unless one is asked for. */
function goingOnFrom(from: ModelCard, { learningRate, classes }: TrainConfig, preset: Preset): Preset {
  const { schedule } = preset;
  return {
    ...preset,
    architecture: () => withClassCount(from.architecture, classes.length),
    unsharp: from.unsharp !== null,
    schedule: { ...schedule, peak: learningRate ?? schedule.peak * gentlerRate },
  };
}

function commonBands(sources: readonly TrainSource[]): string[] {
  const [first, ...others] = sources.map(({ surveyName, image }) => ({ surveyName, names: modelBands(image).names }));
  for (const other of others) {
    if (first && other.names.join() !== first.names.join()) {
      throw new AppError(
        "bad-input",
        "segmentation/bands-differ",
        `"${first.surveyName}" has the bands ${first.names.join(", ")}, but "${other.surveyName}" has ${other.names.join(", ")}. Train on surveys with the same bands.`,
      );
    }
  }
  return first?.names ?? [];
}

/** Mean and standard deviation of every band over training ground. */
async function measureBands(
  { preset: { chipPx }, planned, grounds, split, sampler, bandNames }: TrainingLayout,
  random: Random,
): Promise<Normalization> {
  const plain = noAugmentation(bandNames.length);
  const sum = bandNames.map(() => 0);
  const squares = bandNames.map(() => 0);
  let count = 0;
  for (let i = 0; i < normalizationChips; i++) {
    const { source, centre } = sampler.draw(random);
    const map = planned[source]?.map;
    const roles = split.roles[source];
    const patch = await grounds[source]?.patch(chipWindow(centre, chipPx, plain));
    if (!patch || !map || !roles) continue;
    const { window, pixels, coverage, bandCount } = patch;
    for (let at = 0; at < coverage.length; at++) {
      if (((coverage[at] ?? 0) & coverageBits.measured) === 0) continue;
      const col = window.colOff + (at % window.widthPx);
      const row = window.rowOff + Math.floor(at / window.widthPx);
      if (roleAt(map, roles, col, row) !== splitRoles.train) continue;
      count++;
      for (let band = 0; band < bandCount; band++) {
        const value = pixels[at * bandCount + band] ?? 0;
        sum[band] = (sum[band] ?? 0) + value;
        squares[band] = (squares[band] ?? 0) + value * value;
      }
    }
  }
  if (count === 0) {
    throw new AppError(
      "bad-input",
      "segmentation/no-measurement",
      "The image holds no data where the ground is examined. Check that the examined area lies on the image, not on its empty border.",
    );
  }
  const mean = sum.map((value) => value / count);
  // One grey level at least: a band without any contrast must not blow up.
  const std = squares.map((value, band) => Math.max(1, Math.sqrt(Math.max(0, value / count - (mean[band] ?? 0) ** 2))));
  return { mean, std };
}
