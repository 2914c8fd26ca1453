import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { openFileSource } from "@reefline/raster/tiff/fileSource";
import { openGeoTiff } from "@reefline/raster/tiff/geotiffRaster";
import { type Prediction, predictionSchema } from "@reefline/schema/prediction";
import { makeTinySurvey } from "@reefline/test-kit/makeTinySurvey";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { predictionById } from "../../server/storage/predictions.ts";
import type { Store } from "../../server/storage/store.ts";
import { reefline } from "./program.ts";
import { openTestStore, temporaryFolder } from "./testStore.ts";

const folder = temporaryFolder();
const data = join(folder.path, "data");
const names = ["live", "dead"];
let store: Store;
let prediction: Prediction;
let polygonCount = 0;
let judged: { dice: number; byClass?: { classes: string[]; pixels: number[][] } };

async function run(...words: string[]) {
  const { code, stdout, stderr } = await reefline(["--data", data, "--json", ...words]);
  expect({ words, code, stderr: code === 0 ? "" : stderr }).toEqual({ words, code: 0, stderr: "" });
  return JSON.parse(stdout);
}

beforeAll(async () => {
  const files = await makeTinySurvey({ outDir: join(folder.path, "survey"), seed: 5, classes: ["live", "dead"] });
  await run("survey", "add", files.tif, "--name", "Flat");
  await run("labels", "import", files.labels, "--survey", "Flat");
  await run("labels", "import", files.examined, "--survey", "Flat", "--as", "examined");
  await run("labels", "import", files.holdout, "--survey", "Flat", "--as", "holdout");
  await run(...["train", "--survey", "Flat", "--model", "m", "--classes", names.join(), "--epochs", "6", "--preset", "fast", "--no-check"]);
  const predicted = await run("predict", "--survey", "Flat", "--model", "m");
  polygonCount = predicted.polygonCount;
  judged = await run("evaluate", "--survey", "Flat", "--model", "m", "--labels", files.labels, "--area", files.holdout);
  store = (await openTestStore(data)).store;
  prediction = await predictionById(store.db, predicted.prediction.id);
}, 240_000);
afterAll(async () => {
  await store.close();
  folder.remove();
});

describe("a model that tells live from dead reef", () => {
  it("publishes the likeliest class beside the probability, with the area of each", async () => {
    const { classRaster, raster } = predictionSchema.parse(prediction);
    expect(classRaster?.classes).toEqual(names);
    const folderOf = join(data, "predictions", prediction.id);
    const [classes, probability] = await Promise.all(
      ["classes.tif", "probability.tif"].map(async (name) => openGeoTiff(await openFileSource(join(folderOf, name)))),
    );
    if (!classes || !probability || !classRaster || !raster) throw new Error("both are there");
    const whole = { colOff: 0, rowOff: 0, widthPx: classes.grid.widthPx, heightPx: classes.grid.heightPx };
    const [kinds, bytes] = [(await classes.read(whole)).data, (await probability.read(whole)).data];
    const pixels = names.map(() => 0);
    for (let i = 0; i < bytes.length; i++) {
      expect((kinds[i] ?? 0) > 0).toBe((bytes[i] ?? 0) > 0);
      if ((bytes[i] ?? 0) >= 128) pixels[(kinds[i] ?? 0) - 1] = (pixels[(kinds[i] ?? 0) - 1] ?? 0) + 1;
    }
    await classes.close();
    await probability.close();
    const pixelM2 = raster.gsdMeters ** 2;
    for (const [k, count] of pixels.entries()) {
      const areaM2 = (classRaster.areaHistogramsM2[k] ?? []).slice(128).reduce((sum, each) => sum + each, 0);
      expect(areaM2 / (count * pixelM2)).toBeCloseTo(1, 2);
      expect(count).toBeGreaterThan(500);
    }
  });

  it("outlines ground of one class each", async () => {
    const rows = await store.db.selectFrom("predictedPolygons").select(["class", "areaM2"]).execute();
    expect(rows.length).toBe(polygonCount);
    expect([...new Set(rows.map((row) => row.class))].sort()).toEqual([...names].sort());
    for (const name of names) {
      const areaM2 = rows.reduce((sum, row) => sum + (row.class === name ? row.areaM2 : 0), 0);
      const histogram = prediction.classRaster?.areaHistogramsM2[names.indexOf(name)] ?? [];
      const least = Math.ceil(1 + prediction.threshold * 254 - 1e-9);
      expect(areaM2 / histogram.slice(least).reduce((sum, each) => sum + each, 0)).toBeGreaterThan(0.9);
    }
  });

  it("is judged class by class", () => {
    expect(judged.dice).toBeGreaterThan(0.6);
    const { classes, pixels } = judged.byClass ?? { classes: [], pixels: [] };
    expect(classes).toEqual(names);
    const right = (pixels[1]?.[1] ?? 0) + (pixels[2]?.[2] ?? 0);
    const mistaken = (pixels[1]?.[2] ?? 0) + (pixels[2]?.[1] ?? 0);
    expect(right).toBeGreaterThan(3 * mistaken);
  });

  it("exports its polygons with their class", async () => {
    const out = join(folder.path, "reefs.geojson");
    await run("export", "--survey", "Flat", "--layer", "prediction", "--out", out);
    const { features }: { features: { properties: { class: string } }[] } = JSON.parse(await readFile(out, "utf8"));
    expect(new Set(features.map(({ properties }) => properties.class))).toEqual(new Set(names));
  });
});
