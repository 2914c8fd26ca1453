import { defaultLimits } from "@reefline/schema/defaultLimits";
import { describe, expect, it } from "vitest";
import { readPhotoAnnotations } from "./annotations.ts";

const read = (value: unknown) => readPhotoAnnotations(JSON.stringify(value), defaultLimits);
const ringsOf = (value: unknown) =>
  read(value).photos.map(({ name, regions }) => [name, regions.map(({ shape }) => (shape.kind === "rings" ? shape.rings : shape.counts))]);

const polygon = { name: "polygon", all_points_x: [1, 5, 5], all_points_y: [2, 2, 9] };
const closed = [
  [1, 2],
  [5, 2],
  [5, 9],
  [1, 2],
];

describe("VIA 1 and 2", () => {
  it("takes regions as an object by number, as a list, and inside a whole project alike", () => {
    const region = { shape_attributes: polygon, region_attributes: { class: "reef" } };
    const asObject = { "a.jpg12": { fileref: "", filename: "a.jpg", size: 12, regions: { 0: region } } };
    const asList = { "a.jpg12": { filename: "a.jpg", size: 12, regions: [region], file_attributes: {} } };
    for (const root of [asObject, asList, { _via_settings: {}, _via_img_metadata: asList }]) {
      expect(ringsOf(root)).toEqual([["a.jpg", [[closed]]]]);
      expect(read(root).format).toBe("VIA");
      expect(read(root).photos[0]?.regions[0]?.properties).toEqual({ class: "reef" });
    }
  });
  it("makes polygons of rectangles, circles and turned ellipses, and tells of points and lines", () => {
    const shapes = [
      { name: "rect", x: 1, y: 2, width: 10, height: 4 },
      { name: "circle", cx: 50, cy: 40, r: 5 },
      { name: "ellipse", cx: 50, cy: 40, rx: 8, ry: 2, theta: Math.PI / 2 },
      { name: "point", cx: 1, cy: 1 },
      { name: "polyline", all_points_x: [1, 2], all_points_y: [1, 2] },
    ];
    const { photos, skipped, changed } = read({
      k: { filename: "a.jpg", regions: shapes.map((shape_attributes) => ({ shape_attributes, region_attributes: {} })) },
    });
    const rings = photos[0]?.regions.map(({ shape }) => (shape.kind === "rings" ? shape.rings[0] : null)) ?? [];
    expect(rings[0]).toEqual([
      [1, 2],
      [1, 6],
      [11, 6],
      [11, 2],
      [1, 2],
    ]);
    expect(rings[1]).toHaveLength(65);
    const ys = (rings[2] as [number, number][]).map(([, y]) => y);
    expect([Math.min(...ys), Math.max(...ys)].map((y) => Number(y.toFixed(6)))).toEqual([32, 48]);
    expect(skipped.map(({ reason, count }) => [reason, count])).toEqual([
      ["not an area (point)", 1],
      ["not an area (polyline)", 1],
    ]);
    expect(changed[0]?.count).toBe(2);
  });
  it("names the ticked options of a checkbox", () => {
    const region = { shape_attributes: polygon, region_attributes: { kind: { live: true, dead: false } } };
    expect(read({ k: { filename: "a.jpg", regions: [region] } }).photos[0]?.regions[0]?.properties).toEqual({ kind: "live" });
  });
});

