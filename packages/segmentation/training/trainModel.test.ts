import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openFileSource } from "@reefline/raster/tiff/fileSource";
import { openGeoTiff } from "@reefline/raster/tiff/geotiffRaster";
import type { Polygon } from "@reefline/schema/feature";
import { type HistoryEvent, type TrainConfig, trainConfigSchema } from "@reefline/schema/training";
import { makeTinySurvey } from "@reefline/test-kit/makeTinySurvey";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadPredictor } from "../engines/predictor.ts";
import { readModel, writeCard } from "../modelFiles/modelFiles.ts";
import { madeImage } from "./madeImage.ts";
import type { RenderedChip, TrainHooks, TrainInput, TrainSource } from "./trainInput.ts";
import { trainingReadiness } from "./trainingGround.ts";
import { trainModel } from "./trainModel.ts";

let folder: string;
let source: TrainSource;

const polygons = (path: string): Polygon[] =>
  (JSON.parse(readFileSync(path, "utf8")) as { features: { geometry: Polygon }[] }).features.map(({ geometry }) => geometry);
const config = (epochs: number): TrainConfig => trainConfigSchema.parse({ seed: 3, budget: { kind: "epochs", epochs }, gsdMeters: 0.06 });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "reefline-train-"));
  const files = await makeTinySurvey({ outDir: folder, widthPx: 900, heightPx: 700, seed: 2 });
  const raster = await openGeoTiff(await openFileSource(files.tif));
  source = {
    surveyId: "sv_0000000000000000000",
    surveyName: "Tiny",
    raster,
    image: madeImage(raster),
    labels: polygons(files.labels),
    unsure: [],
    examined: polygons(files.examined),
    holdout: polygons(files.holdout),
    ignore: [],
    lastEditSeq: 5,
  };
});
afterAll(async () => {
  await source.raster.close();
  await rm(folder, { recursive: true });
});

function input(name: string, epochs: number, more: Partial<TrainInput> = {}): TrainInput {
  const [checkpointDir, modelDir] = [join(folder, `${name}-checkpoint`), join(folder, name)];
  return { sources: [source], config: config(epochs), name, checkpointDir, modelDir, resume: false, encoderPath: null, ...more };
}

function watch(shouldStop: (step: number) => ReturnType<TrainHooks["shouldStop"]> = () => "no") {
  const seen = { events: [] as HistoryEvent[], chips: [] as RenderedChip[], asked: 0 };
  const hooks: TrainHooks = {
    onEvent: (event) => seen.events.push(event),
    onProgress: () => undefined,
    onChips: (chips) => {
      seen.chips = chips;
    },
    shouldStop: () => shouldStop(seen.asked++),
  };
  return { seen, hooks };
}

