/** Four 32-bit words; plain numbers, so that a checkpoint can hold them. */
export type RandomState = readonly [number, number, number, number];

/** A seeded random number generator: the same seed gives the same numbers everywhere. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
  /** Uniform integer in [0, count). */
  below(count: number): number;
  /** Standard normal (Box & Muller 1958). */
  normal(): number;
  state(): RandomState;
}

/** sfc32 by Chris Doty-Humphrey (PractRand): 128 bits of state, passes BigCrush. */
export function randomFrom(start: number | RandomState): Random {
  let [a, b, c, d] = typeof start === "number" ? [0, start | 0, Math.floor(start / 2 ** 32) | 0, 1] : start;
  const next = (): number => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 2 ** 32;
  };
  if (typeof start === "number") for (let i = 0; i < 15; i++) next();
  return {
    next,
    between: (low, high) => low + (high - low) * next(),
    below: (count) => Math.floor(next() * count),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    state: () => [a, b, c, d],
  };
}

/** A new array, in an order drawn from `random`. */
export function shuffled<T>(items: readonly T[], random: Random): T[] {
  const tagged = items.map((item) => ({ item, order: random.next() }));
  return tagged.sort((p, q) => p.order - q.order).map(({ item }) => item);
}
