/**
 * Connected parts of a mask that arrives row by row, corners connecting too (8-connectivity): union–find over labels given while
 * scanning (Rosenfeld & Pfaltz 1966). Holds one row, and one number per part met.
 */
export class ConnectedLabels {
  #parent: number[] = [0];
  #above: Int32Array;
  #row: Int32Array;

  constructor(widthPx: number) {
    // One cell of margin on both sides, always 0.
    this.#above = new Int32Array(widthPx + 2);
    this.#row = new Int32Array(widthPx + 2);
  }

  /** Labels of the next row, 0 where the mask is 0; valid until the row after. Element `col + 1` belongs to column `col`. */
  next(mask: Uint8Array): Int32Array {
    const above = this.#row;
    const row = this.#above;
    for (let col = 0; col < mask.length; col++) {
      let label = 0;
      if (mask[col] === 1) {
        label = row[col] ?? 0;
        const straight = above[col + 1] ?? 0;
        if (straight !== 0) label = this.#join(label, straight);
        else {
          label = this.#join(label, above[col] ?? 0);
          label = this.#join(label, above[col + 2] ?? 0);
        }
        if (label === 0) label = this.#parent.push(this.#parent.length) - 1;
      }
      row[col + 1] = label;
    }
    this.#above = above;
    this.#row = row;
    return row;
  }

  /** How many labels were given, 0 among them. */
  get size(): number {
    return this.#parent.length;
  }

  /** The one label that stands for a part. */
  root(label: number): number {
    let at = label;
    while (this.#parent[at] !== at) {
      const up = this.#parent[at] ?? 0;
      this.#parent[at] = this.#parent[up] ?? up;
      at = up;
    }
    return at;
  }

  #join(a: number, b: number): number {
    if (a === 0 || b === 0 || a === b) return a === 0 ? b : a;
    const [low, high] = [this.root(a), this.root(b)].sort((p, q) => p - q);
    if (low === undefined || high === undefined) return a;
    this.#parent[high] = low;
    return low;
  }
}
