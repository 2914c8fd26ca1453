import type { TrainConfig } from "@reefline/schema/training";
import type { OneCycle } from "./schedule.ts";

export interface Preset {
  readonly baseFilters: number;
  readonly depth: number;
  readonly patchPx: 1 | 2;
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
  fast: {
    baseFilters: 16,
    depth: 4,
    patchPx: 2,
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
