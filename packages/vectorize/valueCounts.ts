/** Histograms of bytes for regions that come and go, in one array: a kilobyte per region that is open. */
export class ValueCounts {
  private bins = new Uint32Array(256 * 16);
  private used = 0;
  private readonly free: number[] = [];

  /** A histogram of nothing. */
  take(): number {
    const slot = this.free.pop();
    if (slot !== undefined) return slot;
    if ((this.used + 1) * 256 > this.bins.length) {
      const larger = new Uint32Array(this.bins.length * 2);
      larger.set(this.bins);
      this.bins = larger;
    }
    return this.used++;
  }

  add(slot: number, data: Uint8Array, from: number, to: number): void {
    const { bins } = this;
    const base = slot * 256;
    for (let i = from; i < to; i++) {
      const bin = base + (data[i] ?? 0);
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
  }

  /** Both in one, which is returned; the other is given back. Either may be none (negative). */
  merge(a: number, b: number): number {
    if (a < 0) return b;
    if (b < 0) return a;
    const { bins } = this;
    for (let value = 0; value < 256; value++) bins[a * 256 + value] = (bins[a * 256 + value] ?? 0) + (bins[b * 256 + value] ?? 0);
    this.giveBack(b);
    return a;
  }

  giveBack(slot: number): void {
    this.bins.fill(0, slot * 256, slot * 256 + 256);
    this.free.push(slot);
  }

  /** The smallest byte that at least this share of `count` values do not exceed. */
  quantile(slot: number, count: number, share: number): number {
    return quantileOf(this.bins.subarray(slot * 256, slot * 256 + 256), count, share);
  }
}

/** The smallest byte that at least this share of `count` values do not exceed. */
export function quantileOf(bins: Uint32Array, count: number, share: number): number {
  let seen = 0;
  for (let value = 0; value < 256; value++) {
    seen += bins[value] ?? 0;
    if (seen >= share * count) return value;
  }
  return 255;
}
