import { studentT975 } from "./studentT.ts";

/** An estimate with its standard error and 95 % interval. */
export interface Estimate {
  readonly value: number;
  readonly standardError: number;
  readonly low: number;
  readonly high: number;
}

/** The units of a stratum, and what was measured on those of them that were drawn (without replacement, each equally likely). */
export interface StratumMeasurements {
  readonly unitCount: number;
  readonly values: readonly number[];
}

interface Total {
  readonly total: number;
  readonly variance: number;
  /** Of the variance, after Satterthwaite; infinite when it is 0. */
  readonly degreesOfFreedom: number;
}

/**
 * Total over all units of a stratified random sample, T = Σ N_h ȳ_h, with variance Σ N_h² (1 − n_h / N_h) s_h² / n_h (Cochran 1977, eq. 5.6
 * and 5.12; Olofsson et al. 2014, eq. 9–11 for units that are single pixels). Degrees of freedom after Satterthwaite (Cochran eq. 5.16).
 * Units may be blocks of ground: a block is drawn and measured as a whole, so how alike its pixels are is in s_h² already (one-stage
 * cluster sampling).
 */
export function stratifiedTotal(strata: readonly StratumMeasurements[]): Total {
  let [total, variance, spread] = [0, 0, 0];
  for (const { unitCount, values } of strata) {
    const n = values.length;
    if (n === 0) continue;
    const mean = values.reduce((sum, value) => sum + value, 0) / n;
    total += unitCount * mean;
    if (n < 2 || n >= unitCount) continue;
    const s2 = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
    const part = (unitCount * (unitCount - n) * s2) / n;
    variance += part;
    spread += part ** 2 / (n - 1);
  }
  return { total, variance, degreesOfFreedom: spread === 0 ? Number.POSITIVE_INFINITY : variance ** 2 / spread };
}

/** 95 % interval by Student's t. */
export function estimateOf(value: number, variance: number, degreesOfFreedom: number): Estimate {
  const standardError = Math.sqrt(variance);
  const reach = standardError === 0 ? 0 : studentT975(degreesOfFreedom) * standardError;
  return { value, standardError, low: value - reach, high: value + reach };
}

/**
 * Ratio of two totals, R = T_y / T_x, with the variance of its residuals y − R x divided by T_x² (Cochran 1977, eq. 6.48 for the combined
 * ratio; Stehman 2014, eq. 25–28). The interval is taken on the logit scale, as is usual for shares near 0 or 1, so that it is lopsided and
 * never leaves them (Korn & Graubard 1999, §2.5). Null where the denominator is 0: there was nothing to judge.
 */
export function stratifiedRatio(numerator: readonly StratumMeasurements[], denominator: readonly StratumMeasurements[]): Estimate | null {
  const below = stratifiedTotal(denominator).total;
  if (below === 0) return null;
  const ratio = stratifiedTotal(numerator).total / below;
  const residuals = numerator.map(({ unitCount, values }, h) => ({
    unitCount,
    values: values.map((value, i) => value - ratio * (denominator[h]?.values[i] ?? 0)),
  }));
  const { variance, degreesOfFreedom } = stratifiedTotal(residuals);
  const { standardError, high } = estimateOf(ratio, variance / below ** 2, degreesOfFreedom);
  const spread = ratio * (1 - ratio);
  if (standardError === 0 || spread <= 0) return { value: ratio, standardError, low: ratio, high: ratio };
  const logit = Math.log(ratio / (1 - ratio));
  const reach = (high - ratio) / spread;
  const share = (x: number) => 1 / (1 + Math.exp(-x));
  return { value: ratio, standardError, low: share(logit - reach), high: share(logit + reach) };
}
