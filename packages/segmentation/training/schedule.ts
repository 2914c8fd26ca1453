import type { ScheduleName } from "@reefline/schema/training";

export interface Schedule {
  readonly kind: ScheduleName;
  /** The highest learning rate. */
  readonly peak: number;
  /** Share of the training spent warming up, from a tenth of the peak by a straight line. */
  readonly warmUp: number;
}

const cycles = 4;

/**
 * The learning rate when `progress` (0 to 1) of the training is over. After the warm-up: constant, the peak; one-cycle (Smith & Topin 2018)
 * and cosine, down to a hundredth of it by a cosine; triangular (Smith 2017), four times down to a hundredth and three times back up;
 * plateau, the peak times the factor that `afterValidation` keeps.
 */
export function rateAt({ kind, peak, warmUp }: Schedule, progress: number, plateauFactor = 1): number {
  if (progress < warmUp) return peak * (0.1 + 0.9 * (progress / warmUp));
  const over = Math.min(1, (progress - warmUp) / (1 - warmUp));
  switch (kind) {
    case "constant":
      return peak;
    case "plateau":
      return peak * plateauFactor;
    case "cosine":
    case "one-cycle":
      return peak * (0.01 + 0.99 * 0.5 * (1 + Math.cos(Math.PI * over)));
    case "triangular": {
      const phase = (cycles - 0.5) * over;
      return peak * (0.01 + 0.99 * Math.abs(1 - 2 * (phase - Math.floor(phase))));
    }
  }
}

/** What a plateau schedule remembers; kept in checkpoints. */
export interface PlateauState {
  readonly factor: number;
  /** Highest validation Dice; null before the first validation. */
  readonly best: number | null;
  /** Progress when validation last improved or the rate was last cut. */
  readonly since: number;
}

export const plateauStart: PlateauState = { factor: 1, best: null, since: 0 };

/** The course's numbers of epochs out of a hundred as shares of the training: patience 25, cooldown 2. */
const plateau = { cut: 0.2, leastFactor: 0.1, leastGain: 1e-4, patience: 0.25, cooldown: 0.02 };

/** After a validation: the rate is cut to a fifth, no lower than a tenth of the peak, when Dice has not risen for a quarter of the training. */
export function afterValidation(state: PlateauState, dice: number, progress: number): PlateauState {
  if (state.best === null || dice > state.best + plateau.leastGain) return { ...state, best: dice, since: progress };
  if (progress - state.since < plateau.patience || state.factor <= plateau.leastFactor) return state;
  return { ...state, factor: Math.max(plateau.leastFactor, state.factor * plateau.cut), since: progress + plateau.cooldown };
}
