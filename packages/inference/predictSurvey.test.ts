import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
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
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { assemblePrediction, finishedRows, type PredictedBand } from "./assemblePrediction.ts";
import { blendWeights } from "./blendWeights.ts";
import { computeSwath } from "./computeSwath.ts";
import { entropyBytes } from "./entropyBytes.ts";
import type { SurveyPredictor } from "./inferWindow.ts";
import { memoryRaster } from "./memoryRaster.ts";
import { type PredictSurveyInput, predictSurvey } from "./predictSurvey.ts";
import { isWholeSwath } from "./swathFile.ts";
import { inferringHere } from "./windowInference.ts";
import { onGrid } from "./windowPlan.ts";
import { readingWindows } from "./windowSource.ts";

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

const architecture = { kind: "unet", baseFilters: 4, depth: 4, bandCount: 3, patchPx: 1 } as const;
const card = (gsdMeters: number) => ({ gsdMeters, unsharp: null, name: "analytic", architecture, classes: [] }) as unknown as ModelCard;

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

/** Reef as likely as the ground is red; of two classes the first as likely as it is green. */
const halves = (gsdMeters = gsd): SurveyPredictor => ({
  card: { ...card(gsdMeters), classes: ["live", "dead"] },
  strideMultiplePx: 16,
  async predict(bytes, widthPx, heightPx) {
    const count = widthPx * heightPx;
    const out = new Float32Array(3 * count);
    for (let i = 0; i < count; i++) {
      const p = red(bytes, widthPx, heightPx, i % widthPx, Math.floor(i / widthPx));
      const share = (bytes[3 * i + 1] ?? 0) / 255;
      out[i] = p;
      out[count + i] = p * share;
      out[2 * count + i] = p * (1 - share);
    }
    return out;
  },
});

