type Numbers = Float64Array | Float32Array | Uint32Array | Uint8Array;

/** A typed array that grows at its end. */
export class Growing<T extends Numbers> {
  length = 0;

  constructor(
    private readonly make: (length: number) => T,
    /** Longer than `length`; what lies beyond it means nothing. Replaced when it grows. */
    public data: T = make(1_024),
  ) {}

  push(value: number): number {
    if (this.length === this.data.length) {
      const larger = this.make(this.data.length * 2);
      larger.set(this.data);
      this.data = larger;
    }
    this.data[this.length] = value;
    return this.length++;
  }

  /** Makes room for `count` more numbers, to be written into `data`; the answer is where they begin. */
  extend(count: number): number {
    const from = this.length;
    this.length += count;
    if (this.length > this.data.length) {
      const larger = this.make(Math.max(this.length, this.data.length * 2));
      larger.set(this.data);
      this.data = larger;
    }
    return from;
  }

  at(index: number): number {
    return this.data[index] ?? 0;
  }
}

export const growingDoubles = () => new Growing((length) => new Float64Array(length));
export const growingFloats = () => new Growing((length) => new Float32Array(length));
export const growingCounts = () => new Growing((length) => new Uint32Array(length));
export const growingBytes = () => new Growing((length) => new Uint8Array(length));
