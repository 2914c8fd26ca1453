/** A learning rate with two digits, as one would type it: 0.0012, not 1.2e-3. */
export function rateText(rate: number): string {
  const digits = Math.max(0, 1 - Math.floor(Math.log10(rate)));
  return Number(rate.toPrecision(2)).toFixed(Math.min(8, digits)).replace(/0+$/, "").replace(/\.$/, "");
}
