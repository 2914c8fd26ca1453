import { pixelRectangle } from "@reefline/geo/pixelRectangle";
import type { Raster } from "@reefline/raster/raster";
import type { Polygon } from "@reefline/schema/feature";
import type { Grid } from "@reefline/schema/grid";
import { trainConfigSchema } from "@reefline/schema/training";
import { describe, expect, it } from "vitest";
import { judgingAdvice } from "./judgingAdvice.ts";
import type { TrainSource } from "./trainInput.ts";

const gsd = 0.05;
const config = trainConfigSchema.parse({ preset: "fast", gsdMeters: gsd, seed: 2 });
const pixels = (): never => {
  throw new Error("It was to read no pixel.");
};

/** Reefs 24 px wide, one in every 90 × 80 px, on examined ground of this size; the survey is a little larger. */
function survey(
  widthPx: number,
  heightPx: number,
  holdout: readonly { colOff: number; rowOff: number; widthPx: number; heightPx: number }[],
): TrainSource {
  const grid: Grid = {
    crs: { epsg: 32618, proj4: "+proj=utm +zone=18 +datum=WGS84 +units=m +no_defs", kind: "projected", metersPerUnit: 1, name: "UTM 18N" },
    transform: [gsd, 0, 440_000, 0, -gsd, 4_100_000],
    widthPx: widthPx + 30,
    heightPx: heightPx + 50,
  };
  const at = (window: { colOff: number; rowOff: number; widthPx: number; heightPx: number }): Polygon => pixelRectangle(grid, window);
  const labels: Polygon[] = [];
  for (let rowOff = 30; rowOff + 24 < heightPx; rowOff += 80)
    for (let colOff = 20; colOff + 24 < widthPx; colOff += 90) labels.push(at({ colOff, rowOff, widthPx: 24, heightPx: 24 }));
  return {
    surveyId: "sv_0000000000000000000",
    surveyName: "Made",
    raster: new Proxy({} as Raster, { get: pixels }),
    image: {
      assetId: "as_0000000000000000000",
      version: "1",
      grid,
      bounds: { west: 0, south: 0, east: 1, north: 1 },
      gsdMeters: gsd,
      sampleType: "uint8",
      bands: [],
      maskKind: "none",
      nodata: null,
      sizeBytes: 0,
      sourceFileName: "made.tif",
    },
    labels,
    unsure: [],
    examined: [at({ colOff: 0, rowOff: 0, widthPx, heightPx })],
    holdout: holdout.map(at),
    ignore: [],
    lastEditSeq: 1,
  };
}

describe("how a training will be judged", () => {
  it("on the held-out area, where that holds enough", () => {
    const made = survey(1_400, 900, [{ colOff: 0, rowOff: 0, widthPx: 400, heightPx: 330 }]);
    expect(judgingAdvice([made], config)).toEqual({ way: "held-out", reason: null, plan: null });
  });

  it("on ground set aside at a distance, where nothing is held out and the ground is large", () => {
    expect(judgingAdvice([survey(4_400, 3_900, [])], config)).toEqual({ way: "set-aside", reason: null, plan: null });
  });

  it("part by part, where nothing is held out and the ground is small", () => {
    const advice = judgingAdvice([survey(1_100, 700, [])], config);
    expect(advice).toMatchObject({ way: "folds", plan: { by: "blocks", count: 5 } });
    expect(advice.reason).toContain("too small to set part of it aside");
  });

  it.each([
    ["hardly a pixel", { colOff: 15, rowOff: 25, widthPx: 60, heightPx: 50 }, /holds only [\d,]+ pixels/],
    ["few reefs", { colOff: 0, rowOff: 0, widthPx: 190, heightPx: 90 }, /only 2 labelled reefs/],
    ["no reef", { colOff: 46, rowOff: 0, widthPx: 60, heightPx: 690 }, /no labelled reef/],
    ["nothing but reef", { colOff: 21, rowOff: 31, widthPx: 22, heightPx: 22 }, /nothing but reef/],
  ])("part by part, where the held-out area holds %s", (_name, window, reason) => {
    const advice = judgingAdvice([survey(1_100, 700, [window])], config);
    expect(advice.reason).toMatch(reason);
    expect(advice).toMatchObject({ way: "folds", plan: { by: "blocks" } });
  });

  it("says so where the ground cannot be left out either, and leaves what cannot be trained to the refusal", () => {
    const made = survey(500, 400, []);
    const lonely = judgingAdvice([{ ...made, labels: made.labels.slice(0, 1) }], config);
    expect(lonely.plan).toBeNull();
    expect(judgingAdvice([{ ...made, labels: [] }], config)).toEqual({ way: "set-aside", reason: null, plan: null });
  });
});
