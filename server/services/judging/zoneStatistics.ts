import { pixelExtent, rasterizePolygons } from "@reefline/chips/rasterizePolygons";
import { csvText } from "@reefline/formats/csv";
import { scaleAffine } from "@reefline/geo/affine";
import { polygonAreaM2 } from "@reefline/geo/geodesic";
import { polygonToPixels } from "@reefline/geo/grid";
import { zoneHistogramM2 } from "@reefline/inference/zoneHistogram";
import type { Raster } from "@reefline/raster/raster";
import { AppError } from "@reefline/schema/errors";
import type { Polygon } from "@reefline/schema/feature";
import type { Grid, Window } from "@reefline/schema/grid";
import { byteOfThreshold, type Prediction, probabilityFromByte } from "@reefline/schema/prediction";
import type { ZoneRequest, ZoneStatistics, ZoneTable } from "@reefline/schema/zones";
import { openAsset } from "../../assets/openAsset.ts";
import { openSurveyRaster } from "../../assets/openSurveyRaster.ts";
import { featuresOf } from "../../storage/features.ts";
import { findPolygonSet, polygonsOfSet } from "../../storage/polygonSets.ts";
import { predictionById } from "../../storage/predictions.ts";
import type { Store } from "../../storage/store.ts";
import { surveyById } from "../../storage/surveys.ts";
import { groundOf } from "../labels/groundOf.ts";
import { labelsByClass } from "../predictions/judgedRasters.ts";
import { storePolygonSet } from "../predictions/polygonSets.ts";
import { roundThreshold, unlockedHoldouts } from "../predictions/predictions.ts";
import { surveyImage } from "../surveys/surveys.ts";
import { type ClassesPerZone, labelClassesIn, placedLabels, predictedClassesIn } from "./zoneClasses.ts";
import { type Zone, zonesOf } from "./zoneSources.ts";

/** Where the image holds a measurement is looked up in the finest of its levels with at most this many pixels. */
const measuredLevelPx = 64e6;

/**
 * Areas per zone. Reef of labels is counted by the centres of the survey's own pixels, reef of a prediction by the centres of the
 * probability raster's pixels, each with its geodesic area: so overlapping labels count once, neighbouring zones share nothing, and the
 * zones of a tiling add up to the whole. What is measured comes from an overview of the image. Predictions inside held-out areas that are
 * not locked count as ground without a prediction. Reads block by block: memory does not depend on the survey.
 * @throws AppError `zones/…`, `survey/…`, `prediction/not-found`, `prediction/not-ready`.
 */
export async function zoneStatistics(
  store: Store,
  { surveyId, predictionId, threshold, source }: ZoneRequest,
  { signal, onProgress }: { signal?: AbortSignal; onProgress?: (fraction: number) => void } = {},
): Promise<ZoneTable> {
  const survey = await surveyById(store.db, surveyId);
  const image = surveyImage(survey);
  const prediction = predictionId === null ? null : await readyPrediction(store, surveyId, predictionId);
  const { zones, notes } = await zonesOf(store, surveyId, image.grid, source);
  const ground = groundOf(await featuresOf(store.db, surveyId));
  const hidden = prediction ? await unlockedHoldouts(store.db, surveyId) : [];
  const level = roundThreshold(threshold ?? prediction?.threshold ?? 0.5);
  const labelCounts = countByCentre(zones, ground.labels);
  const predictedCounts = prediction ? await predictedCentres(store, prediction.id, level, zones, signal) : null;
  const imagery = await openSurveyRaster(store, image);
  const probability = prediction ? await openAsset(store, prediction.raster.assetId) : null;
  const { classes: names = [], assetId: toldId } = prediction?.classRaster ?? {};
  const told = toldId === undefined ? null : await openAsset(store, toldId);
  const classes: ClassesPerZone | null = told && { names, labels: placedLabels(image.grid, labelsByClass(names, ground)), told };
  try {
    const statistics: ZoneStatistics[] = [];
    for (const [i, zone] of zones.entries()) {
      const areaM2 = zone.polygons.reduce((sum, polygon) => sum + polygonAreaM2(polygon), 0);
      const measuredM2 = Math.min(areaM2, await measured(imagery, image.grid, zone, signal));
      const labelReefM2 = await rasterized(image.grid, zone, ground.labels, signal);
      const predicted = probability ? await predictedIn(probability, zone, level, hidden, signal) : null;
      statistics.push({
        name: zone.name,
        areaM2,
        measuredM2,
        unmeasuredM2: areaM2 - measuredM2,
        labelReefM2,
        labelCount: labelCounts[i] ?? 0,
        predictedGroundM2: predicted?.groundM2 ?? null,
        predictedReefM2: predicted?.reefM2 ?? null,
        predictedCount: predictedCounts ? (predictedCounts[i] ?? 0) : null,
        predictedShare: predicted && predicted.groundM2 > 0 ? predicted.reefM2 / predicted.groundM2 : null,
        meanProbability: predicted?.meanProbability ?? null,
        ...(probability && classes
          ? {
              labelClassesM2: await labelClassesIn(image.grid, zone, classes, signal),
              predictedClassesM2: await predictedClassesIn(probability, zone, classes, { threshold: level, hidden, signal }),
            }
          : {}),
      });
      onProgress?.((i + 1) / zones.length);
    }
    return {
      surveyName: survey.name,
      predictionId: prediction?.id ?? null,
      modelName: prediction?.modelName ?? null,
      threshold: prediction ? level : null,
      ...(classes ? { classes: [...names] } : {}),
      zones: statistics,
      notes,
    };
  } finally {
    await Promise.all([imagery.close(), probability?.close(), told?.close()]);
  }
}

