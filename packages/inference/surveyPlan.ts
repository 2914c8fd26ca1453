import { createHash } from "node:crypto";
import { modelBands } from "@reefline/chips/modelInput";
import { pixelExtent, rasterizePolygons } from "@reefline/chips/rasterizePolygons";
import { polygonToPixels, rescaleGrid } from "@reefline/geo/grid";
import { AppError } from "@reefline/schema/errors";
import type { Polygon } from "@reefline/schema/feature";
import type { Grid, Window } from "@reefline/schema/grid";
import type { SurveyImage } from "@reefline/schema/survey";
import type { ModelCard } from "@reefline/schema/training";
import { modelGsdMeters } from "./modelGsd.ts";
import { onGrid, planWindows, type WindowPlan, type WindowPlanOptions } from "./windowPlan.ts";

/** The drawn area in a grid's pixels. */
export interface PlannedArea {
  /** 1 where a pixel's centre lies in the area. */
  mask(window: Window): Uint8Array;
  mayTouch(window: Window): boolean;
}

/** One window to predict. */
export interface WindowTask {
  readonly windowCol: number;
  /** May hang over the grid. */
  readonly window: Window;
  /** The part on the grid. */
  readonly on: Window;
}

/** Everything about predicting one survey by one model that is known before the first pixel. Plain data. */
export interface SurveyPlan {
  readonly modelGrid: Grid;
  readonly windows: WindowPlan;
  readonly area: readonly Polygon[] | null;
  /** Values kept per pixel: the probability of reef, that of each class where classes are told apart, the spread over orientations if wanted. */
  readonly planeCount: number;
  readonly classCount: number;
  readonly testTimeAugmentation: boolean;
  readonly unsharp: ModelCard["unsharp"];
  readonly bandCount: number;
  /** Everything the bytes of a swath depend on. */
  readonly hash: string;
}

export interface SurveyPlanInput {
  readonly card: ModelCard;
  readonly strideMultiplePx: number;
  readonly image: SurveyImage;
  /** Where to predict, WGS 84; null: the whole survey. */
  readonly area: readonly Polygon[] | null;
  readonly testTimeAugmentation?: boolean;
  /** Keep how much the orientations disagree; only with test-time augmentation. */
  readonly spread?: boolean;
  readonly windows?: WindowPlanOptions;
  /** Whatever else the result depends on (model id, engine): swaths made under another identity are not used again. */
  readonly identity?: string;
}

/**
 * EfficientNet's encoder looks farther than a U-Net's way down: its windows share twelve strides. With eight, one pixel in a thousand
 * would differ from one large window's by 9 bytes, with ten by 7, with twelve by 5.
 */
function sharedBy({ architecture }: ModelCard, strideMultiplePx: number): WindowPlanOptions {
  return architecture.kind === "pretrained-unet" ? { overlapPx: 12 * strideMultiplePx } : {};
}

/** Plans a prediction. Pure. @throws AppError "inference/area-outside" */
export function planSurvey(input: SurveyPlanInput): SurveyPlan {
  const { card, image, area, testTimeAugmentation = false, identity = "" } = input;
  const modelGrid = rescaleGrid(image.grid, modelGsdMeters(card, image));
  const windows = planWindows(modelGrid, input.strideMultiplePx, { ...sharedBy(card, input.strideMultiplePx), ...input.windows });
  const classCount = card.classes.length;
  const planeCount = 1 + classCount + (testTimeAugmentation && input.spread ? 1 : 0);
  plannedArea(modelGrid, area);
  const facts = {
    format: "reefline-swath/4",
    card,
    version: image.version,
    assetId: image.assetId,
    bands: image.bands.map(({ name, stretch }) => ({ name, stretch })),
    area,
    identity,
    modelGrid,
    windows,
    planeCount,
    testTimeAugmentation,
  };
  return {
    modelGrid,
    windows,
    area,
    planeCount,
    classCount,
    testTimeAugmentation,
    unsharp: card.unsharp,
    bandCount: modelBands(image).indexes.length,
    hash: createHash("sha256").update(JSON.stringify(facts)).digest("hex"),
  };
}

/** The area on a grid; null when everything is asked for. @throws AppError "inference/area-outside" */
export function plannedArea(grid: Grid, polygons: readonly Polygon[] | null): PlannedArea | null {
  if (!polygons) return null;
  const rings = polygons.map((polygon) => polygonToPixels(grid, polygon));
  const { minCol, minRow, maxCol, maxRow } = pixelExtent(rings);
  if (maxCol <= 0 || maxRow <= 0 || minCol >= grid.widthPx || minRow >= grid.heightPx)
    throw new AppError(
      "bad-input",
      "inference/area-outside",
      "The area to predict does not touch this survey: check that both lie in the same place.",
    );
  return {
    mask: (window) => rasterizePolygons(rings, window),
    mayTouch: ({ colOff, rowOff, widthPx, heightPx }) =>
      colOff < maxCol && colOff + widthPx > minCol && rowOff < maxRow && rowOff + heightPx > minRow,
  };
}

/** The windows of a swath from left to right; null stands for one that the area does not reach. */
export function tasksOfSwath({ windows }: SurveyPlan, area: PlannedArea | null, index: number): (WindowTask | null)[] {
  const rowOff = windows.rowOffs[index] ?? 0;
  return windows.colOffs.map((colOff, windowCol) => {
    const on = onGrid(windows, colOff, rowOff);
    if (!on || (area && !area.mayTouch(on))) return null;
    return { windowCol, on, window: { colOff, rowOff, widthPx: windows.windowWidthPx, heightPx: windows.windowHeightPx } };
  });
}
