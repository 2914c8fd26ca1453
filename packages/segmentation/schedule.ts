export interface OneCycle {
  readonly peak: number;
  /** Share of the training spent warming up. */
  readonly warmUp: number;
}

/**
 * One-cycle (Smith & Topin 2018): up from a tenth of the peak by a straight line, down to a hundredth of it by a cosine.
 * @param progress share of the training that is over, 0 to 1
 */
export function oneCycleRate({ peak, warmUp }: OneCycle, progress: number): number {
  if (progress < warmUp) return peak * (0.1 + 0.9 * (progress / warmUp));
  const down = Math.min(1, (progress - warmUp) / (1 - warmUp));
  return peak * (0.01 + 0.99 * 0.5 * (1 + Math.cos(Math.PI * down)));
}
