import { type BlockMeasurement, estimateArea } from "@reefline/accuracy/areaEstimate";
import { pixelExtent, rasterizePolygons } from "@reefline/chips/rasterizePolygons";
import { polygonToPixels } from "@reefline/geo/grid";
import { rowPixelAreasM2 } from "@reefline/geo/pixelArea";
import { unitSigns } from "@reefline/geo/pixelCrs";
import { liesAsImagery } from "@reefline/geo/shiftGrid";
import { evaluationHistogram } from "@reefline/inference/evaluateArea";
import { memoryRaster } from "@reefline/inference/memoryRaster";
import type { Raster } from "@reefline/raster/raster";
import type { AreaSampleEstimate } from "@reefline/schema/areaSample";
import { AppError, isAppError } from "@reefline/schema/errors";
import type { Feature, Polygon } from "@reefline/schema/feature";
import type { Grid } from "@reefline/schema/grid";
import { byteOfThreshold } from "@reefline/schema/prediction";
import { openAsset } from "../../assets/openAsset.ts";
import { openSurveyRaster } from "../../assets/openSurveyRaster.ts";
import { type StoredSample, sampleById } from "../../storage/areaSamples.ts";
import { lastEditSeq } from "../../storage/edits.ts";
import { featureRows, featuresWithin, polygonBounds } from "../../storage/features.ts";
import { predictionById } from "../../storage/predictions.ts";
import type { Store } from "../../storage/store.ts";
import { surveyById } from "../../storage/surveys.ts";
import { isDrawnByModel, unsureClass } from "../labels/groundOf.ts";
import { polygonsTouch } from "../labels/polygonOverlap.ts";
import { surveyImage } from "../surveys/surveys.ts";

/**
 * Reef area with a 95 % interval from the labelled blocks of a sample; see `estimateArea` for the statistics. Truth is counted on the
 * survey's own pixels. Where blocks are still open, those labelled in the order they were drawn are a smaller random sample, and are used.
 * @throws AppError `area-sample/not-found`, `area-sample/too-few-done`, `area-sample/drawn-by-model`, `area-sample/imagery-moved`
 */