describe("trainModel", { timeout: 120_000 }, () => {
  it("learns a tiny survey, keeps the best weights and writes a model that predicts", async () => {
    const { seen, hooks } = watch();
    const { card } = await trainModel(input("learned", 4), hooks);
    expect(card.validation.dice).toBeGreaterThan(0.6);
    expect(card.heldOut).toBeNull();
    expect(card.steps).toBe(card.epochs * (card.steps / 4));
    const validations = seen.events.flatMap((event) => (event.kind === "validation" ? [event] : []));
    expect(validations).toHaveLength(4);
    expect(validations.at(-1)?.loss).toBeLessThan(validations[0]?.loss ?? 0);
    const best = validations.filter((event) => event.best).at(-1);
    expect(card.bestEpoch).toBe(best?.epoch);
    expect(Math.max(...validations.map(({ dice }) => dice))).toBe(best?.dice);
    expect(seen.chips.length).toBeGreaterThan(0);
    for (const chip of seen.chips) expect(chip.prediction.length).toBe(chip.widthPx * chip.heightPx);
    expect(existsSync(join(folder, "learned-checkpoint", "checkpoint.bin"))).toBe(false);

    const predictor = await loadPredictor(join(folder, "learned"));
    expect(predictor.card).toEqual(card);
    const [widthPx, heightPx] = [3 * predictor.strideMultiplePx, 2 * predictor.strideMultiplePx];
    const pixels = new Uint8Array(widthPx * heightPx * 3).fill(120);
    const probability = await predictor.predict(pixels, widthPx, heightPx, 1);
    expect(probability.length).toBe(widthPx * heightPx);
    expect(probability.every((p) => p >= 0 && p <= 1)).toBe(true);
    await expect(predictor.predict(pixels, widthPx - 1, heightPx, 1)).rejects.toThrow(/multiples of/);
    predictor.dispose();
    await writeCard(join(folder, "learned"), { ...card, heldOut: { ...card.validation, areaM2: { predicted: 1, truth: 2 } } });
    expect((await readModel(join(folder, "learned"))).card.heldOut?.areaM2.truth).toBe(2);
  });

  it("goes on after a crash as if nothing had happened", async () => {
    await trainModel(input("whole", 2), watch().hooks);
    const cut = watch((asked) => (asked > 21 ? "cancel" : "no"));
    await expect(trainModel(input("cut", 2, { checkpointSeconds: 0.5 }), cut.hooks)).rejects.toMatchObject({ kind: "cancelled" });
    expect(existsSync(join(folder, "cut", "card.json"))).toBe(false);
    const rest = watch();
    await trainModel(input("cut", 2, { resume: true }), rest.hooks);
    const first = rest.seen.events[0];
    expect(first?.step).toBeGreaterThan(5);
    const weights = (name: string) => readFileSync(join(folder, name, "weights.bin"));
    expect(weights("cut").equals(weights("whole"))).toBe(true);
  });

  it("goes on with running means of the weights and a plateau schedule as if nothing had happened", async () => {
    const recipe = { ...config(2), averaging: true, schedule: "plateau", loss: "focal", augmentation: "course" } as const;
    const { card } = await trainModel({ ...input("means", 2), config: recipe }, watch().hooks);
    expect(card.config).toEqual(recipe);
    const cut = watch((asked) => (asked > 21 ? "cancel" : "no"));
    await expect(trainModel({ ...input("cut means", 2, { checkpointSeconds: 0.5 }), config: recipe }, cut.hooks)).rejects.toMatchObject({
      kind: "cancelled",
    });
    await trainModel({ ...input("cut means", 2, { resume: true }), config: recipe }, watch().hooks);
    const weights = (name: string) => readFileSync(join(folder, name, "weights.bin"));
    expect(weights("cut means").equals(weights("means"))).toBe(true);
    expect(weights("means").equals(weights("whole"))).toBe(false);
  });

  it("stops when asked and keeps what it has", async () => {
    const { hooks } = watch((asked) => (asked > 2 ? "stop-and-keep-best" : "no"));
    const { card } = await trainModel(input("stopped", 50), hooks);
    expect(card.stoppedBecause).toBe("user");
    expect(card.steps).toBeLessThan(6);
    expect(existsSync(join(folder, "stopped", "weights.bin"))).toBe(true);
  });
});

describe("trainingReadiness", () => {
  const code = (change: Partial<TrainSource>) => trainingReadiness([{ ...source, ...change }], config(1)).refusal?.code;

  it("says what is missing, and nothing when all is there", () => {
    expect(code({})).toBeUndefined();
    expect(code({ labels: [] })).toBe("segmentation/no-labels");
    expect(code({ examined: [] })).toBe("segmentation/no-examined-area");
    expect(code({ holdout: source.examined })).toBe("segmentation/no-examined-area");
    expect(code({ labels: source.holdout.slice(0, 1) })).toBe("segmentation/no-reef-examined");
    expect(code({ labels: source.examined })).toBe("segmentation/one-class");
    expect(trainingReadiness([], config(1)).refusal?.code).toBe("segmentation/no-survey");
    expect(trainingReadiness([source], config(1)).heldOutAreaM2).toBeGreaterThan(1);
  });
});
