import { type ExportFeature, ownAttributes } from "./exportTable.ts";
import { type OutputCrs, outputCrs, woundRing } from "./outputCrs.ts";

export interface GeoJsonExportOptions {
  /** Shown by GIS programs as the layer's name. */
  readonly name: string;
  /** WGS 84, as RFC 7946 asks, when left out; another is declared by the older `crs` member, which GIS programs still read. */
  readonly crs?: OutputCrs;
}

function featureJson(feature: ExportFeature, crs: OutputCrs): string {
  const { id, geometry, properties } = feature;
  // Outer ring counter-clockwise, holes clockwise (RFC 7946, section 3.1.6).
  const coordinates = crs.rings(geometry).map((ring, ringIndex) => {
    const wound = woundRing(ring, ringIndex === 0);
    return Array.from({ length: wound.length / 2 }, (_, i) => [wound[2 * i], wound[2 * i + 1]]);
  });
  return JSON.stringify({
    type: "Feature",
    id,
    properties: { ...properties, ...ownAttributes(feature) },
    geometry: { type: "Polygon", coordinates },
  });
}

/** A GeoJSON FeatureCollection (RFC 7946) as pieces of text, one feature at a time, so that any number of polygons streams in flat memory. */
export async function* exportGeoJson(
  features: Iterable<ExportFeature> | AsyncIterable<ExportFeature>,
  { name, crs = outputCrs(null) }: GeoJsonExportOptions,
): AsyncGenerator<string> {
  const declared =
    crs.epsg === 4326 || crs.epsg === null ? "" : `"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::${crs.epsg}"}},`;
  yield `{"type":"FeatureCollection","name":${JSON.stringify(name)},${declared}"features":[`;
  let separator = "\n";
  for await (const feature of features) {
    yield separator + featureJson(feature, crs);
    separator = ",\n";
  }
  yield "\n]}\n";
}
