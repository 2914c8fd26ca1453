const steps = 1_000;
const tail = 0.05;

/**
 * The value that Student's t with ν degrees of freedom (ν ≥ 1, whole or not) stays below with probability 0.975. With x = √ν · tan θ the
 * density is proportional to cos^(ν−1) θ, and with θ = π/2 · (1 − u²) smooth up to the end, so what lies beyond is a plain integral from 0
 * to u. Above 200 degrees of freedom two terms of the expansion around the normal distribution are exact to seven digits (Abramowitz &
 * Stegun 26.7.5).
 */
export function studentT975(degreesOfFreedom: number): number {
  const z = 1.959963984540054;
  if (degreesOfFreedom > 200) {
    const n = degreesOfFreedom;
    return z + (z ** 3 + z) / (4 * n) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * n * n);
  }
  const nu = Math.max(1, degreesOfFreedom);
  const density = (u: number) => u * Math.sin((Math.PI / 2) * u * u) ** (nu - 1);
  const simpson = (from: number, to: number) => ((to - from) / 6) * (density(from) + 4 * density((from + to) / 2) + density(to));
  const sums = [0];
  for (let i = 0; i < steps; i++) sums.push((sums[i] ?? 0) + simpson(i / steps, (i + 1) / steps));
  const wanted = tail * (sums[steps] ?? 0);
  const from = sums.findIndex((sum) => sum > wanted) - 1;
  let u = (from + 0.5) / steps;
  for (let i = 0; i < 8; i++) u -= ((sums[from] ?? 0) + simpson(from / steps, u) - wanted) / density(u);
  return Math.sqrt(nu) / Math.tan((Math.PI / 2) * u * u);
}
