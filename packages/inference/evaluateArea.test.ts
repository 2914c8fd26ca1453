import { readFileSync } from "node:fs";
import { join } from "node:path";
import { crsFromEpsg } from "@reefline/geo/crs";
import type { Polygon } from "@reefline/schema/feature";
import type { Affine, Grid } from "@reefline/schema/grid";
import { describe, expect, it } from "vitest";
import { evaluateArea, evaluationHistogram } from "./evaluateArea.ts";
import { memoryRaster } from "./memoryRaster.ts";

interface GoldenCase {
  epsg: number;
  survey: { transform: Affine; widthPx: number; heightPx: number };
  model: { transform: Affine; widthPx: number; heightPx: number };
  probability: number[];
  truth: Polygon[];
  area: Polygon[];
  invalidFromCol: number;
  expected: ({ threshold: number; areaM2: { predicted: number; truth: number } } & Record<string, number>)[];
}

const golden = JSON.parse(readFileSync(join(import.meta.dirname, "../../tests/golden/evaluate/case.json"), "utf8")) as GoldenCase;
const crs = crsFromEpsg(golden.epsg);
const surveyGrid: Grid = { crs, ...golden.survey };
const pixelCount = surveyGrid.widthPx * surveyGrid.heightPx;
const measured = Uint8Array.from({ length: pixelCount }, (_, i) => (i % surveyGrid.widthPx < golden.invalidFromCol ? 1 : 0));
const surveyRaster = memoryRaster(surveyGrid, ["grey"], new Uint8Array(pixelCount), measured);
const probabilityBytes = Uint8Array.from(golden.probability);
const probability = memoryRaster({ crs, ...golden.model }, ["probability"], probabilityBytes);
const { truth, area } = golden;

describe("evaluateArea", () => {
  it("counts what rasterio, SciPy and scikit-learn count, at every threshold", async () => {
    const histogram = await evaluationHistogram({ probability, surveyGrid, surveyRaster, truth, area });
    expect(golden.expected.length).toBe(4);
    for (const wanted of golden.expected) {
      const seen = histogram.at(wanted.threshold);
      const { tp, fp, fn, tn } = seen;
      expect({ tp, fp, fn, tn }).toEqual({ tp: wanted.tp, fp: wanted.fp, fn: wanted.fn, tn: wanted.tn });
      for (const metric of ["dice", "iou", "precision", "recall"] as const)
        expect(seen[metric]).toBeCloseTo(wanted[metric] ?? Number.NaN, 12);
      expect(seen.areaM2.predicted / wanted.areaM2.predicted).toBeCloseTo(1, 5);
      expect(seen.areaM2.truth / wanted.areaM2.truth).toBeCloseTo(1, 5);
    }
    expect(histogram.sweep([0.2, 0.9]).map((each) => each.threshold)).toEqual([0.2, 0.9]);
  });

  it("counts ground without a prediction as not predicted", async () => {
    const blank = memoryRaster(probability.grid, ["probability"], new Uint8Array(golden.probability.length));
    const seen = await evaluateArea({ probability: blank, surveyGrid, surveyRaster, truth, area, threshold: 0.5 });
    expect([seen.tp, seen.fp, seen.recall, seen.precision]).toEqual([0, 0, 0, 0]);
    expect(seen.fn).toBe((golden.expected[0]?.tp ?? 0) + (golden.expected[0]?.fn ?? 0));
  });

  it("leaves nodata out of the interpolation instead of mixing it in", async () => {
    const holed = probabilityBytes.map((_, i) => (Math.floor(i / golden.model.widthPx) % 2 === 0 ? 0 : 200));
    const seen = await evaluateArea({
      probability: memoryRaster(probability.grid, ["probability"], holed),
      surveyGrid,
      surveyRaster,
      truth,
      area,
      threshold: 199 / 254,
    });
    // Every pixel lies within one row of a row of 200s.
    expect(seen.fn + seen.tn).toBe(0);
  });

  it("says so when the area holds no measured pixel", async () => {
    const [first] = area;
    const away: Polygon = {
      type: "Polygon",
      coordinates: first?.coordinates.map((ring) => ring.map(([lon, lat]) => [lon + 1, lat])) ?? [],
    };
    await expect(evaluateArea({ probability, surveyGrid, surveyRaster, truth, area: [away], threshold: 0.5 })).rejects.toMatchObject({
      code: "inference/empty-area",
    });
  });
});
