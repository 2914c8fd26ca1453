import { rasterizePolygons } from "@reefline/chips/rasterizePolygons";
import { polygonToPixels } from "@reefline/geo/grid";
import { layOutSheet } from "@reefline/geo/photoSheet";
import { pixelGrid } from "@reefline/geo/pixelCrs";
import type { Photo } from "@reefline/schema/photo";
import { traceMask } from "@reefline/vectorize/traceMask";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type PlaceOptions, placeOnPhotos } from "./placeOnPhotos.ts";

const options: PlaceOptions = { defaultClass: "reef", classAttribute: null, only: null, emptyIsExamined: false, verticesPerFeature: 1e6 };
const sizes = [
  { widthPx: 31, heightPx: 17 },
  { widthPx: 23, heightPx: 29 },
  { widthPx: 40, heightPx: 9 },
];
const layout = layOutSheet(sizes, 1e6);
const photos = sizes.map((size, index): Photo => ({ index, name: `p${index}.jpg`, group: "one", ...size, ...layout.places[index]! }));
const grid = pixelGrid(layout.widthPx, layout.heightPx);

const closed = (ring: Int32Array): [number, number][] => {
  const corners = Array.from({ length: ring.length / 2 }, (_, i): [number, number] => [ring[2 * i]!, ring[2 * i + 1]!]);
  return [...corners, corners[0]!];
};
const annotationsOf = (regionsOf: (photo: Photo) => unknown[][][], format = "masks") => ({
  refused: [],
  annotations: {
    format,
    photos: photos.map((photo) => ({
      name: photo.name.replace("jpg", "png"),
      sizePx: null,
      regions: regionsOf(photo).map((rings) => ({ shape: { kind: "rings" as const, rings }, properties: {} })),
    })),
    skipped: [],
    changed: [],
  },
});

describe("labels on the photos of a sheet", () => {
  it("gives a mask back to the pixel, through longitude and latitude, on every photo and nowhere else", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ minLength: 1_000, maxLength: 1_000 }), { minLength: 3, maxLength: 3 }), async (noise) => {
        const masks = photos.map(({ widthPx, heightPx, index }) =>
          Uint8Array.from({ length: widthPx * heightPx }, (_, i) => ((noise[index]![(i * 7) % 1_000]! & 3) === 0 ? 0 : 1)),
        );
        const { labelled, report } = await placeOnPhotos(
          annotationsOf((photo) =>
            traceMask(masks[photo.index]!, photo.widthPx, photo.heightPx).flatMap(({ parts }) =>
              parts.map(({ outer, holes }) => [outer, ...holes].map(closed)),
            ),
          ),
          { photos, grid },
          options,
        );
        expect(report.matched).toHaveLength(3);
        const polygons = labelled.flatMap(({ labels }) => labels.map(({ geometry }) => polygonToPixels(grid, geometry)));
        const sheet = rasterizePolygons(polygons, { colOff: 0, rowOff: 0, widthPx: grid.widthPx, heightPx: grid.heightPx });
        const wanted = new Uint8Array(sheet.length);
        for (const photo of photos)
          for (let row = 0; row < photo.heightPx; row++)
            wanted.set(
              masks[photo.index]!.subarray(row * photo.widthPx, (row + 1) * photo.widthPx),
              (photo.rowOff + row) * grid.widthPx + photo.colOff,
            );
        expect(Buffer.compare(Buffer.from(sheet), Buffer.from(wanted))).toBe(0);
      }),
      { numRuns: 15 },
    );
  });

  it("keeps an outline that reaches over the edge off its neighbours, and tells", async () => {
    const wide = [
      [
        [-50, -50],
        [500, -50],
        [500, 500],
        [-50, 500],
        [-50, -50],
      ],
    ];
    const { labelled, report } = await placeOnPhotos(
      annotationsOf((photo) => (photo.index === 1 ? [wide] : []), "VIA"),
      { photos, grid },
      options,
    );
    expect(labelled.map(({ photo }) => photo.index)).toEqual([1]);
    const [ring] = polygonToPixels(grid, labelled[0]!.labels[0]!.geometry);
    const cols = [...ring!].filter((_, i) => i % 2 === 0).map(Math.round);
    expect([Math.min(...cols), Math.max(...cols)]).toEqual([photos[1]!.colOff, photos[1]!.colOff + 23]);
    expect(report.changed).toMatchObject([{ code: "clipped", count: 1 }]);
    expect(report.withoutOutlines).toEqual(["p0.jpg", "p2.jpg"]);
  });

  it("takes the usual attribute for the class, leaves other classes out when asked, and the photo is examined all the same", async () => {
    const square = (at: number) => ({
      shape: {
        kind: "rings" as const,
        rings: [
          [
            [at, 1],
            [at + 3, 1],
            [at + 3, 4],
            [at, 4],
            [at, 1],
          ],
        ],
      },
      properties: { Label: at < 5 ? "reef" : "sand", note: "x" },
    });
    const source = {
      refused: [],
      annotations: {
        format: "VIA",
        photos: [
          { name: "p0.jpg", sizePx: null, regions: [square(1), square(9)] },
          { name: "P1.JPG", sizePx: null, regions: [square(9)] },
        ],
        skipped: [],
        changed: [],
      },
    };
    const all = await placeOnPhotos(source, { photos, grid }, options);
    expect(all.report.classes).toEqual({ reef: 1, sand: 2 });
    const only = await placeOnPhotos(source, { photos, grid }, { ...options, only: ["reef"] });
    expect(only.report).toMatchObject({ classes: { reef: 1 }, matched: ["p0.jpg", "p1.jpg"] });
  });
});
