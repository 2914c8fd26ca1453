import { type AnnotationReading, isObject, type JsonObject, type PhotoRegion } from "./annotationReading.ts";
import { areNumbers, ellipseRing, flatRing, rectangleRing } from "./shapeRings.ts";

/** Numbers of shapes in a VIA 3 project: `_VIA_RSHAPE`. */
const shapes = { rectangle: 2, circle: 3, ellipse: 4, polygon: 7, extremeRectangle: 8, extremeCircle: 9 } as const;
const otherShapes: Readonly<Record<number, string>> = { 1: "point", 5: "line", 6: "polyline" };

export function isVia3(root: unknown): boolean {
  return isObject(root) && isObject(root.file) && isObject(root.view) && isObject(root.metadata);
}

/** VGG Image Annotator 3: a project whose regions lie in `metadata`, each for a view of one file. */
export function readVia3(root: JsonObject, reading: AnnotationReading): void {
  const files = isObject(root.file) ? root.file : {};
  const views = isObject(root.view) ? root.view : {};
  const metadata = isObject(root.metadata) ? root.metadata : {};
  const attributes = isObject(root.attribute) ? root.attribute : {};
  const nameOfView = (id: unknown): string | null => {
    const view = views[String(id)];
    const list = isObject(view) && Array.isArray(view.fid_list) ? view.fid_list : [];
    const file = list.length === 1 ? files[String(list[0])] : null;
    return isObject(file) && typeof file.fname === "string" ? file.fname : null;
  };
  for (const id of Object.keys(views)) {
    const name = nameOfView(id);
    if (name !== null) reading.add(name, null, []);
  }
  Object.values(metadata).forEach((entry, index) => {
    const name = isObject(entry) ? nameOfView(entry.vid) : null;
    if (!isObject(entry) || name === null) {
      reading.skipped.add("no-file", "a region that belongs to no image", index);
      return;
    }
    const xy = Array.isArray(entry.xy) ? entry.xy : [];
    // Remarks on a whole image, or on a time of a video.
    if (xy.length === 0) return;
    const ring = ringOf(xy);
    if (!ring) {
      const [kind] = xy;
      reading.skipped.add(
        "not-an-area",
        `not an area (${(typeof kind === "number" && otherShapes[kind]) || `shape ${String(kind).slice(0, 20)}`})`,
        index,
      );
      return;
    }
    const [kind] = xy;
    if (kind === shapes.circle || kind === shapes.ellipse || kind === shapes.extremeCircle) {
      reading.changed.add("round", "a circle or an ellipse became a polygon of 64 corners", index);
    }
    const region: PhotoRegion = { shape: { kind: "rings", rings: [ring] }, properties: valuesOf(entry.av, attributes) };
    reading.add(name, null, [region]);
  });
}

function ringOf(xy: readonly unknown[]): unknown[] | null {
  const [kind] = xy;
  const rest: readonly unknown[] = xy.slice(1);
  if (kind === shapes.polygon) return rest.length >= 6 ? flatRing(rest) : null;
  if (!areNumbers(rest)) return null;
  const [a = 0, b = 0, c = 0, d = 0] = rest;
  if (kind === shapes.rectangle && rest.length >= 4) return rectangleRing(a, b, c, d);
  if (kind === shapes.circle && rest.length >= 3) return ellipseRing(a, b, c, c);
  if (kind === shapes.ellipse && rest.length >= 4) return ellipseRing(a, b, c, d);
  const xs = rest.filter((_, i) => i % 2 === 0);
  const ys = rest.filter((_, i) => i % 2 === 1);
  if (kind === shapes.extremeRectangle && rest.length >= 8) {
    const [left, top] = [Math.min(...xs), Math.min(...ys)];
    return rectangleRing(left, top, Math.max(...xs) - left, Math.max(...ys) - top);
  }
  if (kind === shapes.extremeCircle && rest.length >= 6) return circleThrough(xs, ys);
  return null;
}

/** The circle through three points. */
function circleThrough([x0 = 0, x1 = 0, x2 = 0]: readonly number[], [y0 = 0, y1 = 0, y2 = 0]: readonly number[]): unknown[] | null {
  const [ax, ay, bx, by] = [x1 - x0, y1 - y0, x2 - x0, y2 - y0];
  const twice = 2 * (ax * by - ay * bx);
  if (twice === 0) return null;
  const ux = (by * (ax * ax + ay * ay) - ay * (bx * bx + by * by)) / twice;
  const uy = (ax * (bx * bx + by * by) - bx * (ax * ax + ay * ay)) / twice;
  const radius = Math.hypot(ux, uy);
  return ellipseRing(x0 + ux, y0 + uy, radius, radius);
}

/** Values by the attributes' own names; of a choice what it is called. */
function valuesOf(av: unknown, attributes: JsonObject): JsonObject {
  if (!isObject(av)) return {};
  const named = Object.entries(av).map(([id, value]): [string, unknown] => {
    const attribute = attributes[id];
    if (!isObject(attribute) || typeof attribute.aname !== "string") return [id, value];
    const option = isObject(attribute.options) && typeof value === "string" ? attribute.options[value] : undefined;
    return [attribute.aname, typeof option === "string" ? option : value];
  });
  return Object.fromEntries(named);
}
