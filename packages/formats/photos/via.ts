import { type AnnotationReading, isObject, type JsonObject, type PhotoRegion } from "./annotationReading.ts";
import { areNumbers, closedRing, ellipseRing, rectangleRing } from "./shapeRings.ts";

/** The files of a VIA 1 or 2 document: the whole of it, or what a saved project holds under `_via_img_metadata`. */
function filesOf(root: unknown): JsonObject | null {
  if (!isObject(root)) return null;
  const project = root._via_img_metadata;
  return isObject(project) ? project : root;
}

const isFile = (value: unknown): value is JsonObject => isObject(value) && typeof value.filename === "string" && "regions" in value;

export function isVia(root: unknown): boolean {
  const files = filesOf(root);
  if (!files) return false;
  const all = Object.values(files);
  return "_via_img_metadata" in (isObject(root) ? root : {}) || (all.length > 0 && all.some(isFile));
}

/**
 * VGG Image Annotator 1 and 2 (https://www.robots.ox.ac.uk/~vgg/software/via/): regions as an object by number or as a list; polygons,
 * rectangles, circles and ellipses.
 */
export function readVia(root: unknown, reading: AnnotationReading): void {
  Object.values(filesOf(root) ?? {}).forEach((file, index) => {
    if (!isFile(file)) {
      reading.skipped.add("no-file", "an entry that names no image", index);
      return;
    }
    const listed = Array.isArray(file.regions) ? file.regions : isObject(file.regions) ? Object.values(file.regions) : [];
    const regions = listed.flatMap((region: unknown) => regionOf(region, index, reading));
    reading.add(String(file.filename), null, regions);
  });
}

function regionOf(region: unknown, index: number, reading: AnnotationReading): PhotoRegion[] {
  const shape = isObject(region) && isObject(region.shape_attributes) ? region.shape_attributes : null;
  if (!isObject(region) || !shape) {
    reading.skipped.add("no-shape", "a region without a shape", index);
    return [];
  }
  const ring = ringOf(shape);
  if (!ring) {
    reading.skipped.add("not-an-area", `not an area (${String(shape.name).slice(0, 40)})`, index);
    return [];
  }
  if (shape.name === "circle" || shape.name === "ellipse") {
    reading.changed.add("round", "a circle or an ellipse became a polygon of 64 corners", index);
  }
  return [{ shape: { kind: "rings", rings: [ring] }, properties: attributesOf(region.region_attributes) }];
}

function ringOf(shape: JsonObject): unknown[] | null {
  const { name, all_points_x: xs, all_points_y: ys, x, y, width, height, cx, cy, r, rx, ry, theta } = shape;
  if (name === "polygon" && Array.isArray(xs) && Array.isArray(ys)) return closedRing(xs.map((value, i) => [value, ys[i]]));
  const numbers = (values: readonly unknown[]) => (areNumbers(values) ? values : null);
  if (name === "rect") {
    const [left, top, w, h] = numbers([x, y, width, height]) ?? [];
    return left === undefined || top === undefined || w === undefined || h === undefined ? null : rectangleRing(left, top, w, h);
  }
  const [centreX, centreY, a, b] = numbers(name === "circle" ? [cx, cy, r, r] : [cx, cy, rx, ry]) ?? [];
  if ((name !== "circle" && name !== "ellipse") || centreX === undefined || centreY === undefined || a === undefined || b === undefined)
    return null;
  return ellipseRing(centreX, centreY, a, b, typeof theta === "number" && Number.isFinite(theta) ? theta : 0);
}

/** Region attributes; of a checkbox the options that are ticked. */
function attributesOf(attributes: unknown): JsonObject {
  if (!isObject(attributes)) return {};
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name,
      isObject(value)
        ? Object.keys(value)
            .filter((option) => value[option] === true)
            .join(", ")
        : value,
    ]),
  );
}
