import { type AnnotationReading, isObject, type JsonObject, type PhotoRegion } from "./annotationReading.ts";

const photoOf = (feature: unknown): string | null =>
  isObject(feature) && isObject(feature.properties) && typeof feature.properties.photo === "string" ? feature.properties.photo : null;

/** Our own export of a photo survey: GeoJSON in each photo's pixels, with the photo's name as an attribute and `pixels` said in the head. */
export function isPhotoGeoJson(root: unknown): boolean {
  return isObject(root) && root.type === "FeatureCollection" && root.coordinates === "photo pixels" && Array.isArray(root.features);
}

export function readPhotoGeoJson(root: JsonObject, reading: AnnotationReading): void {
  for (const name of Array.isArray(root.photos) ? root.photos : []) if (typeof name === "string") reading.add(name, null, []);
  for (const [index, feature] of (Array.isArray(root.features) ? root.features : []).entries()) {
    const name = photoOf(feature);
    const geometry = isObject(feature) ? feature.geometry : null;
    if (name === null || !isObject(feature) || !isObject(geometry)) {
      reading.skipped.add("no-file", "an outline that names no image", index);
      continue;
    }
    const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.type === "MultiPolygon" ? geometry.coordinates : [];
    if (!Array.isArray(polygons) || polygons.length === 0) {
      reading.skipped.add("not-an-area", `not an area (${String(geometry.type).slice(0, 40)})`, index);
      continue;
    }
    const { photo: _photo, ...properties } = isObject(feature.properties) ? feature.properties : {};
    const regions = polygons.flatMap((rings): PhotoRegion[] =>
      Array.isArray(rings) ? [{ shape: { kind: "rings", rings }, properties }] : [],
    );
    reading.add(name, null, regions);
  }
}
