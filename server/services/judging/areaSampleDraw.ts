import { drawAreaSample } from "@reefline/accuracy/areaSample";
import { randomFrom } from "@reefline/chips/random";
import { gridGsdMeters, pixelToLonLat } from "@reefline/geo/grid";
import { unitSigns } from "@reefline/geo/pixelCrs";
import { liesAsImagery } from "@reefline/geo/shiftGrid";
import { blockFrame } from "@reefline/inference/blockFrame";
import { type AreaSample, type AreaSampleRequest, areaSampleRequestSchema, sampleProperty } from "@reefline/schema/areaSample";
import { AppError } from "@reefline/schema/errors";
import type { Polygon, Position } from "@reefline/schema/feature";
import type { Grid, Window } from "@reefline/schema/grid";
import { newId } from "@reefline/schema/ids";
import { openAsset } from "../../assets/openAsset.ts";
import { insertSample } from "../../storage/areaSamples.ts";
import { predictionById } from "../../storage/predictions.ts";
import type { Store } from "../../storage/store.ts";
import { surveyById } from "../../storage/surveys.ts";
import { applyEditIn } from "../labels/labels.ts";
import { roundThreshold } from "../predictions/predictions.ts";
import { surveyImage } from "../surveys/surveys.ts";

/** Side of a block in the prediction's pixels, unless asked for: small enough to label in a minute. */
const usualBlockPx = 128;
const leastBlockPx = 4;
/** A small survey is cut into about this many blocks. */
const wantedBlocks = 400;
const mostBlocks = 4e6;

/**
 * Draws blocks of a prediction at random, stratified by what is predicted in them, and lays each over the survey as a held-out area, so that
 * predictions stay hidden inside until the block is labelled. One transaction. Reads the whole probability raster once.
 * @param author whose edit it is
 * @throws AppError `area-sample/…`, `prediction/not-ready`, `prediction/not-found`
 */
export async function drawSample(store: Store, author: string, request: AreaSampleRequest, signal?: AbortSignal): Promise<AreaSample> {
  const { predictionId, threshold, blockCount, blockMeters, seed } = areaSampleRequestSchema.parse(request);
  const prediction = await predictionById(store.db, predictionId);
  if (!prediction.raster)
    throw new AppError("unavailable", "prediction/not-ready", "This prediction is not finished. Wait for it, or choose another.");
  const survey = await surveyById(store.db, prediction.surveyId);
  const { grid } = prediction.raster;
  if (!liesAsImagery(grid, surveyImage(survey).grid))
    throw new AppError(
      "conflict",
      "area-sample/imagery-moved",
      "The imagery was moved since this prediction. Predict again, then draw the sample.",
    );
  const level = roundThreshold(threshold ?? prediction.threshold);
  const blockPx = blockSide(grid, blockMeters);
  const probability = await openAsset(store, prediction.raster.assetId);
  try {
    const frame = await blockFrame(probability, { blockPx, threshold: level, signal });
    const draw = drawAreaSample(frame, blockCount, randomFrom(seed).next);
    const id = newId("sample");
    const drawn = draw.blocks.flatMap(({ frameIndex, stratum }) => {
      const block = frame[frameIndex];
      return block
        ? [{ featureId: crypto.randomUUID(), geometry: outline(grid, block.window), stratum, predictedM2: block.predictedM2 }]
        : [];
    });
    const sample: AreaSample = {
      id,
      surveyId: survey.id,
      predictionId,
      modelName: prediction.modelName,
      threshold: level,
      seed,
      blockMeters: blockPx * gridGsdMeters(grid),
      createdAt: new Date().toISOString(),
      strata: [...draw.strata],
      blocks: drawn.map(({ featureId, geometry }) => ({ featureId, geometry })),
    };
    await store.db.transaction().execute(async (trx) => {
      await insertSample(trx, { sample, grid, hidden: drawn.map(({ stratum, predictedM2 }) => ({ stratum, predictedM2 })) });
      await applyEditIn(trx, author, {
        id: crypto.randomUUID(),
        surveyId: survey.id,
        puts: drawn.map(({ featureId, geometry }, i) => ({
          id: featureId,
          baseRevision: 0,
          content: {
            layer: "holdout",
            class: "holdout",
            notes: "",
            properties: { [sampleProperty]: id, block: i + 1 },
            provenance: { kind: "drawn" },
            geometry,
            locked: false,
          },
        })),
        deletes: [],
        inverseOf: null,
        title: `Draw ${drawn.length} blocks of an area sample`,
      });
    });
    return sample;
  } finally {
    await probability.close();
  }
}

function blockSide(grid: Grid, blockMeters: number | null): number {
  const gsdMeters = gridGsdMeters(grid);
  const sign = unitSigns(grid.crs).length;
  const asked =
    blockMeters === null ? Math.min(usualBlockPx, Math.sqrt((grid.widthPx * grid.heightPx) / wantedBlocks)) : blockMeters / gsdMeters;
  const blockPx = Math.round(asked);
  const metres = (px: number) => Number((px * gsdMeters).toPrecision(2));
  if (blockMeters !== null && blockPx < leastBlockPx)
    throw new AppError(
      "bad-input",
      "area-sample/small-blocks",
      `Blocks of ${blockMeters} ${sign} are smaller than the prediction can tell apart. Choose at least ${metres(leastBlockPx)} ${sign}.`,
    );
  if (blockMeters !== null && (grid.widthPx * grid.heightPx) / blockPx ** 2 > mostBlocks)
    throw new AppError(
      "limit",
      "area-sample/small-blocks",
      `Blocks of ${blockMeters} ${sign} are too many on this survey. Choose larger ones.`,
    );
  return Math.max(leastBlockPx, blockPx);
}

function outline(grid: Grid, { colOff, rowOff, widthPx, heightPx }: Window): Polygon {
  const toLonLat = pixelToLonLat(grid);
  const corner = (col: number, row: number): Position => {
    const { lon, lat } = toLonLat(col, row);
    return [lon, lat];
  };
  const [left, right, top, bottom] = [colOff, colOff + widthPx, rowOff, rowOff + heightPx];
  return {
    type: "Polygon",
    coordinates: [[corner(left, top), corner(left, bottom), corner(right, bottom), corner(right, top), corner(left, top)]],
  };
}
