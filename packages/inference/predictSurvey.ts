import { createHash } from "node:crypto";
import { type ModelInput, readModelInput } from "@reefline/chips/modelInput";
import { pixelExtent, rasterizePolygons } from "@reefline/chips/rasterizePolygons";
import { polygonToPixels, rescaleGrid } from "@reefline/geo/grid";
import type { Raster } from "@reefline/raster/raster";
import { AppError } from "@reefline/schema/errors";
import type { Polygon } from "@reefline/schema/feature";
import type { Grid, Window } from "@reefline/schema/grid";
import type { Progress } from "@reefline/schema/job";
import type { SurveyImage } from "@reefline/schema/survey";
import type { Predictor } from "@reefline/segmentation/predictor";
import { BlendBuffer } from "./blendBuffer.ts";
import { blendWeights } from "./blendWeights.ts";
import { ProgressMeter } from "./progressMeter.ts";
import { reflectEdges } from "./reflectEdges.ts";
import { findSwaths, type SwathRef, writeSwath } from "./swathFile.ts";
import { finalRows, onGrid, planWindows, type WindowPlan, type WindowPlanOptions } from "./windowPlan.ts";

/** What prediction asks of a model; `loadPredictor` gives it. */
export type SurveyPredictor = Pick<Predictor, "card" | "strideMultiplePx" | "predict">;

export interface PredictSurveyInput {
  readonly predictor: SurveyPredictor;
  readonly raster: Raster;
  readonly image: SurveyImage;
  /** Where to predict, WGS 84; null: the whole survey. */
  readonly area: readonly Polygon[] | null;
  /** This attempt's own folder; swath files are made in it. */
  readonly attemptDir: string;
  /** Folders of earlier attempts, whose finished swaths are used again. */
  readonly resumeFrom?: readonly string[];
  readonly onProgress?: (progress: Progress) => void;
  /** Asked between windows. */
  readonly shouldCancel?: () => boolean;
  /** Rows of windows per swath file; the result does not depend on it. */
  readonly windowRowsPerSwath?: number;
  readonly windows?: WindowPlanOptions;
  /** Whatever else the result depends on (model id and version, engine): swaths made under another identity are not used again. */
  readonly identity?: string;
}

export interface PredictSurveyResult {
  readonly modelGrid: Grid;
  /** The survey file's own GeoKeys when its CRS has no EPSG code. */
  readonly rawGeoKeys: Raster["rawGeoKeys"];
  readonly planHash: string;
  /** Top to bottom, covering every row. */
  readonly swaths: readonly SwathRef[];
  readonly windowsComputed: number;
  readonly swathsReused: number;
}

interface Area {
  mask(window: Window): Uint8Array;
  mayTouch(window: Window): boolean;
}

