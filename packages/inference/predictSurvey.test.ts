import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crsFromEpsg } from "@reefline/geo/crs";
import { gridBounds, gridGsdMeters, pixelToLonLat } from "@reefline/geo/grid";
import type { Polygon } from "@reefline/schema/feature";
import type { Grid } from "@reefline/schema/grid";
import type { Progress } from "@reefline/schema/job";
import { byteFromProbability } from "@reefline/schema/prediction";
import type { SurveyImage } from "@reefline/schema/survey";
import type { ModelCard } from "@reefline/schema/training";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { memoryRaster } from "./memoryRaster.ts";
import { type PredictSurveyInput, predictSurvey, type SurveyPredictor } from "./predictSurvey.ts";
import { readSwath } from "./swathFile.ts";

let folder = "";
let attempts = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "reefline-predict-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
const attempt = (): string => join(folder, `attempt-${++attempts}`);

const grid: Grid = { crs: crsFromEpsg(32618), transform: [0.05, 0, 352_000, 0, -0.05, 3_841_000], widthPx: 211, heightPx: 323 };
const gsd = gridGsdMeters(grid);
const pixels = new Uint8Array(grid.widthPx * grid.heightPx * 3);
for (let i = 0; i < grid.widthPx * grid.heightPx; i++) {
  const [col, row] = [i % grid.widthPx, Math.floor(i / grid.widthPx)];
  pixels[i * 3] = Math.round(127 + 90 * Math.sin(col / 9) * Math.cos(row / 13) + 30 * Math.sin((col * row) / 700));
  pixels[i * 3 + 1] = (col * 7 + row * 3) % 256;
  pixels[i * 3 + 2] = row % 256;
}
/** A ragged border without measurements on the left, and a hole. */
const valid = Uint8Array.from({ length: grid.widthPx * grid.heightPx }, (_, i) => {
  const [col, row] = [i % grid.widthPx, Math.floor(i / grid.widthPx)];
  return col < 20 + 8 * Math.sin(row / 5) || Math.hypot(col - 120, row - 200) < 15 ? 0 : 1;
});
const band = (name: string) => ({ name, stretch: { low: 0, high: 255 } });
const image: SurveyImage = {
  assetId: "as_0000000000000000000",
  version: "v1",
  grid,
  bounds: gridBounds(grid),
  gsdMeters: gsd,
  sampleType: "uint8",
  bands: [band("red"), band("green"), band("blue")],
  maskKind: "internal",
  nodata: null,
  sizeBytes: 1,
  sourceFileName: "made.tif",
};

const card = (gsdMeters: number) => ({ gsdMeters, unsharp: null, name: "analytic" }) as ModelCard;

/** A predictor whose answer at a pixel is known: `answer` gets the window's bytes and the pixel's place in it. */
function analytic(
  answer: (bytes: Uint8Array, widthPx: number, heightPx: number, col: number, row: number) => number,
  gsdMeters = gsd,
): SurveyPredictor & { calls: number } {
  return {
    card: card(gsdMeters),
    strideMultiplePx: 16,
    calls: 0,
    async predict(bytes, widthPx, heightPx) {
      this.calls++;
      expect([widthPx % 16, heightPx % 16, bytes.length]).toEqual([0, 0, widthPx * heightPx * 3]);
      const out = new Float32Array(widthPx * heightPx);
      for (let i = 0; i < out.length; i++) out[i] = answer(bytes, widthPx, heightPx, i % widthPx, Math.floor(i / widthPx));
      return out;
    },
  };
}
const red = (bytes: Uint8Array, widthPx: number, _heightPx: number, col: number, row: number) =>
  (bytes[(row * widthPx + col) * 3] ?? 0) / 255;
/** Needs context: the mean red of a cross of 13 px, cut off at the window's edge as a zero-padded convolution would. */
const cross = (bytes: Uint8Array, widthPx: number, heightPx: number, col: number, row: number) => {
  let sum = 0;
  for (let d = -6; d <= 6; d++) {
    if (col + d >= 0 && col + d < widthPx) sum += bytes[(row * widthPx + col + d) * 3] ?? 0;
    if (row + d >= 0 && row + d < heightPx) sum += bytes[((row + d) * widthPx + col) * 3] ?? 0;
  }
  return sum / (26 * 255);
};

const small = { maxWindowPx: 128, overlapPx: 64 };
async function predicted(predictor: SurveyPredictor, more: Partial<PredictSurveyInput> = {}) {
  const raster = memoryRaster(grid, ["red", "green", "blue"], pixels, valid);
  const result = await predictSurvey({ predictor, raster, image, area: null, attemptDir: attempt(), windows: small, ...more });
  const parts = await Promise.all(result.swaths.map(async (swath) => (await readSwath(swath.path)).bytes));
  return { ...result, bytes: Buffer.concat(parts) };
}

