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

export function presetOf(config: TrainConfig): Preset {
  return presets[config.preset];
}

/** The course's unsharp filter. */
export const courseUnsharp = { radiusPx: 20, percent: 100 };
