import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unsaidClass } from "@reefline/chips/cutChip";
import { randomFrom } from "@reefline/chips/random";
import { gridBounds, gridGsdMeters } from "@reefline/geo/grid";
import type { Polygon } from "@reefline/schema/feature";
import { limitsSchema } from "@reefline/schema/limits";
import { trainConfigSchema } from "@reefline/schema/training";
import { type BatchSource, openBatches } from "@reefline/segmentation/training/batches";
import { prepareTraining, type TrainingData } from "@reefline/segmentation/training/trainingData";
import { makeTinySurvey } from "@reefline/test-kit/makeTinySurvey";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openRasterPlace, type RasterPlace } from "../assets/rasterPlace.ts";
import { chipThreads } from "./chipThreads.ts";

const limits = limitsSchema.parse({});
const polygons = (path: string): Polygon[] =>
  (JSON.parse(readFileSync(path, "utf8")) as { features: { geometry: Polygon }[] }).features.map(({ geometry }) => geometry);

describe("chips cut in threads", () => {
  let folder = "";
  let place: RasterPlace;
  let data: TrainingData;
  /** The same with labels of two classes told apart, and others of a third. */
  let told: TrainingData;
  let close: () => Promise<void>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "reefline-chips-"));
    const files = await makeTinySurvey({ outDir: folder, widthPx: 700, heightPx: 600, seed: 4 });
    place = { bytes: { kind: "file", path: files.tif }, placed: null };
    const raster = await openRasterPlace(place, limits);
    close = () => raster.close();
    const image = {
      assetId: "as_0000000000000000000",
      version: "1",
      grid: raster.grid,
      bounds: gridBounds(raster.grid),
      gsdMeters: gridGsdMeters(raster.grid),
      sampleType: raster.sampleType,
      bands: raster.bandNames.map((name) => ({ name, stretch: { low: 3, high: 250 } })),
      maskKind: raster.maskKind,
      nodata: raster.nodata,
      sizeBytes: 0,
      sourceFileName: "survey.tif",
    };
    const source = {
      ...{ surveyId: "sv_0000000000000000000", surveyName: "Tiny", raster, image, lastEditSeq: 1 },
      ...{ labels: polygons(files.labels), examined: polygons(files.examined), holdout: [], unsure: [], ignore: [] },
    };
    const config = trainConfigSchema.parse({ seed: 5, gsdMeters: 0.07, unsharp: true });
    data = await prepareTraining([source], config, 64 * 2 ** 20);
    const labelClasses = source.labels.map((_, i) => ["live", "dead", "rubble"][i % 3] ?? "");
    told = await prepareTraining([{ ...source, labelClasses }], { ...config, classes: ["live", "dead"] }, 64 * 2 ** 20);
  });
  afterAll(async () => {
    await close();
    await rm(folder, { recursive: true });
  });

  const threadsOf = (threads: number, at: (RasterPlace | undefined)[] = [place], of = data) =>
    chipThreads(of, at, { limits, threads, groundBudgetBytes: 64 * 2 ** 20 });
  async function taken(source: BatchSource, count: number) {
    const seen = [];
    for (let i = 0; i < count; i++) {
      const { batch, random } = await source.next();
      seen.push({ x: Float32Array.from(batch.x), target: Float32Array.from(batch.target), valid: Float32Array.from(batch.valid), random });
      source.giveBack(batch);
    }
    await source.close();
    return seen;
  }

  it("are byte for byte those that the training cuts itself, with any number of threads, in memory used again", async () => {
    const expected = await taken(openBatches(data, randomFrom(9), null), 9);
    expect(expected[3]?.target.some((value) => value === 1)).toBe(true);
    expect(expected[3]?.x).not.toEqual(expected[4]?.x);
    for (const threads of [1, 3]) {
      const cutter = threadsOf(threads);
      expect(cutter?.ahead).toBe(3 * threads);
      expect(await taken(openBatches(data, randomFrom(9), cutter), 9)).toEqual(expected);
    }
  });

  it("know the classes that the training knows", async () => {
    const expected = await taken(openBatches(told, randomFrom(9), null), 3);
    expect(new Set(expected.flatMap(({ target }) => [...target]))).toEqual(new Set([0, 1, 2, unsaidClass]));
    expect(await taken(openBatches(told, randomFrom(9), threadsOf(2, [place], told)), 3)).toEqual(expected);
  });

  it("go on from the state of a batch as if nothing had happened", async () => {
    const whole = await taken(openBatches(data, randomFrom(2), threadsOf(2)), 5);
    const state = whole[2]?.random ?? 0;
    expect(await taken(openBatches(data, randomFrom(state), threadsOf(1)), 2)).toEqual(whole.slice(3));
  });

  it("fail with the reader's own sentence, and not at all where no thread can open the survey", async () => {
    const gone: RasterPlace = { bytes: { kind: "file", path: join(folder, "gone.tif") }, placed: null };
    expect(existsSync(join(folder, "gone.tif"))).toBe(false);
    const source = openBatches(data, randomFrom(1), threadsOf(1, [gone]));
    await expect(source.next()).rejects.toMatchObject({ name: "AppError" });
    await source.close();
    expect(threadsOf(1, [undefined])).toBeNull();
    expect(threadsOf(0)).toBeNull();
  });
});
