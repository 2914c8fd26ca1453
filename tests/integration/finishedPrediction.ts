import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { crsFromEpsg } from "@reefline/geo/crs";
import { gridBounds } from "@reefline/geo/grid";
import { type RowBlock, writeCog } from "@reefline/raster/cog/cogWriter";
import type { Grid } from "@reefline/schema/grid";
import { newId } from "@reefline/schema/ids";
import type { Prediction } from "@reefline/schema/prediction";
import type { SurveyImage } from "@reefline/schema/survey";
import { enqueueJob } from "../../server/storage/jobs.ts";
import { insertPrediction, updatePrediction } from "../../server/storage/predictions.ts";
import type { Store } from "../../server/storage/store.ts";
import { bareSurvey } from "./testStore.ts";

const smallGrid: Grid = { crs: crsFromEpsg(32645), transform: [1, 0, 500_000, 0, -1, 3_000_000], widthPx: 30, heightPx: 20 };

/** A prediction that is ready, as a worker leaves it. Without `assetId` it has no file, which outlines do not need. */
export async function finishedPrediction(
  store: Store,
  surveyId: string,
  { grid = smallGrid, assetId = newId("asset"), modelName = "m" }: { grid?: Grid; assetId?: string; modelName?: string } = {},
): Promise<string> {
  const { db, projectId } = store;
  const job = await enqueueJob(db, { projectId, kind: "predict", title: "Predict", params: {}, surveyId });
  const prediction: Prediction = {
    id: newId("prediction"),
    surveyId,
    modelId: newId("model"),
    modelName,
    jobId: job.id,
    createdAt: new Date().toISOString(),
    state: "running",
    area: null,
    threshold: 0.5,
    raster: null,
    uncertainty: null,
    classRaster: null,
    options: { testTimeAugmentation: false, uncertainty: false, engine: "auto" },
    engine: null,
    heldOut: null,
  };
  await insertPrediction(db, prediction);
  const areaHistogramM2 = new Array<number>(256).fill(0);
  const raster = { assetId, version: "v", grid, bounds: gridBounds(grid), gsdMeters: grid.transform[0], areaHistogramM2 };
  await updatePrediction(db, prediction.id, { state: "ready", raster });
  return prediction.id;
}

/** A COG of one band of bytes, 0 = nodata, with its row. */
export async function byteAsset(
  store: Store,
  surveyId: string,
  kind: "image" | "probability" | "classes",
  grid: Grid,
  byteAt: (col: number, row: number) => number,
): Promise<string> {
  const { widthPx, heightPx } = grid;
  const data = Uint8Array.from({ length: widthPx * heightPx }, (_, i) => byteAt(i % widthPx, Math.floor(i / widthPx)));
  const valid = data.map((value) => (value === 0 ? 0 : 1));
  async function* rows(): AsyncGenerator<RowBlock> {
    const array = { layout: "pixel-interleaved", sampleType: "uint8", bandCount: 1, widthPx, heightPx, data, valid } as const;
    yield { rowOff: 0, heightPx, array };
  }
  const assetId = newId("asset");
  await mkdir(store.paths.asset(assetId), { recursive: true });
  const options = { grid, bandCount: 1, sampleType: "uint8", nodata: 0, photometric: "grey", hasMask: false } as const;
  await writeCog(join(store.paths.asset(assetId), "cog.tif"), { ...options, rows: rows(), overviewResampling: "average" });
  const path = join("assets", assetId, "cog.tif");
  const row = { id: assetId, surveyId, kind, version: "v", path, sizeBytes: 1, createdAt: new Date().toISOString() };
  await store.db.insertInto("assets").values(row).execute();
  return assetId;
}

/** A survey with an image of one grey band, 0 = nodata, and a prediction of it that is ready. */
export async function surveyWithPrediction(
  store: Store,
  {
    surveyName,
    surveyGrid,
    imageByte,
    modelGrid,
    probabilityByte,
    modelName,
  }: {
    surveyName: string;
    surveyGrid: Grid;
    imageByte: (col: number, row: number) => number;
    modelGrid: Grid;
    probabilityByte: (col: number, row: number) => number;
    modelName: string;
  },
): Promise<{ surveyId: string; predictionId: string }> {
  const surveyId = await bareSurvey(store, surveyName);
  const image: SurveyImage = {
    assetId: await byteAsset(store, surveyId, "image", surveyGrid, imageByte),
    version: "v",
    grid: surveyGrid,
    bounds: gridBounds(surveyGrid),
    gsdMeters: surveyGrid.transform[0],
    bands: [{ name: "grey", stretch: { low: 0, high: 255 } }],
    sampleType: "uint8",
    maskKind: "nodata",
    nodata: 0,
    sizeBytes: 1,
    sourceFileName: "grey.tif",
  };
  await store.db
    .updateTable("surveys")
    .set({ imageJson: JSON.stringify(image) })
    .where("id", "=", surveyId)
    .execute();
  const assetId = await byteAsset(store, surveyId, "probability", modelGrid, probabilityByte);
  return { surveyId, predictionId: await finishedPrediction(store, surveyId, { grid: modelGrid, assetId, modelName }) };
}
