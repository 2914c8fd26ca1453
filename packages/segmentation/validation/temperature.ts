/** Where the temperature is looked for: a fifth to ten times as sure. */
const [coldest, hottest] = [0.2, 10];

/**
 * Temperature scaling (Guo et al. 2017): the temperature of least cross-entropy, by golden section over its logarithm.
 * @param crossEntropy of the scores divided by a temperature; one valley
 */
export function fitTemperature(crossEntropy: (temperature: number) => number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [Math.log(coldest), Math.log(hottest)];
  for (let i = 0; i < 40; i++) {
    const a = high - ratio * (high - low);
    const b = low + ratio * (high - low);
    if (crossEntropy(Math.exp(a)) < crossEntropy(Math.exp(b))) high = b;
    else low = a;
  }
  return Math.exp((low + high) / 2);
}
