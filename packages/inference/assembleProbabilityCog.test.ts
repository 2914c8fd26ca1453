import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crsFromEpsg } from "@reefline/geo/crs";
import { polygonAreaM2 } from "@reefline/geo/geodesic";
import { pixelToLonLat } from "@reefline/geo/grid";
import { openFileSource } from "@reefline/raster/fileSource";
import { openGeoTiff } from "@reefline/raster/geotiffRaster";
import type { Position } from "@reefline/schema/feature";
import type { Grid } from "@reefline/schema/grid";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { assembleProbabilityCog } from "./assembleProbabilityCog.ts";
import { type SwathRef, writeSwath } from "./swathFile.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "reefline-assemble-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const modelGrid: Grid = { crs: crsFromEpsg(32618), transform: [0.2, 0, 352_000, 0, -0.2, 3_841_000], widthPx: 732, heightPx: 1104 };
/** Nodata in the left 100 columns and in one pixel of every 2 × 2 in the lower half. */
const byteAt = (col: number, row: number): number =>
  col < 100 || (row > 600 && col % 2 === 0 && row % 2 === 0) ? 0 : 1 + ((col + 2 * row) % 255);

async function swathsOf(planHash: string, heights: number[]): Promise<SwathRef[]> {
  const swaths: SwathRef[] = [];
  let rowOff = 0;
  for (const [index, heightPx] of heights.entries()) {
    const { widthPx } = modelGrid;
    const bytes = Uint8Array.from({ length: widthPx * heightPx }, (_, i) => byteAt(i % widthPx, rowOff + Math.floor(i / widthPx)));
    swaths.push(await writeSwath(join(folder, planHash), { planHash, index, rowOff, heightPx, widthPx }, bytes));
    rowOff += heightPx;
  }
  return swaths;
}

describe("assembleProbabilityCog", () => {
  it("writes the bytes, averages overviews without nodata, and counts ground by byte", async () => {
    const outPath = join(folder, "probability.tif");
    const swaths = await swathsOf("plan-a", [500, 1, 603]);
    const { areaHistogramM2 } = await assembleProbabilityCog({ outPath, modelGrid, planHash: "plan-a", swaths });
    const raster = await openGeoTiff(await openFileSource(outPath));
    try {
      expect([raster.grid.widthPx, raster.grid.heightPx, raster.nodata, raster.maskKind]).toEqual([732, 1104, 0, "nodata"]);
      expect(raster.grid.transform).toEqual(modelGrid.transform);
      const whole = await raster.read({ colOff: 0, rowOff: 0, widthPx: 732, heightPx: 1104 });
      expect(whole.data.findIndex((value, i) => value !== byteAt(i % 732, Math.floor(i / 732)))).toBe(-1);
      expect(raster.levels.length).toBeGreaterThan(1);
      const half = await raster.read({ colOff: 150, rowOff: 350, widthPx: 3, heightPx: 2 }, { level: 1 });
      const quads = [byteAt(301, 700), byteAt(300, 701), byteAt(301, 701)];
      expect(Math.abs((half.data[0] ?? 0) - quads.reduce((sum, value) => sum + value, 0) / 3)).toBeLessThanOrEqual(0.51);
    } finally {
      await raster.close();
    }
    const toLonLat = pixelToLonLat(modelGrid);
    const corners = [0, 1, 2, 3, 0].map((k): Position => {
      const { lon, lat } = toLonLat(k === 1 || k === 2 ? 732 : 0, k >= 2 ? 1104 : 0);
      return [lon, lat];
    });
    const ground = polygonAreaM2({ type: "Polygon", coordinates: [corners] });
    expect(areaHistogramM2).toHaveLength(256);
    expect(areaHistogramM2.reduce((sum, area) => sum + area, 0) / ground).toBeCloseTo(1, 6);
    let empty = 0;
    for (let row = 0; row < 1104; row++) for (let col = 0; col < 732; col++) if (byteAt(col, row) === 0) empty++;
    expect((areaHistogramM2[0] ?? 0) / ground).toBeCloseTo(empty / (732 * 1104), 6);
  });

  it("keeps a CRS without an EPSG code by the survey file's own keys", async () => {
    // Transverse Mercator on WGS 84, central meridian −75.25°, user-defined; pixel is point, which the reader has already undone.
    const rawGeoKeys = {
      directory: [
        [1, 1, 0, 12],
        [1024, 0, 1, 1],
        [1025, 0, 1, 2],
        [2048, 0, 1, 4326],
        [3072, 0, 1, 32767],
        [3074, 0, 1, 32767],
        [3075, 0, 1, 1],
        [3076, 0, 1, 9001],
        [3080, 34736, 1, 0],
        [3081, 34736, 1, 1],
        [3082, 34736, 1, 2],
        [3083, 34736, 1, 3],
        [3092, 34736, 1, 4],
      ].flat(),
      doubles: [-75.25, 34, 10_000, 20_000, 0.9998],
    };
    const swaths = await swathsOf("plan-d", [1104]);
    const [surveyPath, outPath] = [join(folder, "uncoded.tif"), join(folder, "uncoded-probability.tif")];
    const parts = { modelGrid, planHash: "plan-d", swaths };
    await assembleProbabilityCog({ ...parts, outPath: surveyPath, rawGeoKeys });
    const survey = await openGeoTiff(await openFileSource(surveyPath));
    expect(survey.grid.crs).toMatchObject({ epsg: null, kind: "projected" });
    await assembleProbabilityCog({ ...parts, modelGrid: survey.grid, outPath, rawGeoKeys: survey.rawGeoKeys });
    const probability = await openGeoTiff(await openFileSource(outPath));
    expect(probability.grid).toEqual(survey.grid);
    await Promise.all([survey.close(), probability.close()]);
    await expect(assembleProbabilityCog({ ...parts, modelGrid: survey.grid, outPath: join(folder, "no.tif") })).rejects.toMatchObject({
      code: "raster/crs-without-code",
    });
  });

  it("refuses swaths of another plan", async () => {
    const swaths = await swathsOf("plan-b", [1104]);
    const outPath = join(folder, "other.tif");
    await expect(assembleProbabilityCog({ outPath, modelGrid, planHash: "plan-c", swaths })).rejects.toMatchObject({
      code: "inference/swath-damaged",
    });
  });
});
