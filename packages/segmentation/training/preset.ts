import type { Architecture, AugmentationName, LossName, TrainConfig } from "@reefline/schema/training";
import { withClassCount } from "../network/classHead.ts";
import type { Schedule } from "./schedule.ts";

export interface Preset {
  readonly architecture: (bandCount: number) => Architecture;
  /** Factor of the learning rate of weights that come from ImageNet. */
  readonly pretrainedRate: number;
  readonly chipPx: number;
  readonly batchSize: number;
  readonly loss: LossName;
  readonly schedule: Schedule;
  readonly augmentation: AugmentationName;
  /** Share of chips aimed at reef; the others at examined ground without any. */
  readonly reefShare: number;
  /** Whether windows are sharpened, in training and in prediction alike, even when nobody asks for it. */
  readonly unsharp: boolean;
  /** An epoch has at least so many steps, however little ground there is. */
  readonly leastStepsPerEpoch: number;
  /** Training ends when validation has not improved for this share of the budget. */
  readonly patience: number;
}

const common = {
  pretrainedRate: 1,
  chipPx: 256,
  batchSize: 4,
  loss: "bce-dice",
  augmentation: "full",
  reefShare: 0.6,
  unsharp: false,
  leastStepsPerEpoch: 16,
} as const;

const presets: Record<TrainConfig["preset"], Preset> = {
  best: {
    ...common,
    architecture: (bandCount) => ({ kind: "pretrained-unet", encoder: "efficientnet-lite0", bandCount }),
    pretrainedRate: 0.3,
    schedule: { kind: "one-cycle", peak: 1e-3, warmUp: 0.15 },
    patience: 0.5,
  },
  fast: {
    ...common,
    architecture: (bandCount) => ({ kind: "unet", baseFilters: 16, depth: 4, bandCount, patchPx: 2 }),
    schedule: { kind: "one-cycle", peak: 2e-3, warmUp: 0.15 },
    patience: 0.4,
  },
  // The course's part 4: soft Dice, a rate cut on plateaus, its augmentation and its filter.
  course: {
    ...common,
    architecture: (bandCount) => ({ kind: "residual-unet", baseFilters: 16, bandCount }),
    loss: "dice",
    schedule: { kind: "plateau", peak: 1e-3, warmUp: 0 },
    augmentation: "course",
    unsharp: true,
    patience: 0.5,
  },
};

/**
 * The preset with what the configuration says otherwise, and with chips no wider than a third of the ground's side: on a few small plots
 * large chips would all show the same.
 * @param examinedPx ground to learn from, in model pixels
 */
export function presetFor(config: TrainConfig, examinedPx: number): Preset {
  const preset = presets[config.preset];
  const widest = 64 * Math.floor(Math.sqrt(examinedPx) / 3 / 64);
  const { loss, schedule, learningRate, augmentation, reefShare, patience } = config;
  return {
    ...preset,
    architecture: (bandCount) => withClassCount(preset.architecture(bandCount), config.classes.length),
    chipPx: Math.max(64, Math.min(preset.chipPx, widest)),
    loss: loss ?? preset.loss,
    schedule: { ...preset.schedule, kind: schedule ?? preset.schedule.kind, peak: learningRate ?? preset.schedule.peak },
    augmentation: augmentation ?? preset.augmentation,
    reefShare: reefShare ?? preset.reefShare,
    patience: patience ?? preset.patience,
    unsharp: config.unsharp || preset.unsharp,
    pretrainedRate: config.pretrained || config.fromModelId !== null ? preset.pretrainedRate : 1,
  };
}

/** The course's unsharp filter. */
export const courseUnsharp = { radiusPx: 20, percent: 100 };
