/** A body of overlapping discs, maybe with a hole. */
interface Blob {
  readonly discs: readonly { col: number; row: number; radius: number }[];
  readonly hole: { col: number; row: number; radius: number } | null;
}

const cellPx = 140;

/**
 * A mask with blobs that never touch, made row by row for any size: one blob per cell of 140 px until there are `blobCount` (5,000 fit in
 * 10,000²), 1,510 holes in every 5,000. The same for the same size.
 */
export class BlobMask {
  readonly blobCount: number;
  readonly holeCount: number;
  private readonly columns: number;

  constructor(readonly sizePx: number) {
    this.columns = Math.floor(sizePx / cellPx);
    this.blobCount = Math.min(this.columns * this.columns, Math.round(5_000 * (sizePx / 10_000) ** 2));
    this.holeCount = Math.floor((this.blobCount * 1_510) / 5_000);
  }

  private blob(cell: number): Blob {
    let state = (cell * 2_654_435_761) >>> 0;
    const random = (): number => {
      state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
      return state / 2 ** 32;
    };
    const col = (cell % this.columns) * cellPx + 70;
    const row = Math.floor(cell / this.columns) * cellPx + 70;
    const discs = [{ col, row, radius: 22 + 14 * random() }];
    for (let i = 0; i < 6; i++) {
      const turn = 2 * Math.PI * random();
      const away = 8 + 14 * random();
      discs.push({ col: col + away * Math.cos(turn), row: row + away * Math.sin(turn), radius: 12 + 16 * random() });
    }
    // Spread so that exactly `holeCount` of all blobs have one.
    const hasHole = Math.floor(((cell + 1) * this.holeCount) / this.blobCount) > Math.floor((cell * this.holeCount) / this.blobCount);
    return { discs, hole: hasHole ? { col, row, radius: 5 + 8 * random() } : null };
  }

  /** Writes a row of 0 and 1 at an offset. */
  fillRow(row: number, into: Uint8Array, offset: number): void {
    into.fill(0, offset, offset + this.sizePx);
    const cellRow = Math.floor(row / cellPx);
    if (cellRow >= this.columns) return;
    for (let column = 0; column < this.columns; column++) {
      const cell = cellRow * this.columns + column;
      if (cell >= this.blobCount) return;
      const { discs, hole } = this.cached(cell);
      for (const disc of discs) this.span(disc, row, into, offset, 1);
      if (hole) this.span(hole, row, into, offset, 0);
    }
  }

  private readonly recent = new Map<number, Blob>();

  private cached(cell: number): Blob {
    let blob = this.recent.get(cell);
    if (!blob) {
      blob = this.blob(cell);
      if (this.recent.size > 2 * this.columns) this.recent.clear();
      this.recent.set(cell, blob);
    }
    return blob;
  }

  private span(
    { col, row, radius }: { col: number; row: number; radius: number },
    at: number,
    into: Uint8Array,
    offset: number,
    value: 0 | 1,
  ): void {
    const half = radius ** 2 - (at + 0.5 - row) ** 2;
    if (half <= 0) return;
    const reach = Math.sqrt(half);
    into.fill(value, offset + Math.max(0, Math.ceil(col - reach - 0.5)), offset + Math.min(this.sizePx, Math.floor(col + reach - 0.5) + 1));
  }
}