type ReadyPrediction = Prediction & { readonly raster: NonNullable<Prediction["raster"]> };

async function readyPrediction(store: Store, surveyId: string, predictionId: string): Promise<ReadyPrediction> {
  const prediction = await predictionById(store.db, predictionId);
  if (prediction.surveyId !== surveyId)
    throw new AppError("bad-input", "prediction/other-survey", "This prediction is of another survey. Choose one of this survey.");
  const { raster } = prediction;
  if (!raster)
    throw new AppError("unavailable", "prediction/not-ready", "This prediction is not finished. Wait for it, or choose another.");
  return { ...prediction, raster };
}

function levelGrid(raster: Raster, grid: Grid, level: number): Grid {
  const { widthPx, heightPx } = raster.levels[level] ?? grid;
  return { crs: grid.crs, transform: scaleAffine(grid.transform, grid.widthPx / widthPx, grid.heightPx / heightPx), widthPx, heightPx };
}

async function measured(raster: Raster, grid: Grid, zone: Zone, signal?: AbortSignal): Promise<number> {
  const finest = raster.levels.findIndex(({ widthPx, heightPx }) => widthPx * heightPx <= measuredLevelPx);
  const level = finest < 0 ? raster.levels.length - 1 : finest;
  const read = async (window: Window) => (await raster.read(window, { level, bands: [0], signal })).valid;
  return (await zoneHistogramM2(levelGrid(raster, grid, level), zone.polygons, read, { signal }))[1] ?? 0;
}

async function rasterized(grid: Grid, zone: Zone, polygons: readonly Polygon[], signal?: AbortSignal): Promise<number> {
  const rings = polygons.map((polygon) => polygonToPixels(grid, polygon));
  const extents = rings.map((polygon) => pixelExtent([polygon]));
  const near = ({ colOff, rowOff, widthPx, heightPx }: Window) =>
    rings.filter((_, i) => {
      const extent = extents[i];
      return (
        extent &&
        extent.maxCol >= colOff &&
        extent.minCol <= colOff + widthPx &&
        extent.maxRow >= rowOff &&
        extent.minRow <= rowOff + heightPx
      );
    });
  const read = async (window: Window) => rasterizePolygons(near(window), window);
  return (await zoneHistogramM2(grid, zone.polygons, read, { signal, hasContent: (window) => near(window).length > 0 }))[1] ?? 0;
}

async function predictedIn(
  probability: Raster,
  zone: Zone,
  threshold: number,
  hidden: readonly Polygon[],
  signal?: AbortSignal,
): Promise<{ groundM2: number; reefM2: number; meanProbability: number | null }> {
  const hiddenRings = hidden.map((polygon) => polygonToPixels(probability.grid, polygon));
  const read = async (window: Window): Promise<Uint8Array> => {
    const { data } = await probability.read(window, { signal });
    const bytes = Uint8Array.from(data);
    if (hiddenRings.length > 0) {
      const covered = rasterizePolygons(hiddenRings, window);
      for (let i = 0; i < bytes.length; i++) if (covered[i] === 1) bytes[i] = 0;
    }
    return bytes;
  };
  const histogram = await zoneHistogramM2(probability.grid, zone.polygons, read, { signal });
  let groundM2 = 0;
  let reefM2 = 0;
  let weighted = 0;
  for (let value = 1; value < 256; value++) {
    const areaM2 = histogram[value] ?? 0;
    groundM2 += areaM2;
    weighted += areaM2 * probabilityFromByte(value);
    if (value >= byteOfThreshold(threshold)) reefM2 += areaM2;
  }
  return { groundM2, reefM2, meanProbability: groundM2 > 0 ? weighted / groundM2 : null };
}

