import { createRequire } from "node:module";
import { lonLatToCrs } from "@reefline/geo/projection";
import type { Polygon } from "@reefline/schema/feature";
import type { Crs } from "@reefline/schema/grid";

/** What coordinates are written in. */
export interface OutputCrs {
  /** null when its parameters have no code. */
  readonly epsg: number | null;
  readonly name: string;
  /** Well-known text, version 1; null where none is known. */
  readonly wkt: string | null;
  readonly isGeographic: boolean;
  /** Closed rings of x,y pairs, outer first, in this CRS; rounded to a tenth of a millimetre. */
  rings(polygon: Polygon): Float64Array[];
}

const require = createRequire(import.meta.url);
/** 1e-9° is 0.1 mm on the ground. */
const decimals = { geographic: 9, projected: 4 };

/** @param crs null: longitude and latitude, WGS 84 */
export function outputCrs(crs: Crs | null): OutputCrs {
  const epsg = crs ? crs.epsg : 4326;
  const isGeographic = crs === null || crs.kind === "geographic";
  const project = crs === null ? null : lonLatToCrs(crs);
  const factor = 10 ** (isGeographic ? decimals.geographic : decimals.projected);
  // Adding 0 turns −0 into 0.
  const rounded = (value: number): number => Math.round(value * factor) / factor + 0;
  return {
    epsg,
    name: crs?.name ?? "WGS 84",
    wkt: epsg === null ? null : wktOf(epsg),
    isGeographic,
    rings: ({ coordinates }) =>
      coordinates.map((ring) => {
        const flat = new Float64Array(ring.length * 2);
        ring.forEach(([lon, lat], i) => {
          const { x, y } = project ? project(lon, lat) : { x: lon, y: lat };
          flat[2 * i] = rounded(x);
          flat[2 * i + 1] = rounded(y);
        });
        return flat;
      }),
  };
}

function wktOf(epsg: number): string | null {
  try {
    const found: unknown = require(`epsg-index/s/${epsg}.json`);
    if (typeof found !== "object" || found === null || !("wkt" in found)) return null;
    return typeof found.wkt === "string" ? found.wkt : null;
  } catch {
    return null;
  }
}

/** Twice the signed area of a closed ring of x,y pairs; above 0 when it runs counter-clockwise. */
export function signedDoubleArea(ring: ArrayLike<number>): number {
  const [x0, y0] = [ring[0] ?? 0, ring[1] ?? 0];
  let sum = 0;
  for (let i = 0; i + 3 < ring.length; i += 2) {
    const [ax, ay] = [(ring[i] ?? 0) - x0, (ring[i + 1] ?? 0) - y0];
    const [bx, by] = [(ring[i + 2] ?? 0) - x0, (ring[i + 3] ?? 0) - y0];
    sum += ax * by - bx * ay;
  }
  return sum;
}

/** The ring, turned round when it does not run as asked. */
export function woundRing(ring: Float64Array, counterClockwise: boolean): Float64Array {
  if (signedDoubleArea(ring) > 0 === counterClockwise) return ring;
  const turned = new Float64Array(ring.length);
  for (let i = 0; i < ring.length; i += 2) {
    turned[ring.length - 2 - i] = ring[i] ?? 0;
    turned[ring.length - 1 - i] = ring[i + 1] ?? 0;
  }
  return turned;
}
