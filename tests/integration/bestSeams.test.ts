import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { randomFrom } from "@reefline/chips/random";
import { gridBounds, gridGsdMeters } from "@reefline/geo/grid";
import { finishedRows } from "@reefline/inference/assemblePrediction";
import type { SurveyPredictor } from "@reefline/inference/inferWindow";
import { predictSurvey } from "@reefline/inference/predictSurvey";
import type { WindowPlanOptions } from "@reefline/inference/windowPlan";
import type { Raster } from "@reefline/raster/raster";
import { openFileSource } from "@reefline/raster/tiff/fileSource";
import { openGeoTiff } from "@reefline/raster/tiff/geotiffRaster";
import { byteFromProbability } from "@reefline/schema/prediction";
import type { SurveyImage } from "@reefline/schema/survey";
import type { ModelCard } from "@reefline/schema/training";
import { makeOnnxPredictor } from "@reefline/segmentation/engines/onnxPredictor";
import { madeCard } from "@reefline/segmentation/modelFiles/madeModel";
import type { ModelValues } from "@reefline/segmentation/modelFiles/modelFiles";
import { loadEfficientNetLite } from "@reefline/segmentation/network/efficientNetLiteWeights";
import { initialValues } from "@reefline/segmentation/network/initialValues";
import { networkOf } from "@reefline/segmentation/network/networkOf";
import { readTorchStateDict } from "@reefline/segmentation/network/torchPickle";
import { makeTinySurvey } from "@reefline/test-kit/makeTinySurvey";
import { afterAll, beforeAll, expect, it } from "vitest";
import { expectNoSeam } from "./seams.ts";
import { temporaryFolder } from "./testStore.ts";

const architecture = { kind: "pretrained-unet", encoder: "efficientnet-lite0", bandCount: 3 } as const;
const bandNames = ["red", "green", "blue"];
const encoder = process.env.REEFLINE_ENCODER ?? "";
if (!encoder) console.warn("The pretrained encoder was not fetched, so its network's seams are not looked at.");
const folder = temporaryFolder();
let raster: Raster;
let image: SurveyImage;
const sample = { widthPx: 512, heightPx: 384 };

beforeAll(async () => {
  // A few pixels more than one window of a job holds, either way: two by two windows.
  const { tif } = await makeTinySurvey({ outDir: folder.path, widthPx: 1_290, heightPx: 1_010, seed: 11 });
  raster = await openGeoTiff(await openFileSource(tif));
  const { grid } = raster;
  image = {
    assetId: "as_0000000000000000000",
    version: "v1",
    grid,
    bounds: gridBounds(grid),
    gsdMeters: gridGsdMeters(grid),
    sampleType: "uint8",
    bands: bandNames.map((name) => ({ name, stretch: { low: 0, high: 255 } })),
    maskKind: "none",
    nodata: null,
    sizeBytes: 1,
    sourceFileName: "made.tif",
  };
});
afterAll(async () => {
  await raster.close();
  folder.remove();
});

/** The encoder as it was published, which sees as far as it does in training, and a way up as before training. */
function untrained(published: string): ModelValues {
  const network = networkOf(architecture);
  const values = initialValues(network, randomFrom(5));
  loadEfficientNetLite(network, bandNames, readTorchStateDict(readFileSync(published)), values);
  return values;
}

/** The model with its logits spread about 0 over the survey as a trained one's are, instead of all on one side or all nearly alike. */
async function spreadModel(published: string): Promise<{ card: ModelCard; values: ModelValues }> {
  const card = { ...madeCard(architecture), gsdMeters: image.gsdMeters, temperature: 1 };
  const values = untrained(published);
  const { widthPx, heightPx } = sample;
  const { data } = await raster.read({ colOff: 100, rowOff: 100, widthPx, heightPx }, { bands: [0, 1, 2] });
  const predictor = await makeOnnxPredictor({ ...card, temperature: 1_000 }, values, availableParallelism());
  const probabilities = await predictor.predict(Uint8Array.from(data), widthPx, heightPx, 1);
  predictor.dispose();
  const logits = Float64Array.from(probabilities, (p) => 1_000 * Math.log(p / (1 - p)));
  const mean = logits.reduce((sum, logit) => sum + logit, 0) / logits.length;
  const deviation = Math.sqrt(logits.reduce((sum, logit) => sum + (logit - mean) ** 2, 0) / logits.length);
  const bias = networkOf(architecture).pieces.at(-1);
  if (bias?.name !== "head/bias") throw new Error("The network does not end in its head.");
  values.weights.fill(-mean, bias.offset, bias.offset + bias.length);
  return { card: { ...card, temperature: deviation / 2 }, values };
}

async function predicted(predictor: SurveyPredictor, name: string, windows: WindowPlanOptions = {}) {
  const swathDir = join(folder.path, name);
  const result = await predictSurvey({ predictor, raster, image, area: null, swathDir, windows });
  const parts: Uint8Array[] = [];
  for await (const { bytes } of finishedRows({ ...result, band: "probability" })) parts.push(bytes);
  return { bytes: Buffer.concat(parts), windows: result.plan.windows };
}

it.skipIf(!encoder)(
  "the best preset's network shows no seam in a job's windows against one large window",
  async () => {
    const { card, values } = await spreadModel(encoder);
    const predictor = await makeOnnxPredictor(card, values, availableParallelism());
    const one = await predicted(predictor, "one", { maxWindowPx: 8_192 });
    const many = await predicted(predictor, "many");
    predictor.dispose();
    expect([one.windows.colOffs.length, one.windows.rowOffs.length]).toEqual([1, 1]);
    expect([many.windows.colOffs.length, many.windows.rowOffs.length, many.windows.overlapPx]).toEqual([2, 2, 384]);
    expectNoSeam(one.bytes, many.bytes, many.windows);
  },
  120_000,
);

it("a constant answer is blended exactly flat in the best preset's windows", async () => {
  const card = { ...madeCard(architecture), gsdMeters: image.gsdMeters };
  const flat = (p: number): SurveyPredictor => ({
    card,
    strideMultiplePx: networkOf(architecture).strideMultiplePx,
    predict: async (_pixels, widthPx, heightPx) => new Float32Array(widthPx * heightPx).fill(p),
  });
  const { widthPx, heightPx } = image.grid;
  const { valid } = await raster.read({ colOff: 0, rowOff: 0, widthPx, heightPx });
  for (const p of [0.137, 0.861]) {
    const { bytes, windows } = await predicted(flat(p), `flat-${p}`);
    expect(windows.colOffs.length * windows.rowOffs.length).toBe(4);
    const wanted = Buffer.from(valid.map((measured) => (measured === 1 ? byteFromProbability(p) : 0)));
    expect(bytes.equals(wanted)).toBe(true);
  }
});