describe("VIA 3", () => {
  const project = (xy: unknown[]) => ({
    project: {},
    attribute: { 1: { aname: "Class", options: { R: "reef" } } },
    file: { 7: { fid: 7, fname: "sub/a.png" }, 8: { fid: 8, fname: "b.png" } },
    view: { 3: { fid_list: [7] }, 4: { fid_list: [8] } },
    metadata: { m1: { vid: "3", xy, av: { 1: "R" } }, m2: { vid: "9", xy, av: {} }, m3: { vid: "3", xy: [], av: {} } },
  });
  it("finds the file of a region through its view and what its choices are called", () => {
    const { photos, skipped } = read(project([7, 1, 2, 5, 2, 5, 9]));
    expect(photos.map(({ name, regions }) => [name, regions.length])).toEqual([
      ["sub/a.png", 1],
      ["b.png", 0],
    ]);
    expect(photos[0]?.regions[0]).toEqual({ shape: { kind: "rings", rings: [closed] }, properties: { Class: "reef" } });
    expect(skipped).toMatchObject([{ code: "no-file", count: 1 }]);
  });
  it("reads rectangles, circles through three points, and leaves points out", () => {
    const circle = read(project([9, 0, 5, 5, 0, 10, 5])).photos[0]?.regions[0]?.shape;
    const xs = circle?.kind === "rings" ? circle.rings[0]?.map((corner) => (Array.isArray(corner) ? Number(corner[0]) : 0)) : [];
    expect(Math.max(...(xs ?? []))).toBeCloseTo(10, 9);
    expect(ringsOf(project([2, 3, 4, 10, 20]))[0]?.[1]).toEqual([
      [
        [
          [3, 4],
          [3, 24],
          [13, 24],
          [13, 4],
          [3, 4],
        ],
      ],
    ]);
    expect(read(project([1, 3, 4])).skipped[0]).toMatchObject({ reason: "not an area (point)" });
  });
});

describe("COCO", () => {
  const images = [
    { id: 5, file_name: "a.jpg", width: 4, height: 3 },
    { id: 6, file_name: "b.jpg", width: 4, height: 3 },
  ];
  const coco = (annotations: unknown[]) => ({ images, categories: [{ id: 2, name: "reef" }], annotations });
  it("reads polygons in several pieces, with the category's name and the image's size", () => {
    const { photos } = read(
      coco([
        {
          id: 1,
          image_id: 5,
          category_id: 2,
          segmentation: [
            [1, 2, 5, 2, 5, 9],
            [0, 0, 1, 0, 1, 1, 0, 1],
          ],
        },
      ]),
    );
    expect(photos[0]).toMatchObject({ name: "a.jpg", sizePx: { widthPx: 4, heightPx: 3 } });
    expect(photos[0]?.regions.map(({ properties }) => properties.category)).toEqual(["reef", "reef"]);
    expect(photos[1]?.regions).toEqual([]);
  });
  it("reads runs of pixels as numbers and packed as text, and tells of runs that do not fill the image", () => {
    // pycocotools.mask.frPyObjects packs the runs 3 2 6 1 of a mask of 3 rows and 4 columns as "326O".
    const shapes = ringsOf(
      coco([
        { image_id: 5, segmentation: { size: [3, 4], counts: [3, 2, 6, 1] } },
        { image_id: 5, segmentation: { size: [3, 4], counts: "326O" } },
        { image_id: 5, segmentation: { size: [3, 4], counts: [3, 2] } },
        { image_id: 77, segmentation: [[1, 2, 5, 2, 5, 9]] },
        { image_id: 6, bbox: [0, 0, 2, 2] },
      ]),
    );
    expect(shapes[0]?.[1]).toEqual([
      [3, 2, 6, 1],
      [3, 2, 6, 1],
    ]);
    const { skipped } = read(
      coco([
        { image_id: 77, segmentation: [[1, 2, 5, 2, 5, 9]] },
        { image_id: 6, bbox: [0, 0, 2, 2] },
      ]),
    );
    expect(skipped.map(({ code }) => code).sort()).toEqual(["no-image", "only-a-box"]);
  });
});

describe("anything else", () => {
  it.each([[{}], [[]], [{ type: "FeatureCollection", features: [] }], [{ a: 1 }], ["text"], [null]])(
    "%j is refused with what is read",
    (root) => {
      expect(() => read(root)).toThrow(/VIA 1, 2 or 3, COCO/);
    },
  );
  it("more outlines than may be imported are refused", () => {
    const regions = Array.from({ length: 6 }, () => ({ shape_attributes: polygon, region_attributes: {} }));
    const root = JSON.stringify({ k: { filename: "a.jpg", regions } });
    expect(() => readPhotoAnnotations(root, { ...defaultLimits, featuresPerImport: 5 })).toThrow(/more than 5 outlines/);
  });
});