async function predictedCentres(
  store: Store,
  predictionId: string,
  threshold: number,
  zones: readonly Zone[],
  signal?: AbortSignal,
): Promise<number[]> {
  if (!(await findPolygonSet(store.db, predictionId, threshold))) await storePolygonSet(store, predictionId, threshold, signal);
  const set = await findPolygonSet(store.db, predictionId, threshold);
  const counts = zones.map(() => 0);
  if (!set) return counts;
  for await (const { geometry } of polygonsOfSet(store.db, set.num)) addAtCentre(counts, zones, geometry);
  return counts;
}

/** How many polygons have their centre of area in each zone. */
function countByCentre(zones: readonly Zone[], polygons: readonly Polygon[]): number[] {
  const counts = zones.map(() => 0);
  for (const polygon of polygons) addAtCentre(counts, zones, polygon);
  return counts;
}

function addAtCentre(counts: number[], zones: readonly Zone[], polygon: Polygon): void {
  const centre = centreOf(polygon);
  zones.forEach((zone, i) => {
    if (zone.polygons.some((part) => holds(part, centre))) counts[i] = (counts[i] ?? 0) + 1;
  });
}

/** Centre of area of the outer ring, in degrees. */
function centreOf({ coordinates: [ring = []] }: Polygon): readonly [number, number] {
  const [lon0, lat0] = ring[0] ?? [0, 0];
  let [sum, lon, lat] = [0, 0, 0];
  ring.forEach(([x, y], i) => {
    const [nextX, nextY] = ring[(i + 1) % ring.length] ?? [x, y];
    const cross = (x - lon0) * (nextY - lat0) - (nextX - lon0) * (y - lat0);
    sum += cross;
    lon += (x + nextX - 2 * lon0) * cross;
    lat += (y + nextY - 2 * lat0) * cross;
  });
  return sum === 0 ? [lon0, lat0] : [lon0 + lon / (3 * sum), lat0 + lat / (3 * sum)];
}

function holds({ coordinates }: Polygon, [lon, lat]: readonly [number, number]): boolean {
  let inside = false;
  for (const ring of coordinates)
    ring.forEach(([x0, y0], i) => {
      const [x1, y1] = ring[(i + 1) % ring.length] ?? [x0, y0];
      if (y0 > lat !== y1 > lat && lon < x0 + ((lat - y0) * (x1 - x0)) / (y1 - y0)) inside = !inside;
    });
  return inside;
}

const rounded = (value: number | null, digits: number): number | null => (value === null ? null : Number(value.toFixed(digits)));

/** The table as CSV. */
export function zoneCsv({ surveyName, modelName, threshold, classes = [], zones }: ZoneTable): string {
  const columns = (what: string): string[] => classes.map((name) => `${what}_m2_${name.replace(/\s+/g, "_")}`);
  const header = [
    "zone",
    "zone_m2",
    "measured_m2",
    "unmeasured_m2",
    "label_reef_m2",
    "label_count",
    "predicted_ground_m2",
    "predicted_reef_m2",
    "predicted_count",
    "predicted_share",
    "mean_probability",
    "survey",
    "model",
    "threshold",
    ...columns("label"),
    ...columns("predicted"),
  ];
  return csvText(
    header,
    zones.map((zone) => [
      zone.name,
      rounded(zone.areaM2, 3),
      rounded(zone.measuredM2, 3),
      rounded(zone.unmeasuredM2, 3),
      rounded(zone.labelReefM2, 3),
      zone.labelCount,
      rounded(zone.predictedGroundM2, 3),
      rounded(zone.predictedReefM2, 3),
      zone.predictedCount,
      rounded(zone.predictedShare, 6),
      rounded(zone.meanProbability, 4),
      surveyName,
      modelName,
      threshold,
      ...classes.map((_, k) => rounded(zone.labelClassesM2?.[k] ?? null, 3)),
      ...classes.map((_, k) => rounded(zone.predictedClassesM2?.[k] ?? null, 3)),
    ]),
  );
}
