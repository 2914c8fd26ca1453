import type { Affine } from "@reefline/schema/grid";

/** x = a·col + b·row + c, y = d·col + e·row + f. */
export function applyAffine([a, b, c, d, e, f]: Affine, col: number, row: number): { x: number; y: number } {
  return { x: a * col + b * row + c, y: d * col + e * row + f };
}

/** The transform that undoes `t`: (x, y) back to (col, row). Throws RangeError when `t` flattens the plane to a line. */
export function invertAffine([a, b, c, d, e, f]: Affine): Affine {
  const determinant = a * e - b * d;
  if (!Number.isFinite(determinant) || determinant === 0) throw new RangeError("an affine transform without area has no inverse");
  const ia = e / determinant;
  const ib = -b / determinant;
  const id = -d / determinant;
  const ie = a / determinant;
  return [ia, ib, -(ia * c + ib * f), id, ie, -(id * c + ie * f)];
}

/** first, then second: p → second(first(p)). */
export function composeAffine(second: Affine, first: Affine): Affine {
  const [a, b, c, d, e, f] = second;
  const [g, h, i, j, k, l] = first;
  return [a * g + b * j, a * h + b * k, a * i + b * l + c, d * g + e * j, d * h + e * k, d * i + e * l + f];
}

/** The same ground and origin with pixels `colFactor` × `rowFactor` times as long: t ∘ scale. */
export function scaleAffine([a, b, c, d, e, f]: Affine, colFactor: number, rowFactor: number): Affine {
  return [a * colFactor, b * rowFactor, c, d * colFactor, e * rowFactor, f];
}

/** The same pixels with the origin moved to (colOff, rowOff): t ∘ translate. */
export function translateAffine(t: Affine, colOff: number, rowOff: number): Affine {
  const [a, b, , d, e] = t;
  const origin = applyAffine(t, colOff, rowOff);
  return [a, b, origin.x, d, e, origin.y];
}
