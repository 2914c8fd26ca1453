/** What was typed, as a request; null with the fields' errors in words. */
export function readSampleForm(form: { blocks: string; meters: string; seed: string }): {
  request: { blockCount: number; blockMeters: number | null; seed: number } | null;
  errors: { blocks: string | null; meters: string | null; seed: string | null };
} {
  const number = (text: string) => (text.trim() === "" ? Number.NaN : Number(text.replace(",", ".")));
  const [blockCount, seed] = [number(form.blocks), number(form.seed)];
  const blockMeters = form.meters.trim() === "" ? null : number(form.meters);
  const whole = (value: number, least: number, most: number) => Number.isInteger(value) && value >= least && value <= most;
  const errors = {
    blocks: whole(blockCount, 20, 1_000) ? null : "A whole number from 20 to 1000.",
    meters: blockMeters === null || (blockMeters > 0 && blockMeters <= 10_000) ? null : "A number above 0.",
    seed: whole(seed, 0, 2 ** 31 - 1) ? null : "A whole number.",
  };
  return { request: errors.blocks || errors.meters || errors.seed ? null : { blockCount, blockMeters, seed }, errors };
}
