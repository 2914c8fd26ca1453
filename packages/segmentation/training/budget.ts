import type { TrainConfig } from "@reefline/schema/training";

/** How far a training is, by the clock or by its steps. */
export interface Budget {
  /** 0 to 1; at 1 training ends. */
  progress(step: number, elapsedSeconds: number): number;
  secondsLeft(step: number, elapsedSeconds: number): number | null;
}

/**
 * By minutes the learning rate follows the clock, so that the schedule ends when the time does, on any computer; by epochs it follows the
 * steps, so that the same seed gives the same training.
 * @param reserveSeconds kept back for what comes after the last step
 */
export function budgetOf(budget: TrainConfig["budget"], stepsPerEpoch: number, reserveSeconds: () => number): Budget {
  if (budget.kind === "epochs") {
    const total = budget.epochs * stepsPerEpoch;
    return {
      progress: (step) => step / total,
      secondsLeft: (step, elapsed) => (step < 3 ? null : (elapsed / step) * (total - step) + reserveSeconds()),
    };
  }
  const total = budget.minutes * 60;
  return {
    progress: (_, elapsed) => elapsed / Math.max(1, total - reserveSeconds()),
    secondsLeft: (_, elapsed) => Math.max(0, total - elapsed),
  };
}
