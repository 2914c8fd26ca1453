import type { Position } from "@reefline/schema/feature";

export interface MapTile {
  z: number;
  x: number;
  y: number;
}

export interface TilePoint {
  x: number;
  y: number;
}

/** A ring in the pixels of one Web Mercator tile of `sizePx`; (0, 0) is its north-west corner. Points outside the tile stay outside. */
export function ringOnTile(ring: readonly Position[], { z, x, y }: MapTile, sizePx: number): TilePoint[] {
  const tiles = 2 ** z;
  return ring.map(([lon, lat]) => {
    const sine = Math.sin((lat * Math.PI) / 180);
    const east = (lon + 180) / 360;
    const south = 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
    return { x: (east * tiles - x) * sizePx, y: (south * tiles - y) * sizePx };
  });
}

/** z, x and y at the end of a tile's address. */
export function tileOfAddress(address: string): MapTile | null {
  const found = /\/(\d+)\/(\d+)\/(\d+)\.png$/.exec(address);
  return found ? { z: Number(found[1]), x: Number(found[2]), y: Number(found[3]) } : null;
}
