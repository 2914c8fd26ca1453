import type { FlatPolygon, Geos } from "@reefline/geo/geosPolygon";
import { type PositionReader, type RingProblem, readRing } from "./ringReading.ts";

export type PolygonProblem = RingProblem | { readonly code: "empty" | "too-many-vertices" | "no-area"; readonly reason: string };

export interface ReadPolygon {
  /** Valid polygons in lon, lat that cover what the file's one covers. */
  readonly parts: readonly FlatPolygon[];
  /** What was changed on the way in, as code and reason. */
  readonly changes: ReadonlyMap<string, string>;
}

/** A GeoJSON Polygon's coordinates → valid polygons in lon, lat, or why there are none. Pure. */
export function readPolygon(
  coordinates: unknown,
  { geos, toLonLat, verticesPerFeature }: { geos: Geos; toLonLat: PositionReader | null; verticesPerFeature: number },
): ReadPolygon | PolygonProblem {
  if (!Array.isArray(coordinates) || coordinates.length === 0) return { code: "empty", reason: "a polygon without coordinates" };
  const changes = new Map<string, string>();
  const rings: Float64Array[] = [];
  let vertices = 0;
  for (const [ringIndex, ringCoordinates] of coordinates.entries()) {
    if (Array.isArray(ringCoordinates)) vertices += ringCoordinates.length;
    if (vertices > verticesPerFeature)
      return { code: "too-many-vertices", reason: `more than ${verticesPerFeature.toLocaleString("en")} corners in one polygon` };
    const ring = readRing(ringCoordinates, toLonLat);
    if ("code" in ring) {
      if (ring.code !== "too-few-corners" || ringIndex === 0) return ring;
      changes.set("hole-dropped", "a hole with fewer than three different corners was left out");
      continue;
    }
    if (ring.droppedHeights) changes.set("heights-dropped", "heights (third coordinates) were left out");
    if (ring.wasOpen) changes.set("closed", "a ring that was not closed was closed");
    if (ring.droppedRepeats) changes.set("repeats-dropped", "repeated corners were removed");
    rings.push(ring.lonLat);
  }
  const invalid = geos.invalidReason(rings);
  if (invalid === null) return { parts: [rings], changes };
  const parts = geos.makeValid(rings);
  if (parts.length === 0) return { code: "no-area", reason: "nothing with an area is left of it" };
  changes.set("repaired", `an invalid shape was repaired (${invalid.replace(/\[.*$/, "").toLowerCase()})`);
  return { parts, changes };
}
