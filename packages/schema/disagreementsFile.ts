import type { Disagreement } from "./crossValidation.ts";

/** A GeoJSON FeatureCollection (RFC 7946): what the ground is said to be, its area, and how likely it is reef; of reef called by another class both names. */
export function disagreementsFile(disagreements: readonly Disagreement[]): string {
  const features = disagreements.map(({ geometry, kind, classes, areaM2, probability }, i) => ({
    type: "Feature",
    // The outer ring is traced counter-clockwise on the image, whose rows go down: as RFC 7946 asks, where north is up.
    geometry,
    properties: { rank: i + 1, kind, ...classes, area_m2: Number(areaM2.toFixed(3)), probability: Number(probability.toFixed(3)) },
  }));
  return `${JSON.stringify({ type: "FeatureCollection", name: "label errors", features })}\n`;
}
