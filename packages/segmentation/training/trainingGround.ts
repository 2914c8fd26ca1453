import { type CoarseMap, coarseMap } from "@reefline/chips/coarseMap";
import type { GroundPolygons } from "@reefline/chips/coverage";
import { chooseModelGsd } from "@reefline/chips/modelScale";
import { type PixelPolygon, rasterizePolygons } from "@reefline/chips/rasterizePolygons";
import { polygonAreaM2 } from "@reefline/geo/geodesic";
import { gridGsdMeters, polygonToPixels, rescaleGrid } from "@reefline/geo/grid";
import { AppError } from "@reefline/schema/errors";
import type { Polygon } from "@reefline/schema/feature";
import type { Grid } from "@reefline/schema/grid";
import type { TrainConfig } from "@reefline/schema/training";
import { classRefusal } from "./classRefusals.ts";
import { type TrainingGround, trainingRefusal } from "./refusals.ts";
import type { TrainSource } from "./trainInput.ts";

/** A survey on the model's grid. */
export interface PlannedSource {
  readonly source: TrainSource;
  readonly grid: Grid;
  readonly polygons: GroundPolygons;
  readonly map: CoarseMap | null;
}

/** Lays every survey on the model's grid. Reads no pixel. */
export function planSources(sources: readonly TrainSource[], config: TrainConfig): { gsdMeters: number; planned: PlannedSource[] } {
  const surveyGsds = sources.map(({ image }) => gridGsdMeters(image.grid));
  const gsdMeters =
    config.gsdMeters ??
    chooseModelGsd(
      surveyGsds,
      sources.flatMap(({ labels }) => labels.map(polygonAreaM2)),
    );
  const planned = sources.map((source) => {
    const grid = rescaleGrid(source.image.grid, gsdMeters);
    const pixels = (layer: readonly Polygon[]) => layer.map((polygon) => polygonToPixels(grid, polygon));
    const polygons: GroundPolygons = {
      labels: pixels(source.labels),
      unsure: pixels(source.unsure),
      examined: pixels(source.examined),
      holdout: pixels(source.holdout),
      ignore: pixels(source.ignore),
      ...classesOf(source, config.classes, grid),
    };
    const map = coarseMap(polygons, grid.widthPx, grid.heightPx);
    return { source, grid, polygons, map: map && { ...map, ...plotsOf(source, grid), ...rejectedOf(map, pixels(source.rejected ?? [])) } };
  });
  return { gsdMeters, planned };
}

/** The labels of each class that is told apart. */
function classesOf({ labels, labelClasses = [] }: TrainSource, classes: readonly string[], grid: Grid): Pick<GroundPolygons, "classes"> {
  if (classes.length === 0) return {};
  const pixels = (wanted: string) => labels.flatMap((label, i) => (labelClasses[i] === wanted ? [polygonToPixels(grid, label)] : []));
  return { classes: classes.map(pixels) };
}

/** The photos of a sheet as plots of the model's grid. */
function plotsOf({ photos, image }: TrainSource, grid: Grid): Pick<CoarseMap, "plots"> {
  if (!photos || photos.length === 0) return {};
  const [across, down] = [grid.widthPx / image.grid.widthPx, grid.heightPx / image.grid.heightPx];
  return {
    plots: photos.map(({ group, colOff, rowOff, widthPx, heightPx }) => {
      const [left, top] = [Math.round(colOff * across), Math.round(rowOff * down)];
      return {
        group,
        colOff: left,
        rowOff: top,
        widthPx: Math.round((colOff + widthPx) * across) - left,
        heightPx: Math.round((rowOff + heightPx) * down) - top,
      };
    }),
  };
}

function rejectedOf(
  { squarePx, colOff, rowOff, columns, rows }: CoarseMap,
  polygons: readonly PixelPolygon[],
): Pick<CoarseMap, "rejected"> {
  if (polygons.length === 0) return {};
  const inSquares = polygons.map((polygon) => polygon.map((ring) => ring.map((value) => value / squarePx)));
  const window = { colOff: colOff / squarePx, rowOff: rowOff / squarePx, widthPx: columns, heightPx: rows };
  return { rejected: rasterizePolygons(inSquares, window) };
}

/** What there is to learn from, in words when it is not enough. Cheap: for the panel as well as for the start of a training. */
export function trainingReadiness(
  sources: readonly TrainSource[],
  config: TrainConfig,
): { ground: TrainingGround; heldOutAreaM2: number; refusal: AppError | null } {
  if (sources.length === 0) {
    const refusal = new AppError("bad-input", "segmentation/no-survey", "No survey was chosen to train on. Choose at least one.");
    return { ground: { labelCount: 0, examinedAreaM2: 0, labelAreaM2: 0, examinedPx: 0, reefPx: 0 }, heldOutAreaM2: 0, refusal };
  }
  const { gsdMeters, planned } = planSources(sources, config);
  let examinedPx = 0;
  let reefPx = 0;
  for (const { map } of planned) {
    map?.examined.forEach((value, i) => {
      if (value !== 1 || map.holdout[i] === 1) return;
      examinedPx += map.squarePx ** 2;
      reefPx += map.reef[i] === 1 ? map.squarePx ** 2 : 0;
    });
  }
  const ground: TrainingGround = {
    labelCount: sources.reduce((sum, { labels }) => sum + labels.length, 0),
    examinedAreaM2: examinedPx * gsdMeters ** 2,
    labelAreaM2: reefPx * gsdMeters ** 2,
    examinedPx,
    reefPx,
  };
  const refusal = trainingRefusal(ground) ?? classGroundRefusal(sources, planned, config.classes);
  return { ground, heldOutAreaM2: areaM2(sources.flatMap(({ holdout }) => holdout)), refusal };
}

function classGroundRefusal(
  sources: readonly TrainSource[],
  planned: readonly PlannedSource[],
  classes: readonly string[],
): AppError | null {
  const known = sources.flatMap(({ labelClasses = [] }) => labelClasses);
  const ground = classes.map((name, index) => {
    const isCounted = (source: number, square: number): boolean => {
      const map = planned[source]?.map;
      return map?.classes?.[square] === index + 1 && map.examined[square] === 1 && map.holdout[square] !== 1;
    };
    const squares = planned.map(({ map }, source) => map?.classes?.filter((_, square) => isCounted(source, square)).length ?? 0);
    return {
      name,
      labelCount: known.filter((of) => of === name).length,
      examinedSquares: squares.reduce((sum, count) => sum + count, 0),
    };
  });
  return classRefusal(ground, known);
}

export function areaM2(polygons: readonly Polygon[]): number {
  return polygons.reduce((sum, polygon) => sum + polygonAreaM2(polygon), 0);
}