export async function estimateSample(store: Store, sampleId: string, signal?: AbortSignal): Promise<AreaSampleEstimate> {
  const { db } = store;
  const stored = await sampleById(db, sampleId);
  const { sample } = stored;
  const survey = await surveyById(db, sample.surveyId);
  const image = surveyImage(survey);
  if (!liesAsImagery(stored.grid, image.grid))
    throw new AppError(
      "conflict",
      "area-sample/imagery-moved",
      "The imagery was moved since these blocks were drawn, so they show other ground now. Put it back, or draw a new sample.",
    );
  const used = await usedBlocks(store, stored);
  const pixelAreaM2 = rowPixelAreasM2(image.grid);
  const seq = await lastEditSeq(db, survey.id);
  const surveyRaster = await openSurveyRaster(store, image);
  const prediction = await predictionById(db, sample.predictionId).catch(() => null);
  const probability = prediction?.raster ? await openAsset(store, prediction.raster.assetId) : null;
  const notes = [
    `Stratified random sample of ${sample.blocks.length} blocks of ${metres(sample.blockMeters)} ${unitSigns(image.grid.crs).length} out of ${sample.strata.reduce((sum, stratum) => sum + stratum.blockCount, 0)}, drawn with seed ${sample.seed}: half of them in proportion to the strata, half where most error was expected.`,
    "The mapped area is corrected by the errors in the sampled blocks (difference estimator over blocks; Olofsson et al. 2014, Stehman 2014); interval by Student's t.",
  ];
  const blocks = new Map<number, BlockMeasurement>();
  let unsureBlocks = 0;
  const tainted: number[] = [];
  try {
    for (const index of used.indices) {
      signal?.throwIfAborted();
      const block = sample.blocks[index];
      if (!block) continue;
      const labels = await labelsOn(store, survey.id, block.geometry);
      if (labels.some((label) => isDrawnByModel(label) && sharePixels(image.grid, label.geometry, block.geometry))) tainted.push(index + 1);
      if (labels.some((label) => label.class === unsureClass)) unsureBlocks++;
      const truth = labels.filter((label) => label.class !== unsureClass).map((label) => label.geometry);
      const ground = { surveyGrid: image.grid, surveyRaster, truth, area: [block.geometry], signal };
      blocks.set(index, {
        framePredictedM2: stored.hidden[index]?.predictedM2 ?? 0,
        ...(await measure({ ...ground, probability: probability ?? everywhere(stored) }, sample.threshold, pixelAreaM2)),
      });
    }
  } finally {
    await Promise.all([surveyRaster.close(), probability?.close()]);
  }
  if (tainted.length > 0)
    throw new AppError(
      "conflict",
      "area-sample/drawn-by-model",
      `Block ${tainted.slice(0, 10).join(", ")} ${tainted.length === 1 ? "holds a label" : "hold labels"} that a model drew and nobody redrew, which cannot judge a model. Redraw or delete ${tainted.length === 1 ? "it" : "them"}.`,
    );
  if (unsureBlocks > 0) notes.push(`Ground labelled "unsure" (in ${unsureBlocks} of the blocks) counts as not reef.`);
  if (used.indices.length < sample.blocks.length)
    notes.push(
      `Worked out from the first ${used.indices.length} of ${sample.blocks.length} blocks; label the rest for a narrower interval.`,
    );
  if (!probability) notes.push("The prediction was removed, so how well it maps cannot be said any more; the area can.");
  const strata = sample.strata.map((stratum, h) => ({
    blockCount: stratum.blockCount,
    blocks: used.indices.flatMap((index) => (stored.hidden[index]?.stratum === h ? (blocks.get(index) ?? []) : [])),
  }));
  notes.push(...rareMisses(sample.strata, strata));
  const groundM2 = sample.strata.reduce((sum, stratum) => sum + stratum.groundM2, 0);
  const mappedM2 = sample.strata.reduce((sum, stratum) => sum + stratum.predictedM2, 0);
  const estimate = estimateArea(strata, { predictedM2: mappedM2, groundM2 });
  return {
    sampleId,
    surveyName: survey.name,
    modelName: sample.modelName,
    threshold: sample.threshold,
    lastEditSeq: seq,
    blocksDone: used.done,
    blocksUsed: used.indices.length,
    blockCount: sample.blocks.length,
    groundM2,
    mappedM2,
    ...estimate,
    ...(probability ? {} : { usersAccuracy: null, producersAccuracy: null, overallAccuracy: null }),
    strata: sample.strata.map((stratum, h) => {
      const measured = strata[h]?.blocks ?? [];
      const reef = measured.reduce((sum, block) => sum + block.reefPredictedM2 + block.reefMissedM2, 0);
      const all = measured.reduce((sum, block) => sum + block.emptyM2 + block.emptyPredictedM2, reef);
      return { ...stratum, used: measured.length, reefShare: all > 0 ? reef / all : null };
    }),
    notes,
  };
}

/** Where nothing was found an interval from the sample's own spread says less than chance does. */
function rareMisses(
  strata: StoredSample["sample"]["strata"],
  measured: readonly { readonly blocks: readonly BlockMeasurement[] }[],
): string[] {
  return strata.flatMap(({ title, blockCount, predictedM2 }, h) => {
    const blocks = measured[h]?.blocks ?? [];
    if (predictedM2 > 0 || blocks.length >= blockCount || blocks.some((block) => block.reefMissedM2 > 0)) return [];
    // Rule of three (Hanley & Lippman-Hand 1983).
    const most = Math.min(100, Math.round(300 / blocks.length));
    return [
      `None of the ${blocks.length} labelled blocks with ${title} held reef. Up to about ${most} % of such blocks still may, which the interval cannot know; more blocks would narrow that.`,
    ];
  });
}

const metres = (value: number) => Number(value.toPrecision(3));

