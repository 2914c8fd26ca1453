/** Two-sided 95 % quantiles of Student's t for 1, 2, … degrees of freedom. */
const studentT = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11, 2.101, 2.093, 2.086,
  2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045,
];

/** How many times as long `ours` took as `theirs`: geometric mean over pairs with its 95 % interval (t on the logarithms). */
export function pairedRatio(ours: readonly number[], theirs: readonly number[]): { ratio: number; low: number; high: number } {
  const logs = ours.flatMap((value, i) => {
    const other = theirs[i];
    return other === undefined ? [] : [Math.log(value / other)];
  });
  const n = logs.length;
  const mean = logs.reduce((sum, value) => sum + value, 0) / n;
  const variance = logs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, n - 1);
  const half = (studentT[n - 2] ?? 1.96) * Math.sqrt(variance / n);
  return { ratio: Math.exp(mean), low: Math.exp(mean - half), high: Math.exp(mean + half) };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle) - 1] ?? 0)) / 2;
}
