/** A piece of an outline in pixel coordinates, where (0, 0) is the corner of the first pixel and (0.5, 0.5) its centre. */
export interface Segment {
  fromX: number;
  fromY: number;
  toX: number;
  toY: number;
}

/**
 * Outline of `values ≥ level` by marching squares with linear interpolation between pixel centres; values row-major, widthPx × heightPx.
 * Outside the image counts as empty, so that what touches the border is closed along it. For showing, not for measuring.
 */
export function contourSegments(values: ArrayLike<number>, widthPx: number, heightPx: number, level: number): Segment[] {
  const empty = level - 255;
  const at = (col: number, row: number): number =>
    col < 0 || row < 0 || col >= widthPx || row >= heightPx ? empty : (values[row * widthPx + col] ?? empty);
  const share = (a: number, b: number): number => (level - a) / (b - a);
  const segments: Segment[] = [];
  for (let row = -1; row < heightPx; row++) {
    for (let col = -1; col < widthPx; col++) {
      const nw = at(col, row);
      const ne = at(col + 1, row);
      const sw = at(col, row + 1);
      const se = at(col + 1, row + 1);
      const kind = (nw >= level ? 8 : 0) | (ne >= level ? 4 : 0) | (se >= level ? 2 : 0) | (sw >= level ? 1 : 0);
      if (kind === 0 || kind === 15) continue;
      const x = col + 0.5;
      const y = row + 0.5;
      const top = { x: x + share(nw, ne), y };
      const right = { x: x + 1, y: y + share(ne, se) };
      const bottom = { x: x + share(sw, se), y: y + 1 };
      const left = { x, y: y + share(nw, sw) };
      const line = (from: { x: number; y: number }, to: { x: number; y: number }) =>
        segments.push({ fromX: from.x, fromY: from.y, toX: to.x, toY: to.y });
      if (kind === 1 || kind === 14) line(left, bottom);
      else if (kind === 2 || kind === 13) line(bottom, right);
      else if (kind === 3 || kind === 12) line(left, right);
      else if (kind === 4 || kind === 11) line(top, right);
      else if (kind === 6 || kind === 9) line(top, bottom);
      else if (kind === 7 || kind === 8) line(left, top);
      else if (kind === 5) {
        line(left, top);
        line(bottom, right);
      } else {
        line(left, bottom);
        line(top, right);
      }
    }
  }
  return segments;
}
