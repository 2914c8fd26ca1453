import type { Position } from "@reefline/schema/feature";
import type { Grid } from "@reefline/schema/grid";
import { applyAffine } from "./affine.ts";
import { distanceMeters, metersBetween, moveMeters } from "./geodesic.ts";
import { crsToLonLat, lonLatToCrs } from "./projection.ts";

export interface ShiftMeters {
  readonly eastMeters: number;
  readonly northMeters: number;
}

/** A place in the imagery and where it belongs, WGS 84. */
export interface ControlPair {
  readonly from: Position;
  readonly to: Position;
}

/** The grid moved over the ground by metres true east and north of its centre; its pixels keep their size and their turn. */
export function shiftGrid(grid: Grid, { eastMeters, northMeters }: ShiftMeters): Grid {
  if (eastMeters === 0 && northMeters === 0) return grid;
  const centre = applyAffine(grid.transform, grid.widthPx / 2, grid.heightPx / 2);
  const { lon, lat } = crsToLonLat(grid.crs)(centre.x, centre.y);
  const moved = lonLatToCrs(grid.crs)(...moveMeters([lon, lat], eastMeters, northMeters));
  const dx = grid.crs.kind === "geographic" ? turn(moved.x - centre.x) : moved.x - centre.x;
  return moveGrid(grid, dx, moved.y - centre.y);
}

/**
 * The one move of a grid that brings the pairs' places closest to where they belong: the mean of their moves in the grid's CRS, which is
 * the translation of least squared distances.
 * @returns how far that is on the ground, and how far each place then still lies from where it belongs
 * @throws RangeError without a pair, or where the CRS has no answer
 */
export function shiftBetween(grid: Grid, pairs: readonly ControlPair[]): ShiftMeters & { readonly residualsMeters: readonly number[] } {
  const toCrs = lonLatToCrs(grid.crs);
  const toLonLat = crsToLonLat(grid.crs);
  const moves = pairs.map(({ from, to }) => {
    const [a, b] = [toCrs(...from), toCrs(...to)];
    return { a, dx: grid.crs.kind === "geographic" ? turn(b.x - a.x) : b.x - a.x, dy: b.y - a.y };
  });
  const dx = moves.reduce((sum, move) => sum + move.dx, 0) / moves.length;
  const dy = moves.reduce((sum, move) => sum + move.dy, 0) / moves.length;
  if (!Number.isFinite(dx) || !Number.isFinite(dy)) throw new RangeError("the control points have no place in the survey's CRS");
  const place = (x: number, y: number): Position => {
    const { lon, lat } = toLonLat(x, y);
    return [lon, lat];
  };
  const centre = applyAffine(grid.transform, grid.widthPx / 2, grid.heightPx / 2);
  return {
    ...metersBetween(place(centre.x, centre.y), place(centre.x + dx, centre.y + dy)),
    residualsMeters: moves.map(({ a }, i) => distanceMeters(place(a.x + dx, a.y + dy), pairs[i]?.to ?? [Number.NaN, Number.NaN])),
  };
}

function moveGrid(grid: Grid, dx: number, dy: number): Grid {
  const [a, b, c, d, e, f] = grid.transform;
  return { ...grid, transform: [a, b, c + dx, d, e, f + dy] };
}

/** A difference of longitudes the short way round. */
const turn = (degrees: number): number => degrees - 360 * Math.round(degrees / 360);

/**
 * Whether a grid made from an image's, with its origin and its turn, still lies as the image does: a prediction made before the image was
 * moved does not, and does again once it is moved back.
 */
export function liesAsImagery(made: Grid, image: Grid): boolean {
  return made.transform[2] === image.transform[2] && made.transform[5] === image.transform[5];
}
