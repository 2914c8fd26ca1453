import { classesOf } from "@reefline/chips/coverage";
import { pixelExtent, rasterizePolygons } from "@reefline/chips/rasterizePolygons";
import { polygonAreaM2 } from "@reefline/geo/geodesic";
import { gridGsdMeters, pixelToLonLat, polygonToPixels } from "@reefline/geo/grid";
import type { ClassesToJudge } from "@reefline/inference/heldOutStripes";
import { type Confidence, labelConflict } from "@reefline/inference/labelConflict";
import type { Raster } from "@reefline/raster/raster";
import type { Disagreement } from "@reefline/schema/crossValidation";
import type { Polygon } from "@reefline/schema/feature";
import { byteOfThreshold } from "@reefline/schema/prediction";
import { regionParts } from "@reefline/vectorize/regionParts";
import { RowTracer } from "@reefline/vectorize/rowTracer";

export interface ConflictInput {
  readonly surveyId: string;
  /** A prediction, or polygons as one. */
  readonly probability: Raster;
  readonly truth: readonly Polygon[];
  /** Where labels say what is there: inside `area` and `within`, and not in `ignore`. */
  readonly area: readonly Polygon[];
  readonly within: readonly Polygon[];
  readonly ignore: readonly Polygon[];
  /** Where the prediction tells classes apart: their names, the labels of each, and the likeliest on the grid of `probability`. */
  readonly classes?: ClassesToJudge | undefined;
  /** How sure the other must be of reef, and of none. */
  readonly sure: number;
  readonly signal?: AbortSignal;
}

const stripeRows = 512;
const outlinePx = 2;
/** Smaller ground is not worth a look: pixels of the prediction's grid, and square metres. */
const leastPx = 16;
const leastM2 = 0.05;

/** Ground where labels and a prediction surely disagree, as polygons along the prediction's pixels. Holds one stripe of rows. */
export async function labelConflicts(input: ConflictInput): Promise<Disagreement[]> {
  const { grid } = input.probability;
  const rings = (polygons: readonly Polygon[]) => polygons.map((polygon) => polygonToPixels(grid, polygon));
  const [area, within, ignore, truth] = [input.area, input.within, input.ignore, input.truth].map(rings);
  const extent = pixelExtent(area ?? []);
  const colOff = Math.max(0, Math.floor(extent.minCol));
  const top = Math.max(0, Math.floor(extent.minRow));
  const widthPx = Math.min(grid.widthPx, Math.ceil(extent.maxCol)) - colOff;
  const bottom = Math.min(grid.heightPx, Math.ceil(extent.maxRow));
  if (!(widthPx > 0 && bottom > top)) return [];
  const confidence: Confidence = { reefFrom: byteOfThreshold(input.sure), emptyUpTo: 256 - byteOfThreshold(input.sure), outlinePx };
  const least = Math.max(leastM2, leastPx * gridGsdMeters(grid) ** 2);
  const found: Disagreement[] = [];
  const toLonLat = pixelToLonLat(grid);
  const classTruth = input.classes?.truth.map(rings) ?? [];
  const names = input.classes?.names ?? [];
  const place = (ring: Int32Array, fromRow: number): [number, number][] => {
    const points: [number, number][] = [];
    for (let i = 0; i < ring.length; i += 2) {
      const { lon, lat } = toLonLat((ring[i] ?? 0) + colOff, (ring[i + 1] ?? 0) + fromRow);
      points.push([lon, lat]);
    }
    const [first] = points;
    return first ? [...points, first] : points;
  };
  const tracer = (kind: Disagreement["kind"], fromRow = top, classes: Disagreement["classes"] = null) =>
    new RowTracer(widthPx, { thresholdByte: 1 }, ({ pixelCount, valueSum, rings: traced }) => {
      if (pixelCount < leastPx) return;
      const byte = valueSum / pixelCount;
      const probability = ((kind === "doubtful" ? 256 - byte : byte) - 1) / 254;
      for (const { outer, holes } of regionParts(traced)) {
        const geometry: Polygon = { type: "Polygon", coordinates: [outer, ...holes].map((ring) => place(ring, fromRow)) };
        const areaM2 = polygonAreaM2(geometry);
        if (areaM2 >= least) found.push({ surveyId: input.surveyId, kind, classes, geometry, areaM2, probability });
      }
    });
  const tracers = { unlabelled: tracer("unlabelled"), doubtful: tracer("doubtful") };
  /** One for each two classes that were mistaken for each other, from the first row on where they were. */
  const mistaken = new Map<number, RowTracer>();
  const ofPair = new Uint8Array(widthPx);
  const pushMistaken = (otherClass: Uint8Array, labelled: Uint8Array, told: Uint8Array, from: number, row: number): void => {
    const pairOf = (i: number): number => (otherClass[i] === 0 ? 0 : 256 * (labelled[i] ?? 0) + (told[i] ?? 0));
    for (let i = from; i < from + widthPx; i++) {
      const pair = pairOf(i);
      if (pair === 0 || mistaken.has(pair)) continue;
      const classes = { labelled: names[(labelled[i] ?? 0) - 1] ?? "", told: names[(told[i] ?? 0) - 1] ?? "" };
      mistaken.set(pair, tracer("other-class", row, classes));
    }
    for (const [pair, its] of mistaken) {
      for (let col = 0; col < widthPx; col++) ofPair[col] = pairOf(from + col) === pair ? (otherClass[from + col] ?? 0) : 0;
      its.pushRow(ofPair, 0);
    }
  };
  for (let own = top; own < bottom; own += stripeRows) {
    input.signal?.throwIfAborted();
    const rowOff = Math.max(0, own - outlinePx);
    const heightPx = Math.min(grid.heightPx, Math.min(bottom, own + stripeRows) + outlinePx) - rowOff;
    const window = { colOff, rowOff, widthPx, heightPx };
    const draw = (layer: typeof area) => rasterizePolygons(layer ?? [], window);
    const [inArea, inside, ignored] = [draw(area), draw(within), draw(ignore)];
    const { data } = await input.probability.read(window, { signal: input.signal });
    const classes = input.classes && {
      labelled: classesOf(classTruth, window),
      told: Uint8Array.from((await input.classes.predicted.read(window, { signal: input.signal })).data),
    };
    const conflict = labelConflict(
      {
        classes,
        columns: widthPx,
        rows: heightPx,
        values: Uint8Array.from(data),
        reef: draw(truth),
        counts: inArea.map((value, i) => (value === 1 && inside[i] === 1 && ignored[i] === 0 ? 1 : 0)),
      },
      confidence,
    );
    for (let row = own; row < Math.min(bottom, own + stripeRows); row++) {
      tracers.unlabelled.pushRow(conflict.unlabelled, (row - rowOff) * widthPx);
      tracers.doubtful.pushRow(conflict.doubtful, (row - rowOff) * widthPx);
      if (classes) pushMistaken(conflict.otherClass, classes.labelled, classes.told, (row - rowOff) * widthPx, row);
    }
  }
  for (const one of [tracers.unlabelled, tracers.doubtful, ...mistaken.values()]) one.finish();
  return found;
}