describe("predictSurvey", () => {
  it("blends a constant exactly flat, and leaves nodata at 0", async () => {
    for (const p of [0.137, 0.5, 1]) {
      const { bytes, modelGrid } = await predicted(analytic(() => p));
      expect([modelGrid.widthPx, modelGrid.heightPx]).toEqual([211, 323]);
      expect(bytes.length).toBe(211 * 323);
      const wanted = Buffer.from(valid.map((v) => (v === 1 ? byteFromProbability(p) : 0)));
      expect(bytes.equals(wanted)).toBe(true);
    }
  });

  it("puts every pixel's own answer at that pixel", async () => {
    const { bytes } = await predicted(analytic(red));
    const wanted = valid.map((v, i) => (v === 1 ? byteFromProbability((pixels[i * 3] ?? 0) / 255) : 0));
    expect(bytes.findIndex((value, i) => value !== wanted[i])).toBe(-1);
  });

  it("shows no seam: many small windows agree with one large one", async () => {
    const one = await predicted(analytic(cross), { windows: { maxWindowPx: 1024, overlapPx: 64 } });
    const many = await predicted(analytic(cross));
    expect(one.windowsComputed).toBe(1);
    expect(many.windowsComputed).toBeGreaterThan(15);
    const differences = many.bytes.map((value, i) => Math.abs(value - (one.bytes[i] ?? 0)));
    // A pixel within 6 px of a window's edge weighs little there, but not nothing.
    expect(differences.reduce((most, value) => Math.max(most, value), 0)).toBeLessThanOrEqual(4);
  });

  it("does not depend on swath height", async () => {
    const whole = await predicted(analytic(cross), { windowRowsPerSwath: 100 });
    expect(whole.swaths).toHaveLength(1);
    for (const windowRowsPerSwath of [1, 2, 3]) {
      const parts = await predicted(analytic(cross), { windowRowsPerSwath });
      expect(parts.swaths.length).toBeGreaterThan(1);
      expect(parts.bytes.equals(whole.bytes)).toBe(true);
    }
  });

  it("resumes after being stopped anywhere with the same bytes, and computes only what is missing", async () => {
    const whole = await predicted(analytic(cross));
    for (const stopAfter of [0, 9, 14]) {
      const stopped = analytic(cross);
      const attemptDir = attempt();
      const cancelled = predicted(stopped, { attemptDir, shouldCancel: () => stopped.calls >= stopAfter });
      await expect(cancelled).rejects.toMatchObject({ kind: "cancelled", code: "inference/cancelled" });
      const resumed = await predicted(analytic(cross), { resumeFrom: [attemptDir, join(folder, "never-was")] });
      expect(resumed.bytes.equals(whole.bytes)).toBe(true);
      if (stopAfter >= 9) expect(resumed.windowsComputed).toBeLessThan(whole.windowsComputed);
    }
  });

  it("does not trust a damaged swath, nor one of another plan", async () => {
    const attemptDir = attempt();
    const first = await predicted(analytic(cross), { attemptDir });
    const victim = first.swaths[1]?.path ?? "";
    const file = await readFile(victim);
    file[file.length - 9] = (file[file.length - 9] ?? 0) ^ 1;
    await writeFile(victim, file);
    const again = await predicted(analytic(cross), { resumeFrom: [attemptDir] });
    expect(again.swathsReused).toBe(first.swaths.length - 1);
    expect(again.bytes.equals(first.bytes)).toBe(true);
    const other = await predicted(analytic(cross), { resumeFrom: [attemptDir], identity: "another model" });
    expect(other.swathsReused).toBe(0);
  });

  it("predicts a drawn area as it would be within the whole, and nothing outside", async () => {
    const toLonLat = pixelToLonLat(grid);
    const ring = [
      [60.2, 40.7],
      [150.9, 52.1],
      [101.3, 150.4],
      [60.2, 40.7],
    ].map(([col = 0, row = 0]): [number, number] => {
      const { lon, lat } = toLonLat(col, row);
      return [lon, lat];
    });
    const area: Polygon[] = [{ type: "Polygon", coordinates: [ring] }];
    const whole = await predicted(analytic(cross));
    const part = await predicted(analytic(cross), { area });
    expect(part.windowsComputed).toBeLessThan(whole.windowsComputed);
    let inside = 0;
    let different = 0;
    part.bytes.forEach((value, i) => {
      if (value === 0) return;
      inside++;
      if (value !== whole.bytes[i]) different++;
    });
    expect(different).toBe(0);
    expect(inside).toBeGreaterThan(4000);
    expect(inside).toBeLessThan(5000);
    const far: Polygon[] = [{ type: "Polygon", coordinates: [ring.map(([lon, lat]): [number, number] => [lon + 1, lat])] }];
    await expect(predicted(analytic(cross), { area: far })).rejects.toMatchObject({ code: "inference/area-outside" });
  });

  it("skips windows without a measurement", async () => {
    const nothing = memoryRaster(grid, ["red", "green", "blue"], pixels, new Uint8Array(grid.widthPx * grid.heightPx));
    const { bytes, windowsComputed } = await predicted(analytic(red), { raster: nothing });
    expect(windowsComputed).toBe(0);
    expect(bytes.every((value) => value === 0)).toBe(true);
  });

  it("works in the model's own, coarser grid", async () => {
    const { modelGrid, bytes } = await predicted(analytic(() => 0.25, gsd * 2.5));
    expect([modelGrid.widthPx, modelGrid.heightPx]).toEqual([85, 130]);
    expect(new Set(bytes)).toEqual(new Set([0, byteFromProbability(0.25)]));
  });

  it("tells progress that only grows and ends at 1", async () => {
    const seen: Progress[] = [];
    await predicted(analytic(red), { onProgress: (progress) => seen.push(progress) });
    const fractions = seen.map((progress) => progress.fraction ?? Number.NaN);
    expect(fractions.every((fraction, i) => fraction >= (fractions[i - 1] ?? 0))).toBe(true);
    expect(fractions.at(-1)).toBeCloseTo(1, 9);
    expect(seen.at(-1)?.message).toMatch(/Mpx\/s/);
    expect(seen.at(-1)?.secondsLeft).toBe(0);
  });
});
