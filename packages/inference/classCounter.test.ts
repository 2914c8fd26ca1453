import { readFileSync } from "node:fs";
import { join } from "node:path";
import { classScores } from "@reefline/accuracy/classScores";
import { crsFromEpsg } from "@reefline/geo/crs";
import type { Polygon } from "@reefline/schema/feature";
import type { Affine, Grid } from "@reefline/schema/grid";
import { describe, expect, it } from "vitest";
import { evaluateArea } from "./evaluateArea.ts";
import { memoryRaster } from "./memoryRaster.ts";

interface GoldenCase {
  epsg: number;
  survey: { transform: Affine; widthPx: number; heightPx: number };
  model: { transform: Affine; widthPx: number; heightPx: number };
  names: string[];
  probability: number[];
  likeliest: number[];
  labels: Polygon[][];
  unsaid: Polygon[];
  area: Polygon[];
  pixelM2: number;
  expected: { threshold: number; pixels: number[][]; dice: number[]; iou: number[]; precision: number[]; recall: number[] }[];
}

const golden = JSON.parse(readFileSync(join(import.meta.dirname, "../../tests/golden/evaluate/classes.json"), "utf8")) as GoldenCase;
const crs = crsFromEpsg(golden.epsg);
const surveyGrid: Grid = { crs, ...golden.survey };
const modelGrid: Grid = { crs, ...golden.model };
const surveyRaster = memoryRaster(surveyGrid, ["grey"], new Uint8Array(surveyGrid.widthPx * surveyGrid.heightPx));
const probability = memoryRaster(modelGrid, ["probability"], Uint8Array.from(golden.probability));
const predicted = memoryRaster(modelGrid, ["class"], Uint8Array.from(golden.likeliest));
const { names, labels, unsaid, area } = golden;
const judged = {
  probability,
  surveyGrid,
  surveyRaster,
  truth: [...labels.flat(), ...unsaid],
  area,
  classes: { names, truth: labels, predicted },
};

describe("judging by class", () => {
  it("counts what rasterio and scikit-learn count, at every threshold; reef of a class that is not said is left out", async () => {
    expect(golden.expected.length).toBe(3);
    for (const wanted of golden.expected) {
      const { byClass } = await evaluateArea({ ...judged, threshold: wanted.threshold });
      expect(byClass?.classes).toEqual(names);
      expect(byClass?.pixels).toEqual(wanted.pixels);
      const scores = byClass ? classScores(byClass) : [];
      for (const metric of ["dice", "iou", "precision", "recall"] as const)
        for (const [k, score] of scores.entries()) expect(score[metric]).toBeCloseTo(wanted[metric][k] ?? Number.NaN, 12);
      for (const [k, { areaM2 }] of scores.entries()) {
        const ofTruth = wanted.pixels[k + 1]?.reduce((sum, count) => sum + count, 0) ?? 0;
        expect((areaM2?.labelled ?? 0) / (ofTruth * golden.pixelM2)).toBeCloseTo(1, 5);
      }
    }
  });

  it("changes nothing else, the fingerprints of ground and truth among it", async () => {
    const { classes, ...plain } = judged;
    const { byClass, ...withClasses } = await evaluateArea({ ...judged, threshold: 0.5 });
    expect(classes.names.length).toBe(byClass?.classes.length);
    expect(withClasses).toEqual(await evaluateArea({ ...plain, threshold: 0.5 }));
  });

  it("knows nothing of classes where no label says one, and takes ground without a class for none", async () => {
    const silent = await evaluateArea({ ...judged, classes: { ...judged.classes, truth: [[], [], []] }, threshold: 0.5 });
    expect(silent.byClass).toBeUndefined();
    const blank = memoryRaster(modelGrid, ["class"], new Uint8Array(golden.likeliest.length));
    const { byClass } = await evaluateArea({ ...judged, classes: { ...judged.classes, predicted: blank }, threshold: 0.2 });
    expect(byClass?.pixels.flatMap((row) => row.slice(1)).every((count) => count === 0)).toBe(true);
  });

  it("takes the class of a neighbour where the nearest pixel holds no data", async () => {
    // Every other row without data, as the probability: what lies between has the class of the row beside it.
    const holed = (values: readonly number[]) =>
      Uint8Array.from(values, (value, i) => (Math.floor(i / modelGrid.widthPx) % 2 === 0 ? 0 : value));
    const { byClass, tp, fp } = await evaluateArea({
      ...judged,
      probability: memoryRaster(modelGrid, ["probability"], holed(golden.probability.map(() => 200))),
      classes: { ...judged.classes, predicted: memoryRaster(modelGrid, ["class"], holed(golden.likeliest.map(() => 2))) },
      threshold: 199 / 254,
    });
    expect(tp + fp).toBeGreaterThan(4_000);
    for (const row of byClass?.pixels ?? []) expect([row[0], row[1], row[3]]).toEqual([0, 0, 0]);
  });
});
