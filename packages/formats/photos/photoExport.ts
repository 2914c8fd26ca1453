import { type PhotoOut, type PhotoShape, withoutHoles } from "./photoShapes.ts";

/** GeoJSON with each polygon in its photo's pixels; the head says so, and lists every photo. */
export async function* photoGeoJsonOut(photos: AsyncIterable<PhotoOut>, { name }: { name: string }): AsyncGenerator<string> {
  yield `{"type":"FeatureCollection","name":${JSON.stringify(name)},"coordinates":"photo pixels","features":[`;
  const names: string[] = [];
  let count = 0;
  for await (const photo of photos) {
    names.push(photo.name);
    for (const { rings, class: kind, properties } of photo.shapes) {
      const feature = {
        type: "Feature",
        properties: { ...properties, class: kind, photo: photo.name },
        geometry: { type: "Polygon", coordinates: rings },
      };
      yield `${count++ === 0 ? "" : ","}\n${JSON.stringify(feature)}`;
    }
  }
  yield `\n],"photos":${JSON.stringify(names)}}\n`;
}

/** VIA 2 annotations: one ring each, holes joined to what is around them by a line. */
export async function* viaOut(photos: AsyncIterable<PhotoOut>, notes: string[]): AsyncGenerator<string> {
  let count = 0;
  let holes = 0;
  yield "{";
  for await (const { name, shapes } of photos) {
    const regions = shapes.map((shape) => {
      holes += shape.rings.length - 1;
      const ring = withoutHoles(shape.rings).slice(0, -1);
      return {
        shape_attributes: { name: "polygon", all_points_x: ring.map(([x]) => x), all_points_y: ring.map(([, y]) => y) },
        region_attributes: attributesOf(shape),
      };
    });
    // VIA tells files apart by name and size; it takes -1 for a size that nobody knows.
    yield `${count++ === 0 ? "" : ","}\n${JSON.stringify(`${name}-1`)}:${JSON.stringify({ filename: name, size: -1, regions, file_attributes: {} })}`;
  }
  yield "\n}\n";
  if (holes > 0) notes.push(`VIA has no holes: ${holes} ${holes === 1 ? "hole was" : "holes were"} joined to the outline by a line.`);
}

function attributesOf({ class: kind, properties }: PhotoShape): Record<string, string> {
  const texts = Object.entries(properties).flatMap(([name, value]) => (value === null ? [] : [[name, String(value)] as const]));
  return { ...Object.fromEntries(texts), class: kind };
}

/** COCO: polygons without holes as they are, with holes as runs of pixels. */
export async function* cocoOut(
  photos: AsyncIterable<PhotoOut>,
  { description, rasterize }: { description: string; rasterize: (shapes: readonly PhotoShape[], photo: PhotoOut) => Uint8Array },
): AsyncGenerator<string> {
  yield `{"info":${JSON.stringify({ description, version: "1.0" })},"licenses":[],"annotations":[`;
  const images: { id: number; file_name: string; width: number; height: number }[] = [];
  const categories = new Map<string, number>();
  let count = 0;
  for await (const photo of photos) {
    const imageId = images.length + 1;
    images.push({ id: imageId, file_name: photo.name, width: photo.widthPx, height: photo.heightPx });
    for (const shape of photo.shapes) {
      const categoryId = categories.get(shape.class) ?? categories.size + 1;
      categories.set(shape.class, categoryId);
      const [outer = []] = shape.rings;
      const xs = outer.map(([x]) => x);
      const ys = outer.map(([, y]) => y);
      const [left, top] = [Math.min(...xs), Math.min(...ys)];
      const annotation = {
        id: ++count,
        image_id: imageId,
        category_id: categoryId,
        iscrowd: shape.rings.length > 1 ? 1 : 0,
        area: areaPx(shape.rings),
        bbox: [left, top, Math.max(...xs) - left, Math.max(...ys) - top],
        segmentation:
          shape.rings.length > 1
            ? { size: [photo.heightPx, photo.widthPx], counts: runsOf(rasterize([shape], photo), photo) }
            : [outer.slice(0, -1).flat()],
      };
      yield `${count === 1 ? "" : ","}\n${JSON.stringify(annotation)}`;
    }
  }
  const named = [...categories].map(([name, id]) => ({ id, name, supercategory: "" }));
  yield `\n],"images":${JSON.stringify(images)},"categories":${JSON.stringify(named)}}\n`;
}

/** Square pixels inside, holes out. */
function areaPx(rings: PhotoShape["rings"]): number {
  const areas = rings.map((ring) => {
    let sum = 0;
    ring.forEach(([x, y], i) => {
      const [nextX, nextY] = ring[i + 1] ?? [x, y];
      sum += x * nextY - nextX * y;
    });
    return Math.abs(sum) / 2;
  });
  return areas.reduce((left, area, i) => (i === 0 ? area : left - area), 0);
}

/** Runs down the columns, first of what is outside. */
function runsOf(mask: Uint8Array, { widthPx, heightPx }: { widthPx: number; heightPx: number }): number[] {
  const counts: number[] = [];
  let [value, length] = [0, 0];
  for (let col = 0; col < widthPx; col++) {
    for (let row = 0; row < heightPx; row++) {
      const here = mask[row * widthPx + col] === 1 ? 1 : 0;
      if (here === value) length++;
      else {
        counts.push(length);
        [value, length] = [here, 1];
      }
    }
  }
  counts.push(length);
  return counts;
}
