import type { Architecture, TrainConfig } from "@reefline/schema/training";
import type { OneCycle } from "./schedule.ts";

export interface Preset {
  readonly architecture: (bandCount: number) => Architecture;
  /** Factor of the learning rate of weights that come from ImageNet. */
  readonly pretrainedRate: number;
  readonly chipPx: number;
  readonly batchSize: number;
  readonly schedule: OneCycle;
  /** Share of chips aimed at reef; the others at examined ground without any. */
  readonly reefShare: number;
  /** An epoch has at least so many steps, however little ground there is. */
  readonly leastStepsPerEpoch: number;
  /** Training ends when validation has not improved for this share of the budget. */
  readonly patience: number;
}

const presets: Record<TrainConfig["preset"], Preset> = {
  best: {
    architecture: (bandCount) => ({ kind: "pretrained-unet", encoder: "efficientnet-lite0", bandCount }),
    pretrainedRate: 0.3,
    chipPx: 256,
    batchSize: 4,
    schedule: { peak: 1e-3, warmUp: 0.15 },
    reefShare: 0.6,
    leastStepsPerEpoch: 16,
    patience: 0.5,
  },
  fast: {
    architecture: (bandCount) => ({ kind: "unet", baseFilters: 16, depth: 4, bandCount, patchPx: 2 }),
    pretrainedRate: 1,
    chipPx: 256,
    batchSize: 4,
    schedule: { peak: 2e-3, warmUp: 0.15 },
    reefShare: 0.6,
    leastStepsPerEpoch: 16,
    patience: 0.4,
  },
};

/**
 * The preset, with chips no wider than a third of the ground's side: on a few small plots large chips would all show the same.
 * @param examinedPx ground to learn from, in model pixels
 */
export function presetFor(config: TrainConfig, examinedPx: number): Preset {
  const preset = presets[config.preset];
  const widest = 64 * Math.floor(Math.sqrt(examinedPx) / 3 / 64);
  return { ...preset, chipPx: Math.max(64, Math.min(preset.chipPx, widest)) };
}

/** The course's unsharp filter. */
export const courseUnsharp = { radiusPx: 20, percent: 100 };
