/** Fields on a lattice of points every `stepPx` pixels, worked out a row at a time and read anywhere between by interpolation. */
export interface LatticeRows {
  readonly stepPx: number;
  readonly fieldCount: number;
  /** Values of every lattice point of lattice row `row`, from lattice column `firstColumn`: one array per field. Kept while near. */
  latticeRow(row: number): readonly Float32Array[];
  /**
   * Adds nothing, overwrites: `targets[field][i]` is the field at pixel position (colOff + i · strideX, rowPosition), positions
   * in pixels from the survey's corner.
   */
  sampleRow(targets: readonly Float32Array[], colOff: number, strideX: number, rowPosition: number): void;
}

export interface LatticeOptions {
  readonly stepPx: number;
  readonly fieldCount: number;
  readonly firstColumn: number;
  readonly columnCount: number;
  /** Fills one array per field for lattice row `row`; element i is lattice column `firstColumn + i`. */
  readonly fill: (targets: readonly Float32Array[], row: number) => void;
}

export function latticeRows({ stepPx, fieldCount, firstColumn, columnCount, fill }: LatticeOptions): LatticeRows {
  const kept: { row: number; fields: Float32Array[] }[] = [];

  function latticeRow(row: number): Float32Array[] {
    const known = kept.find((entry) => entry.row === row);
    if (known !== undefined) return known.fields;
    // Rows are asked for top to bottom: the one above is all that is wanted again.
    const recycled = kept.length >= 3 ? kept.shift()?.fields : undefined;
    const fields = recycled ?? Array.from({ length: fieldCount }, () => new Float32Array(columnCount));
    fill(fields, row);
    kept.push({ row, fields });
    return fields;
  }

  return {
    stepPx,
    fieldCount,
    latticeRow,
    sampleRow(targets, colOff, strideX, rowPosition) {
      const y = rowPosition / stepPx;
      const row = Math.floor(y);
      const down = y - row;
      const upper = latticeRow(row);
      const lower = latticeRow(row + 1);
      const between = new Float32Array(columnCount);
      targets.forEach((target, field) => {
        const above = upper[field] ?? between;
        const below = lower[field] ?? between;
        for (let i = 0; i < columnCount; i++) between[i] = (above[i] ?? 0) + ((below[i] ?? 0) - (above[i] ?? 0)) * down;
        const start = colOff / stepPx - firstColumn;
        const stride = strideX / stepPx;
        for (let i = 0; i < target.length; i++) {
          const x = start + i * stride;
          const column = Math.floor(x);
          const left = between[column] ?? 0;
          target[i] = left + ((between[column + 1] ?? left) - left) * (x - column);
        }
      });
    },
  };
}