const small = { maxWindowPx: 128, overlapPx: 64 };
const raster = memoryRaster(grid, ["red", "green", "blue"], pixels, valid);
async function predicted(
  predictor: SurveyPredictor,
  { band = "probability", ...more }: Partial<PredictSurveyInput> & { band?: PredictedBand } = {},
) {
  const result = await predictSurvey({ predictor, raster, image, area: null, swathDir: attempt(), windows: small, ...more });
  return { ...result, modelGrid: result.plan.modelGrid, bytes: await bytesOf(result, band) };
}
async function bytesOf(of: Pick<Awaited<ReturnType<typeof predictSurvey>>, "plan" | "swathPaths">, band: PredictedBand = "probability") {
  const parts: Uint8Array[] = [];
  for await (const { bytes } of finishedRows({ ...of, band })) parts.push(bytes);
  return Buffer.concat(parts);
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

  it("gives the same bytes whoever computes which swath in whatever order, and what a blend of the whole at once gives", async () => {
    const predictor = analytic(cross);
    const whole = await predicted(predictor);
    expect(whole.swathPaths.length).toBeGreaterThan(3);
    const { plan } = whole;
    const folders = [attempt(), attempt()];
    const order = whole.swathPaths.map((_, index) => index).sort((a, b) => ((a * 7 + 3) % 5) - ((b * 7 + 3) % 5));
    const paths: string[] = [];
    for (const index of order) {
      const path = join(folders[index % 2] ?? "", `swath-${index}.bin`);
      const source = readingWindows(raster, image, plan);
      const inference = inferringHere(analytic(cross), plan);
      await (await computeSwath({ plan, index, inference, source, path })).written;
      paths[index] = path;
    }
    expect((await bytesOf({ plan, swathPaths: paths })).equals(whole.bytes)).toBe(true);

    // All windows into one buffer of doubles, every weight from the definition of the raised cosine's integers.
    const sums = new Float64Array(grid.widthPx * grid.heightPx);
    const weights = new Float64Array(sums.length);
    const { windows } = plan;
    for (const [r, rowOff] of windows.rowOffs.entries()) {
      const down = blendWeights(windows.windowHeightPx, windows.overlapPx, r > 0, r < windows.rowOffs.length - 1);
      for (const [c, colOff] of windows.colOffs.entries()) {
        const across = blendWeights(windows.windowWidthPx, windows.overlapPx, c > 0, c < windows.colOffs.length - 1);
        const on = onGrid(windows, colOff, rowOff);
        const window = { colOff, rowOff, widthPx: windows.windowWidthPx, heightPx: windows.windowHeightPx };
        const loaded = on && (await readingWindows(raster, image, plan).load({ windowCol: c, on, window }));
        if (!loaded) continue;
        const answer = await predictor.predict(loaded.pixels, window.widthPx, window.heightPx, 1);
        answer.forEach((p, i) => {
          const [col, row] = [colOff + (i % window.widthPx), rowOff + Math.floor(i / window.widthPx)];
          if (col < 0 || row < 0 || col >= grid.widthPx || row >= grid.heightPx) return;
          const weight = (across[i % window.widthPx] ?? 0) * (down[Math.floor(i / window.widthPx)] ?? 0);
          const at = row * grid.widthPx + col;
          sums[at] = (sums[at] ?? 0) + weight * p;
          weights[at] = (weights[at] ?? 0) + weight;
        });
      }
    }
    const worst = valid.reduce((most, v, i) => {
      if (v === 0) return Math.max(most, whole.bytes[i] ?? 0);
      return Math.max(most, Math.abs(1 + (254 * (sums[i] ?? 0)) / (weights[i] ?? 1) - (whole.bytes[i] ?? 0)));
    }, 0);
    expect(worst).toBeLessThan(0.51);
  });

  it("blends any constant flat, for any size of survey, window and overlap", async () => {
    const shape = fc.record({
      widthPx: fc.integer({ min: 1, max: 300 }),
      heightPx: fc.integer({ min: 1, max: 300 }),
      maxWindowPx: fc.integer({ min: 64, max: 200 }),
      overlapPx: fc.constantFrom(32, 64),
      p: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    await fc.assert(
      fc.asyncProperty(shape, async ({ widthPx, heightPx, maxWindowPx, overlapPx, p }) => {
        const size = { ...grid, widthPx, heightPx };
        const plain = memoryRaster(size, ["red", "green", "blue"], new Uint8Array(widthPx * heightPx * 3));
        const of = { raster: plain, image: { ...image, grid: size }, windows: { maxWindowPx, overlapPx } };
        const { bytes } = await predicted(
          analytic(() => p),
          of,
        );
        expect(bytes.length).toBe(widthPx * heightPx);
        const flat = bytes[0] ?? 0;
        expect(bytes.every((value) => value === flat)).toBe(true);
        expect(Math.abs(1 + 254 * p - flat)).toBeLessThan(0.51);
      }),
      { numRuns: 25 },
    );
  });

  it("leaves nothing behind when it is stopped, and knows a whole swath from a damaged or foreign one", async () => {
    const swathDir = attempt();
    const stopped = analytic(cross);
    const cancelled = predicted(stopped, { swathDir, shouldCancel: () => stopped.calls >= 9 });
    await expect(cancelled).rejects.toMatchObject({ kind: "cancelled", code: "inference/cancelled" });
    expect((await readdir(swathDir)).filter((name) => name.endsWith(".tmp"))).toEqual([]);

    const first = await predicted(analytic(cross));
    const victim = first.swathPaths[1] ?? "";
    expect(await isWholeSwath(victim, first.plan.hash, 1)).toBe(true);
    expect(await isWholeSwath(victim, first.plan.hash, 2)).toBe(false);
    const other = await predicted(analytic(cross), { identity: "another model" });
    expect(await isWholeSwath(victim, other.plan.hash, 1)).toBe(false);
    await expect(bytesOf({ plan: other.plan, swathPaths: first.swathPaths })).rejects.toMatchObject({ code: "inference/swath-damaged" });
    const file = await readFile(victim);
    for (const at of [1, 30, Math.floor(file.length / 2), file.length - 9]) {
      const broken = Buffer.from(file);
      broken[at] = (broken[at] ?? 0) ^ 1;
      await writeFile(victim, broken);
      expect(await isWholeSwath(victim, first.plan.hash, 1)).toBe(false);
    }
    await writeFile(victim, file.subarray(0, file.length - 40));
    await expect(bytesOf(first)).rejects.toMatchObject({ code: "inference/swath-damaged" });
    expect(await isWholeSwath(join(swathDir, "never-was"), first.plan.hash, 1)).toBe(false);
  });

  it("looks at every window in eight orientations, averages them and says how much they disagree", async () => {
    // Sees the left half of its window only: every pixel of a square window is seen by half of the orientations.
    const lopsided = analytic((_bytes, widthPx, _heightPx, col) => (col < widthPx / 2 ? 0.8 : 0.4));
    const both = { testTimeAugmentation: true, spread: true } as const;
    const one = await predicted(lopsided, { ...both, windows: { maxWindowPx: 1024, overlapPx: 64 } });
    const inside = one.bytes.filter((value) => value > 0);
    expect(new Set(inside)).toEqual(new Set([byteFromProbability(0.6)]));
    // Standard deviation 0.2, doubled.
    const spread = (await bytesOf(one, "orientations")).filter((value) => value > 0);
    expect(new Set(spread)).toEqual(new Set([byteFromProbability(0.4)]));
    expect(lopsided.calls).toBe(8);
    // What does not care about orientation is unchanged, seams and nodata included, and sure.
    const [plain, turned] = [await predicted(analytic(cross)), await predicted(analytic(cross), both)];
    expect(turned.bytes.findIndex((value, i) => Math.abs(value - (plain.bytes[i] ?? 0)) > 1)).toBe(-1);
    expect([...new Set(await bytesOf(turned, "orientations"))].sort()).toEqual([0, 1]);
    await expect(bytesOf(plain, "orientations")).rejects.toMatchObject({ code: "inference/swath-damaged" });
  });

  it("tells classes apart: the likeliest at every pixel, whatever the windows, the orientations and the swaths", async () => {
    const plain = await predicted(halves());
    expect(plain.plan.planeCount).toBe(3);
    expect(plain.bytes.equals((await predicted(analytic(red))).bytes)).toBe(true);
    const classes = await bytesOf(plain, "classes");
    const wanted = valid.map((isValid, i) => {
      if (isValid === 0) return 0;
      const [p, share] = [(pixels[3 * i] ?? 0) / 255, (pixels[3 * i + 1] ?? 0) / 255];
      return byteFromProbability(Math.fround(p * (1 - share))) > byteFromProbability(Math.fround(p * share)) ? 2 : 1;
    });
    expect(classes.findIndex((value, i) => value !== wanted[i])).toBe(-1);
    expect(new Set(classes)).toEqual(new Set([0, 1, 2]));

    const turned = await predicted(halves(), { testTimeAugmentation: true, spread: true });
    expect(turned.plan.planeCount).toBe(4);
    expect((await bytesOf(turned, "classes")).equals(classes)).toBe(true);
    expect([...new Set(await bytesOf(turned, "orientations"))].sort()).toEqual([0, 1]);

    const out = { ...plain, outPath: join(folder, "classes.tif"), classNames: ["live", "dead"] };
    const { classHistogramsM2 } = await assemblePrediction({ ...out, band: "classes" });
    const { areaHistogramM2 } = await assemblePrediction({ ...out, outPath: join(folder, "p.tif"), band: "probability" });
    const [live = [], dead = []] = classHistogramsM2;
    const together = live.map((areaM2, value) => areaM2 + (dead[value] ?? 0));
    together.forEach((areaM2, value) => {
      expect(areaM2).toBeCloseTo(value === 0 ? 0 : (areaHistogramM2[value] ?? 0), 6);
    });
    expect(Math.min(...[live, dead].map((each) => each.reduce((sum, areaM2) => sum + areaM2, 0)))).toBeGreaterThan(1);
  });

  it("gives the entropy of the probability where there is no spread", async () => {
    const { bytes, plan, swathPaths } = await predicted(analytic(red));
    const entropy = await bytesOf({ plan, swathPaths }, "entropy");
    expect(entropy.findIndex((value, i) => value !== entropyBytes[bytes[i] ?? 0])).toBe(-1);
    expect([0, 1, 128, 255].map((value) => entropyBytes[value])).toEqual([0, 1, 255, 1]);
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
