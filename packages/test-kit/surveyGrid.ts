import { applyAffine } from "@reefline/geo/affine";
import { crsToLonLat } from "@reefline/geo/projection";
import type { Position } from "@reefline/schema/feature";
import type { Crs, Grid } from "@reefline/schema/grid";

const utm17: Crs = {
  epsg: 32617,
  proj4: "+proj=utm +zone=17 +datum=WGS84 +units=m +no_defs",
  kind: "projected",
  metersPerUnit: 1,
  name: "WGS 84 / UTM zone 17N",
};

/** A north-up UTM grid on the coast of South Carolina, where oysters grow between the tides. */
export function syntheticGrid(widthPx: number, heightPx: number, gsdMeters: number): Grid {
  return { crs: utm17, transform: [gsdMeters, 0, 662_400, 0, -gsdMeters, 3_689_100], widthPx, heightPx };
}

/** A ring of pixel corners, (col, row) pairs and not closed, as a closed GeoJSON ring. */
export function ringToLonLat(grid: Grid): (ring: Float64Array) => Position[] {
  const toLonLat = crsToLonLat(grid.crs);
  return (ring) => {
    const positions: Position[] = [];
    for (let i = 0; i < ring.length; i += 2) {
      const { x, y } = applyAffine(grid.transform, ring[i] ?? 0, ring[i + 1] ?? 0);
      const { lon, lat } = toLonLat(x, y);
      positions.push([lon, lat]);
    }
    const [first] = positions;
    if (first !== undefined) positions.push(first);
    return positions;
  };
}
