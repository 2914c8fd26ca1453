import type { Polygon, Position } from "@reefline/schema/feature";

/** One polygon on its way out, with the attributes the product stands behind. */
export interface ExportFeature {
  readonly id: string;
  readonly geometry: Polygon;
  readonly class: string;
  readonly areaM2: number;
  readonly perimeterMeters: number;
  /** Mean over the polygon's pixels; null for what a person drew. */
  readonly probability: number | null;
  /** Name of the model; null for what a person drew. */
  readonly model: string | null;
  readonly survey: string;
  /** How it came to be: drawn, imported, accepted, predicted. */
  readonly source: string;
  /** The file's own attributes; ours win where names collide. */
  readonly properties?: Readonly<Record<string, unknown>>;
}

export interface GeoJsonExportOptions {
  /** Shown by GIS programs as the layer's name. */
  readonly name: string;
}

/** 1e-9° is 0.1 mm on the ground. */
const DECIMALS = 9;

function roundedPosition([lon, lat]: Position): Position {
  // "-0" would be written for tiny negatives: adding 0 turns it into 0.
  return [Number(lon.toFixed(DECIMALS)) + 0, Number(lat.toFixed(DECIMALS)) + 0];
}

function signedDoubleArea(ring: readonly Position[]): number {
  const [origin] = ring;
  if (!origin) return 0;
  let sum = 0;
  for (const [i, a] of ring.entries()) {
    const b = ring[i + 1];
    if (b) sum += (a[0] - origin[0]) * (b[1] - origin[1]) - (b[0] - origin[0]) * (a[1] - origin[1]);
  }
  return sum;
}

/** Rounded to 9 decimals; outer ring counter-clockwise, holes clockwise (RFC 7946, section 3.1.6). */
export function exportGeometry(polygon: Polygon): Polygon {
  const coordinates = polygon.coordinates.map((ring, ringIndex) => {
    const positions = ring.map(roundedPosition);
    if (signedDoubleArea(positions) > 0 !== (ringIndex === 0)) positions.reverse();
    return positions;
  });
  return { type: "Polygon", coordinates };
}

function rounded(value: number | null, decimals: number): number | null {
  return value === null || !Number.isFinite(value) ? null : Number(value.toFixed(decimals));
}

function featureJson(feature: ExportFeature): string {
  const { id, geometry, properties } = feature;
  return JSON.stringify({
    type: "Feature",
    id,
    properties: {
      ...properties,
      id,
      class: feature.class,
      area_m2: rounded(feature.areaM2, 4),
      perimeter_m: rounded(feature.perimeterMeters, 4),
      probability: rounded(feature.probability, 4),
      model: feature.model,
      survey: feature.survey,
      source: feature.source,
    },
    geometry: exportGeometry(geometry),
  });
}

/** A GeoJSON FeatureCollection (RFC 7946) as pieces of text, one feature at a time, so that any number of polygons streams in flat memory. */
export function* exportGeoJson(features: Iterable<ExportFeature>, { name }: GeoJsonExportOptions): Generator<string> {
  yield `{"type":"FeatureCollection","name":${JSON.stringify(name)},"features":[`;
  let separator = "\n";
  for (const feature of features) {
    yield separator + featureJson(feature);
    separator = ",\n";
  }
  yield "\n]}\n";
}