/** Blocks that are done, as far as in each stratum none before them is open: so they are a random sample whatever was left out. */
async function usedBlocks(store: Store, { sample, hidden }: StoredSample): Promise<{ indices: number[]; done: number }> {
  const rows = await featureRows(
    store.db,
    sample.blocks.map(({ featureId }) => featureId),
  );
  const isDone = (featureId: string) => {
    const row = rows.get(featureId);
    return row?.deleted === 0 && row.locked === 1;
  };
  const ended = new Set<number>();
  const indices: number[] = [];
  let done = 0;
  sample.blocks.forEach(({ featureId }, index) => {
    const stratum = hidden[index]?.stratum ?? 0;
    if (isDone(featureId)) done++;
    else ended.add(stratum);
    if (!ended.has(stratum)) indices.push(index);
  });
  const few = sample.strata.some(
    (stratum, h) => indices.filter((index) => hidden[index]?.stratum === h).length < Math.min(2, stratum.sampleCount),
  );
  if (few)
    throw new AppError(
      "bad-input",
      "area-sample/too-few-done",
      `${done} of ${sample.blocks.length} blocks are labelled, which is too few for an interval yet. Label more of them, in their order.`,
    );
  return { indices, done };
}

async function labelsOn(store: Store, surveyId: string, block: Polygon): Promise<Feature[]> {
  const near = await featuresWithin(store.db, surveyId, polygonBounds(block));
  return near.filter((feature) => feature.layer === "label" && polygonsTouch(feature.geometry, block));
}

/** Whether two polygons hold the centre of one pixel: a label that only touches a block says nothing of it. */
function sharePixels(grid: Grid, a: Polygon, b: Polygon): boolean {
  const [first, second] = [polygonToPixels(grid, a), polygonToPixels(grid, b)];
  const { minCol, minRow, maxCol, maxRow } = pixelExtent([second]);
  const [colOff, rowOff] = [Math.floor(minCol), Math.floor(minRow)];
  const window = { colOff, rowOff, widthPx: Math.ceil(maxCol) - colOff, heightPx: Math.ceil(maxRow) - rowOff };
  const held = rasterizePolygons([second], window);
  return rasterizePolygons([first], window).some((value, i) => value === 1 && held[i] === 1);
}

async function measure(
  input: Parameters<typeof evaluationHistogram>[0],
  threshold: number,
  pixelAreaM2: (row: number) => number,
): Promise<Omit<BlockMeasurement, "framePredictedM2">> {
  const least = byteOfThreshold(threshold);
  const sum = (areas: Float64Array, from: number, to: number) => areas.subarray(from, to).reduce((total, areaM2) => total + areaM2, 0);
  try {
    const { truthAreaM2, otherAreaM2 } = await evaluationHistogram(input, pixelAreaM2);
    // Byte 0 is ground without a prediction: not part of what was sampled.
    return {
      reefPredictedM2: sum(truthAreaM2, least, 256),
      reefMissedM2: sum(truthAreaM2, 1, least),
      emptyPredictedM2: sum(otherAreaM2, least, 256),
      emptyM2: sum(otherAreaM2, 1, least),
    };
  } catch (error) {
    if (!isAppError(error) || error.code !== "inference/empty-area") throw error;
    return { reefPredictedM2: 0, reefMissedM2: 0, emptyPredictedM2: 0, emptyM2: 0 };
  }
}

/** Stands in for a prediction that was removed: one pixel over the whole survey, the same everywhere. */
function everywhere({ grid }: StoredSample): Raster {
  const [a, b, c, d, e, f] = grid.transform;
  const { widthPx, heightPx } = grid;
  const whole = {
    crs: grid.crs,
    transform: [a * widthPx, b * heightPx, c, d * widthPx, e * heightPx, f],
    widthPx: 1,
    heightPx: 1,
  } as const;
  return memoryRaster({ ...whole, transform: [...whole.transform] }, ["probability"], Uint8Array.of(1));
}
