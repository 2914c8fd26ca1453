import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { classScores, classSummary } from "@reefline/accuracy/classScores";
import { openFileSource } from "@reefline/raster/tiff/fileSource";
import { openGeoTiff } from "@reefline/raster/tiff/geotiffRaster";
import type { Polygon } from "@reefline/schema/feature";
import { type TrainConfig, trainConfigSchema } from "@reefline/schema/training";
import { makeTinySurvey } from "@reefline/test-kit/makeTinySurvey";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadPredictor } from "../engines/predictor.ts";
import { readModel } from "../modelFiles/modelFiles.ts";
import { foldSources } from "./foldSources.ts";
import { madeImage } from "./madeImage.ts";
import type { TrainHooks, TrainSource } from "./trainInput.ts";
import { prepareTraining } from "./trainingData.ts";
import { trainingReadiness } from "./trainingGround.ts";
import { trainModel } from "./trainModel.ts";

let folder: string;
let source: TrainSource;

type Labels = { features: { geometry: Polygon; properties: { class: string } }[] };
const read = (path: string) => (JSON.parse(readFileSync(path, "utf8")) as Labels).features;
const config = (classes: string[], more: Partial<TrainConfig> = {}): TrainConfig =>
  trainConfigSchema.parse({ seed: 3, budget: { kind: "epochs", epochs: 3 }, gsdMeters: 0.06, classes, ...more });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "reefline-classes-"));
  const files = await makeTinySurvey({ outDir: folder, widthPx: 900, heightPx: 700, seed: 2, classes: ["live", "dead"] });
  const raster = await openGeoTiff(await openFileSource(files.tif));
  const labels = read(files.labels);
  source = {
    surveyId: "sv_0000000000000000000",
    surveyName: "Tiny",
    raster,
    image: madeImage(raster),
    labels: labels.map(({ geometry }) => geometry),
    labelClasses: labels.map(({ properties }) => properties.class),
    unsure: [],
    examined: read(files.examined).map(({ geometry }) => geometry),
    holdout: read(files.holdout).map(({ geometry }) => geometry),
    ignore: [],
    lastEditSeq: 5,
  };
});
afterAll(async () => {
  await source.raster.close();
  await rm(folder, { recursive: true });
});

const quiet: TrainHooks = {
  onEvent: () => undefined,
  onProgress: () => undefined,
  onChips: () => undefined,
  shouldStop: () => "no",
};

describe("training with classes", { timeout: 120_000 }, () => {
  it("learns to tell them apart, goes on from reef or not, and says how well", async () => {
    const train = async (name: string, of: TrainConfig, from: Awaited<ReturnType<typeof readModel>> | null = null) => {
      const paths = { checkpointDir: join(folder, `${name}-checkpoint`), modelDir: join(folder, name) };
      const { card } = await trainModel({ sources: [source], config: of, name, ...paths, resume: false, encoderPath: null, from }, quiet);
      return card;
    };
    const card = await train("told", config(["live", "dead"]));
    expect(card).toMatchObject({ classes: ["live", "dead"], architecture: { classCount: 2 } });
    expect(card.validation.dice).toBeGreaterThan(0.5);
    expect(card.classTemperature).not.toBe(1);
    const counts = card.validationByClass;
    if (!counts) throw new Error("no counts by class");
    expect(classSummary(counts).rightClass).toBeGreaterThan(0.8);
    expect(classScores(counts).every(({ labelledPx }) => labelledPx > 0)).toBe(true);
    // What is called reef of a class is what is called reef: all labels are of one of them here.
    const sum = (rows: number[][], from: number) => rows.flatMap((row) => row.slice(from)).reduce((a, b) => a + b, 0);
    expect(sum(counts.pixels, 1)).toBe(card.validation.tp + card.validation.fp);
    expect(sum(counts.pixels, 0)).toBe(card.validation.tp + card.validation.fp + card.validation.fn + card.validation.tn);

    const predictor = await loadPredictor(join(folder, "told"));
    const side = 2 * predictor.strideMultiplePx;
    const planes = await predictor.predict(new Uint8Array(side * side * 3).fill(110), side, side, 1);
    predictor.dispose();
    expect(planes.length).toBe(3 * side * side);

    const binary = await train("binary", config([], { budget: { kind: "epochs", epochs: 1 } }));
    expect(binary.classTemperature).toBe(1);
    expect([binary.classes, binary.validationByClass, binary.architecture]).toEqual([
      [],
      undefined,
      { kind: "unet", baseFilters: 16, depth: 4, bandCount: 3, patchPx: 2 },
    ]);
    const further = config(["dead", "live"], { budget: { kind: "epochs", epochs: 1 }, gsdMeters: binary.gsdMeters });
    const on = await train("on", further, await readModel(join(folder, "binary")));
    expect(on.classes).toEqual(["dead", "live"]);
    expect(on.validationByClass?.classes).toEqual(["dead", "live"]);
  });
});

describe("refusals of classes", () => {
  const refusal = (of: TrainConfig, change: Partial<TrainSource> = {}) => trainingReadiness([{ ...source, ...change }], of).refusal;
  const renamed = (name: (before: string, index: number) => string) => (source.labelClasses ?? []).map(name);

  it("names the class without a label, and those there are", () => {
    expect(refusal(config(["live", "dead"]))).toBeNull();
    const { code, message } = refusal(config(["live", "coral"])) ?? {};
    expect(code).toBe("segmentation/class-without-ground");
    expect(message).toMatch(/“coral”.*Draw some.*dead\./);
    expect(refusal(config(["live", "dead"]), { labelClasses: undefined })?.message).toMatch(/“live” and “dead”/);
  });

  it("names the class that lies on no ground to learn from", async () => {
    const examined = source.holdout;
    const held = trainingReadiness([{ ...source, examined: [...source.examined, ...examined] }], config(["live", "dead"]));
    expect(held.refusal).toBeNull();
    const farRight = source.labels.reduce((best, { coordinates }, i) => {
      const west = (polygon: Polygon | undefined) => polygon?.coordinates[0]?.[0]?.[0] ?? -Infinity;
      return west({ type: "Polygon", coordinates }) > west(source.labels[best]) ? i : best;
    }, 0);
    // Only the last reef, on held-out ground, is dead.
    const labelClasses = renamed((_, i) => (i === farRight ? "dead" : "live"));
    expect(refusal(config(["live", "dead"]), { labelClasses })?.message).toMatch(/“dead” lies on examined ground.*Draw some/);
  });

  it("learns from a class that lies in one place, and refuses parts that would each have to be learned without it", async () => {
    const one = source.labels.findIndex((_, i) => i > 3 && source.labelClasses?.[i] === "dead");
    const lone = { ...source, labelClasses: renamed((_, i) => (i === one ? "dead" : "live")) };
    const data = await prepareTraining([lone], config(["live", "dead"]), 2 ** 26);
    const trained = data.planned[0]?.map?.classes?.filter((of, square) => of === 2 && data.split.roles[0]?.[square] === 1).length;
    expect(trained).toBeGreaterThan(0);
    expect(foldSources([source], config(["live", "dead"]), { by: "blocks", count: 2 }).folds).toHaveLength(2);
    expect(() => foldSources([lone], config(["live", "dead"]), { by: "blocks", count: 2 })).toThrow(/every class must remain/);
  });
});
