export interface Box {
  readonly minX: number;
  readonly minY: number;
  readonly maxX: number;
  readonly maxY: number;
}

/** Things with boxes in square cells, for asking what is near. A thing may be met more than once, in every cell its box touches. */
export class CellGrid {
  private readonly columns: number;
  private readonly rows: number;
  private readonly heads: Int32Array;
  private things = new Int32Array(256);
  private nexts = new Int32Array(256);
  private used = 0;

  constructor(
    private readonly bounds: Box,
    private readonly cellSize: number,
  ) {
    this.columns = Math.floor((bounds.maxX - bounds.minX) / cellSize) + 1;
    this.rows = Math.floor((bounds.maxY - bounds.minY) / cellSize) + 1;
    this.heads = new Int32Array(this.columns * this.rows).fill(-1);
  }

  private column(x: number): number {
    return Math.min(this.columns - 1, Math.max(0, Math.floor((x - this.bounds.minX) / this.cellSize)));
  }

  private rowOf(y: number): number {
    return Math.min(this.rows - 1, Math.max(0, Math.floor((y - this.bounds.minY) / this.cellSize)));
  }

  add(thing: number, minX: number, minY: number, maxX: number, maxY: number): void {
    const right = this.column(maxX);
    const bottom = this.rowOf(maxY);
    for (let row = this.rowOf(minY); row <= bottom; row++)
      for (let column = this.column(minX); column <= right; column++) this.addToCell(thing, row * this.columns + column);
  }

  private addToCell(thing: number, cell: number): void {
    if (this.used === this.things.length) {
      const things = new Int32Array(this.used * 2);
      things.set(this.things);
      this.things = things;
      const nexts = new Int32Array(this.used * 2);
      nexts.set(this.nexts);
      this.nexts = nexts;
    }
    this.things[this.used] = thing;
    this.nexts[this.used] = this.heads[cell] ?? -1;
    this.heads[cell] = this.used++;
  }

  /** Calls `visit` for everything in the cells that a box touches, until it answers true; gives what it answered last. */
  some(minX: number, minY: number, maxX: number, maxY: number, visit: (thing: number) => boolean): boolean {
    const right = this.column(maxX);
    const bottom = this.rowOf(maxY);
    for (let row = this.rowOf(minY); row <= bottom; row++)
      for (let column = this.column(minX); column <= right; column++)
        for (let entry = this.heads[row * this.columns + column] ?? -1; entry >= 0; entry = this.nexts[entry] ?? -1)
          if (visit(this.things[entry] ?? 0)) return true;
    return false;
  }
}

/** A cell size at which boxes of these sizes fill few cells each, no smaller than `least`. */
export function cellSizeFor(bounds: Box, boxes: Iterable<{ widthX: number; heightY: number }>, count: number, least: number): number {
  const all = [...boxes];
  let size = Math.max(least, Math.sqrt(((bounds.maxX - bounds.minX) * (bounds.maxY - bounds.minY)) / Math.max(1, 2 * count)));
  for (;;) {
    let cells = 0;
    for (const { widthX, heightY } of all) cells += (widthX / size + 1) * (heightY / size + 1);
    if (cells <= 8 * count + 64) return Math.ceil(size);
    size *= 2;
  }
}
