import { createHash } from "node:crypto";
import type { Polygon } from "@reefline/schema/feature";

/** An id that depends on the shape alone (corners to 1e-9°), so that the same outline found again is the same polygon. */
export function polygonId(polygon: Polygon): string {
  const hash = createHash("sha256");
  for (const ring of polygon.coordinates) {
    hash.update("ring");
    hash.update(Float64Array.from(ring.flat(), (degrees) => Math.round(degrees * 1e9)));
  }
  return `pg_${hash.digest("hex").slice(0, 20)}`;
}
