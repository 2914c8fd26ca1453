import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { polygonToPixels } from "@reefline/geo/grid";
import { polygonSchema } from "@reefline/schema/feature";
import { fromFile } from "geotiff";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { chooseLandscape } from "./landscape.ts";
import { HOLDOUT_AREA, makeDemoSurvey, TRAINING_AREA } from "./makeSurvey.ts";
import { ringContains, signedArea } from "./pixelPolygon.ts";
import { FIELD, GSD_METERS, surfaceFields } from "./surfaceFields.ts";
import type { SurveyFiles } from "./surveyFiles.ts";

const SIZE = 701;
const collectionSchema = z.object({ type: z.literal("FeatureCollection"), features: z.array(z.object({ geometry: polygonSchema })) });

async function polygonsIn({ grid }: SurveyFiles, path: string): Promise<Float64Array[][]> {
  const { features } = collectionSchema.parse(JSON.parse(await readFile(path, "utf8")));
  return features.map(({ geometry }) => polygonToPixels(grid, geometry).map((ring) => ring.slice(0, -2)));
}

const areaPx = (rings: readonly Float64Array[]) => rings.reduce((sum, ring, i) => sum + Math.abs(signedArea(ring)) * (i === 0 ? 1 : -1), 0);
const covers = (rings: readonly Float64Array[], col: number, row: number) =>
  rings.filter((ring) => ringContains(ring, col, row)).length % 2 === 1;

let folder = "";
let first: SurveyFiles;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "reefline-demo-"));
  first = await makeDemoSurvey({ outDir: join(folder, "first"), sizePx: SIZE, seed: 3, blockRows: 64 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("makeDemoSurvey", () => {
  it("makes the same bytes whatever the height of its blocks, and others for another seed", async () => {
    const again = await makeDemoSurvey({ outDir: join(folder, "again"), sizePx: SIZE, seed: 3, blockRows: 23 });
    const other = await makeDemoSurvey({ outDir: join(folder, "other"), sizePx: SIZE, seed: 4 });
    for (const name of ["tif", "truth", "labels", "examined", "holdout", "holdoutTruth"] as const) {
      const bytes = await readFile(first[name]);
      expect(bytes.equals(await readFile(again[name])), name).toBe(true);
      if (name === "tif" || name === "truth") expect(bytes.equals(await readFile(other[name])), name).toBe(false);
    }
  });

  it("examines about two thirds of the ground and holds about 15 % of it out", async () => {
    const share = async (path: string) => (await polygonsIn(first, path)).reduce((sum, rings) => sum + areaPx(rings), 0) / SIZE ** 2;
    expect(await share(first.holdout)).toBeCloseTo(0.15, 1);
    expect(await share(first.examined)).toBeCloseTo(0.63, 1);
    const truth = await share(first.truth);
    expect(truth).toBeGreaterThan(0.03);
    expect(truth).toBeLessThan(0.3);
  });

  it("labels every reef worth a click in examined ground, close to the truth", async () => {
    const [truth, labels, examined] = await Promise.all([first.truth, first.labels, first.examined].map((path) => polygonsIn(first, path)));
    const counts = { both: 0, truthOnly: 0, labelOnly: 0 };
    for (let row = 2; row < SIZE; row += 4) {
      for (let col = 1; col < SIZE; col += 4) {
        if (!examined!.some((rings) => covers(rings, col, row))) continue;
        const isReef = truth!.some((rings) => covers(rings, col, row));
        const isLabelled = labels!.some((rings) => covers(rings, col, row));
        if (isReef && isLabelled) counts.both++;
        else if (isReef) counts.truthOnly++;
        else if (isLabelled) counts.labelOnly++;
      }
    }
    expect(counts.both).toBeGreaterThan(200);
    const dice = (2 * counts.both) / (2 * counts.both + counts.truthOnly + counts.labelOnly);
    expect(dice).toBeGreaterThan(0.9);
    // A hand is not a ruler.
    expect(dice).toBeLessThan(1);
  });

  it("outlines exactly the reefs that it paints: pixel centres fall on the same side of both", async () => {
    const truth = await polygonsIn(first, first.truth);
    const surface = surfaceFields(chooseLandscape(3, SIZE * GSD_METERS, [TRAINING_AREA, HOLDOUT_AREA]), SIZE, 20);
    const fields = Array.from({ length: surface.fieldCount }, () => new Float32Array(SIZE));
    const counts = { same: 0, other: 0, reef: 0 };
    for (let row = 3; row < SIZE; row += 5) {
      surface.sampleRow(fields, 0.5, 1, row + 0.5);
      for (let col = 3; col < SIZE; col += 5) {
        const isPainted = (fields[FIELD.reef]?.[col] ?? 0) > 0;
        const isOutlined = truth.some((rings) => covers(rings, col + 0.5, row + 0.5));
        counts[isPainted === isOutlined ? "same" : "other"]++;
        if (isPainted) counts.reef++;
      }
    }
    expect(counts.reef).toBeGreaterThan(400);
    // Inside one 12 cm cell the outline is straight and the painted edge a hyperbola.
    expect(counts.other / counts.reef).toBeLessThan(0.02);
  });

  it("keeps reefs off the nodata border and out of the marsh", async () => {
    const tiff = await fromFile(first.tif);
    const pixels = (await (await tiff.getImage(0)).readRasters({ interleave: true })) as unknown as Uint8Array;
    const mask = (await (await tiff.getImage(1)).readRasters({ interleave: true })) as unknown as Uint8Array;
    await tiff.close();
    const truth = await polygonsIn(first, first.truth);
    const green = { reef: 0, other: 0 };
    const counts = { reef: 0, other: 0, reefOnNodata: 0, nodata: 0 };
    for (let row = 3; row < SIZE; row += 4) {
      for (let col = 3; col < SIZE; col += 4) {
        const kind = truth.some((rings) => covers(rings, col + 0.5, row + 0.5)) ? "reef" : "other";
        if (mask[row * SIZE + col] === 0) {
          counts.nodata++;
          if (kind === "reef") counts.reefOnNodata++;
          continue;
        }
        const at = (row * SIZE + col) * 3;
        counts[kind]++;
        if ((pixels[at + 1] ?? 0) > 1.6 * (pixels[at + 2] ?? 0)) green[kind]++;
      }
    }
    expect(counts.reefOnNodata).toBeLessThan(5);
    expect(counts.nodata).toBeGreaterThan(150);
    expect(green.reef / counts.reef).toBeLessThan(0.02);
    expect(green.other / counts.other).toBeGreaterThan(0.04);
  });

  it("refuses sizes it cannot make, and stops when told to", async () => {
    await expect(makeDemoSurvey({ outDir: folder, sizePx: 100 })).rejects.toMatchObject({ code: "test-kit/survey-size" });
    await expect(makeDemoSurvey({ outDir: folder, sizePx: 60_000 })).rejects.toThrow(/50,000/);
    const stopped = AbortSignal.abort();
    await expect(makeDemoSurvey({ outDir: join(folder, "stopped"), sizePx: 300, signal: stopped })).rejects.toThrow();
  });
});
