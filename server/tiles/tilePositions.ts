/** Where in the raster each pixel of a tile looks: pixel corner coordinates of full resolution, NaN where there is no ground. */
export interface TilePositions {
  readonly sizePx: number;
  /** Column and row for tile pixel (x, y) at y · sizePx + x. */
  readonly cols: Float64Array;
  readonly rows: Float64Array;
}

/** Where the corners of a tile look, when everything between them lies between them. */
export interface TileQuad {
  readonly northWest: Point;
  readonly northEast: Point;
  readonly southWest: Point;
  readonly southEast: Point;
}

export interface Point {
  readonly col: number;
  readonly row: number;
}

/**
 * The corners of a tile when bilinear interpolation between them is within `tolerance` of the exact answer all over it; null otherwise.
 * Most tiles of a survey are such: nothing has to be written down for their 65,536 pixels.
 */
export function tileQuad(sizePx: number, exact: (x: number, y: number) => Point, tolerance: number): TileQuad | null {
  const half = sizePx / 2;
  const quad = { northWest: exact(0, 0), northEast: exact(sizePx, 0), southWest: exact(0, sizePx), southEast: exact(sizePx, sizePx) };
  const { northWest: a, northEast: b, southWest: c, southEast: d } = quad;
  const middle = between(between(a, b), between(c, d));
  const isClose =
    near(exact(half, half), middle, tolerance) &&
    near(exact(half, 0), between(a, b), tolerance) &&
    near(exact(half, sizePx), between(c, d), tolerance) &&
    near(exact(0, half), between(a, c), tolerance) &&
    near(exact(sizePx, half), between(b, d), tolerance) &&
    near(exact(half / 2, half / 2), between(middle, a), tolerance);
  return isClose ? quad : null;
}

/**
 * The positions of all pixel centres of a tile. A projection costs a microsecond and a tile has 65,536 pixels, so squares
 * are filled by bilinear interpolation between their corners as soon as that is within `tolerance` of the exact answer at
 * the centre, the middles of the four edges and half-way to a corner; others are cut in four (as GDAL's approximating transformer does with lines).
 * @param exact tile coordinates (pixel corners at whole numbers) to raster pixels
 * @param mayHold whether a square of the tile could show any of the raster; squares that cannot are not looked into
 * @param tolerance in raster pixels
 */
export function tilePositions(
  sizePx: number,
  exact: (x: number, y: number) => Point,
  mayHold: (x: number, y: number, size: number) => boolean,
  tolerance: number,
): TilePositions {
  const cols = new Float64Array(sizePx * sizePx).fill(Number.NaN);
  const rows = new Float64Array(sizePx * sizePx).fill(Number.NaN);
  const known = new Map<number, Point>();
  const at = (x: number, y: number): Point => {
    const key = y * 4 * (sizePx + 1) + x * 2;
    const found = known.get(key);
    if (found) return found;
    const point = exact(x, y);
    known.set(key, point);
    return point;
  };

  const fill = (x: number, y: number, size: number): void => {
    if (!mayHold(x, y, size)) return;
    if (size === 1) {
      const point = exact(x + 0.5, y + 0.5);
      cols[y * sizePx + x] = point.col;
      rows[y * sizePx + x] = point.row;
      return;
    }
    const half = size / 2;
    const a = at(x, y);
    const b = at(x + size, y);
    const c = at(x, y + size);
    const d = at(x + size, y + size);
    const isClose =
      near(at(x + half, y + half), between(between(a, b), between(c, d)), tolerance) &&
      near(at(x + half, y), between(a, b), tolerance) &&
      near(at(x + half, y + size), between(c, d), tolerance) &&
      near(at(x, y + half), between(a, c), tolerance) &&
      near(at(x + size, y + half), between(b, d), tolerance) &&
      // A bend that turns the other way in the middle (latitude about the equator) shows only beside it.
      (size < 4 || near(at(x + half / 2, y + half / 2), between(between(between(a, b), between(c, d)), a), tolerance));
    if (isClose) {
      interpolate(a, b, c, d, x, y, size, sizePx, cols, rows);
      return;
    }
    fill(x, y, half);
    fill(x + half, y, half);
    fill(x, y + half, half);
    fill(x + half, y + half, half);
  };
  fill(0, 0, sizePx);
  return { sizePx, cols, rows };
}

const between = (a: Point, b: Point): Point => ({ col: (a.col + b.col) / 2, row: (a.row + b.row) / 2 });

/** False for NaN on either side, so that squares with a corner off the map are cut further. */
const near = (a: Point, b: Point, tolerance: number): boolean =>
  Math.abs(a.col - b.col) <= tolerance && Math.abs(a.row - b.row) <= tolerance;

function interpolate(
  a: Point,
  b: Point,
  c: Point,
  d: Point,
  x: number,
  y: number,
  size: number,
  sizePx: number,
  cols: Float64Array,
  rows: Float64Array,
): void {
  for (let j = 0; j < size; j++) {
    const v = (j + 0.5) / size;
    const leftCol = a.col + (c.col - a.col) * v;
    const leftRow = a.row + (c.row - a.row) * v;
    const stepCol = (b.col + (d.col - b.col) * v - leftCol) / size;
    const stepRow = (b.row + (d.row - b.row) * v - leftRow) / size;
    const start = (y + j) * sizePx + x;
    for (let i = 0; i < size; i++) {
      cols[start + i] = leftCol + stepCol * (i + 0.5);
      rows[start + i] = leftRow + stepRow * (i + 0.5);
    }
  }
}