function areaOn(grid: Grid, polygons: readonly Polygon[] | null): Area | null {
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

function hashPlan(input: PredictSurveyInput, modelGrid: Grid, plan: WindowPlan, windowRowsPerSwath: number): string {
  const { predictor, image, area, identity = "" } = input;
  const facts = {
    card: predictor.card,
    version: image.version,
    assetId: image.assetId,
    bands: image.bands,
    area,
    identity,
    modelGrid,
    plan,
    windowRowsPerSwath,
  };
  return createHash("sha256").update(JSON.stringify(facts)).digest("hex");
}

interface Task {
  readonly colIndex: number;
  readonly window: Window;
  readonly on: Window;
}

/** One window as it comes from the image, reflected where it hangs over. `empty` when it holds no ground to predict. */
interface Loaded {
  readonly task: Task;
  readonly pixels: Uint8Array;
  readonly valid: Uint8Array;
  readonly empty: boolean;
}

/**
 * Predicts a survey swath by swath in the model's grid: overlapping windows are blended in fixed point, finished rows go to immutable
 * swath files. Memory holds one row of windows, whatever the survey's height. Swaths that earlier attempts at the same plan finished are
 * used again; the bytes are the same as of one uninterrupted run.
 * @throws AppError "inference/cancelled" when `shouldCancel` says so, "inference/area-outside", and what reading the image throws
 */
export async function predictSurvey(input: PredictSurveyInput): Promise<PredictSurveyResult> {
  const { predictor, raster, image, windowRowsPerSwath = 1 } = input;
  const modelGrid = rescaleGrid(raster.grid, predictor.card.gsdMeters);
  const plan = planWindows(modelGrid, predictor.strideMultiplePx, input.windows);
  const area = areaOn(modelGrid, input.area);
  const planHash = hashPlan(input, modelGrid, plan, windowRowsPerSwath);
  const earlier = await findSwaths([...(input.resumeFrom ?? []), input.attemptDir], planHash);

  const rowTasks = plan.rowOffs.map((rowOff) => tasksOfRow(plan, rowOff, area));
  const swathCount = Math.ceil(plan.rowOffs.length / windowRowsPerSwath);
  const windowPx = plan.windowWidthPx * plan.windowHeightPx;
  const reusedRows = (row: number): boolean => earlier.has(Math.floor(row / windowRowsPerSwath));
  const countWindows = (keep: (row: number) => boolean): number =>
    rowTasks.reduce((sum, tasks, row) => sum + (keep(row) ? tasks.length : 0), 0);
  const meter = new ProgressMeter(countWindows(() => true) * windowPx, countWindows(reusedRows) * windowPx);

  const buffer = new BlendBuffer(modelGrid.widthPx, plan.windowHeightPx);
  const swaths: SwathRef[] = [];
  /** The row of windows whose sums the buffer holds, so that the next row can be added to them. */
  let bufferedRow = -1;
  let windowsComputed = 0;

  const addRow = async (windowRow: number, counts: boolean): Promise<void> => {
    const tasks = rowTasks[windowRow] ?? [];
    const rowWeights = blendWeights(plan.windowHeightPx, plan.overlapPx, windowRow > 0, windowRow < plan.rowOffs.length - 1);
    const load = (task: Task | undefined): Promise<Loaded> | null => (task ? loadWindow(input, modelGrid, area, task) : null);
    // One window is read ahead while the one before it is computed.
    let ahead = load(tasks[0]);
    for (let k = 0; k < tasks.length; k++) {
      const loaded = await ahead;
      ahead = load(tasks[k + 1]);
      if (!loaded) continue;
      if (input.shouldCancel?.()) {
        await ahead?.catch(() => null);
        throw new AppError("cancelled", "inference/cancelled", "The prediction was cancelled.");
      }
      if (!loaded.empty) {
        const { colIndex, window } = loaded.task;
        const probability = await predictor.predict(loaded.pixels, window.widthPx, window.heightPx, 1, loaded.valid);
        const colWeights = blendWeights(plan.windowWidthPx, plan.overlapPx, colIndex > 0, colIndex < plan.colOffs.length - 1);
        buffer.add(window, probability, loaded.valid, colWeights, rowWeights);
        windowsComputed++;
      }
      const progress = meter.add(counts ? windowPx : 0, !loaded.empty);
      input.onProgress?.(progress);
    }
  };

  for (let index = 0; index < swathCount; index++) {
    const firstRow = index * windowRowsPerSwath;
    const lastRow = Math.min(plan.rowOffs.length, firstRow + windowRowsPerSwath) - 1;
    const { rowOff } = finalRows(plan, firstRow);
    const { endRow } = finalRows(plan, lastRow);
    const ready = earlier.get(index);
    if (ready) {
      swaths.push(ready);
      continue;
    }
    if (bufferedRow !== firstRow - 1 || firstRow === 0) {
      // The row of windows before this swath reaches into it.
      buffer.reset(rowOff);
      if (firstRow > 0) await addRow(firstRow - 1, false);
    }
    const parts: Uint8Array[] = [];
    for (let windowRow = firstRow; windowRow <= lastRow; windowRow++) {
      await addRow(windowRow, true);
      const rows = finalRows(plan, windowRow);
      const heightPx = rows.endRow - rows.rowOff;
      parts.push(buffer.take(rows.endRow, area?.mask({ colOff: 0, rowOff: rows.rowOff, widthPx: modelGrid.widthPx, heightPx }) ?? null));
      bufferedRow = windowRow;
    }
    const header = { planHash, index, rowOff, heightPx: endRow - rowOff, widthPx: modelGrid.widthPx };
    swaths.push(await writeSwath(input.attemptDir, header, Buffer.concat(parts)));
  }
  return { modelGrid, rawGeoKeys: raster.rawGeoKeys, planHash, swaths, windowsComputed, swathsReused: earlier.size };

  function tasksOfRow(windowPlan: WindowPlan, rowOff: number, within: Area | null): Task[] {
    return windowPlan.colOffs.flatMap((colOff, colIndex) => {
      const on = onGrid(windowPlan, colOff, rowOff);
      if (!on || (within && !within.mayTouch(on))) return [];
      return [{ colIndex, on, window: { colOff, rowOff, widthPx: windowPlan.windowWidthPx, heightPx: windowPlan.windowHeightPx } }];
    });
  }

  async function loadWindow(from: PredictSurveyInput, grid: Grid, within: Area | null, task: Task): Promise<Loaded> {
    const wanted = within?.mask(task.on) ?? null;
    const nothing = { task, pixels: new Uint8Array(0), valid: new Uint8Array(0), empty: true };
    if (wanted && !wanted.includes(1)) return nothing;
    const read: ModelInput = await readModelInput(raster, image, grid, task.on, { unsharp: from.predictor.card.unsharp });
    const anyGround = read.valid.some((valid, i) => valid === 1 && (wanted === null || wanted[i] === 1));
    if (!anyGround) return nothing;
    return {
      task,
      pixels: reflectEdges(read.pixels, task.on, task.window, read.bandCount),
      valid: reflectEdges(read.valid, task.on, task.window, 1),
      empty: false,
    };
  }
}
