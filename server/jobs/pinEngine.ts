import { mkdir, readFile, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { rescaleGrid } from "@reefline/geo/grid";
import { modelGsdMeters } from "@reefline/inference/modelGsd";
import { planWindows } from "@reefline/inference/windowPlan";
import { type PinnedEngine, type PredictionOptions, pinnedEngineSchema } from "@reefline/schema/prediction";
import type { SurveyImage } from "@reefline/schema/survey";
import type { Model } from "@reefline/schema/training";
import { testEngines } from "@reefline/segmentation/engines/engineTest";
import { loadPredictor } from "@reefline/segmentation/engines/predictor";
import { z } from "zod";
import { writeAtomically } from "../assets/store.ts";
import type { Store } from "../storage/store.ts";

/** For so little ground the test of engines would take longer than it saves. */
const worthTestingMpx = 30;

/** The test holds all engines in memory at once; larger windows rank them the same. */
const largestTestedPx = 1024;

const keptSchema = z.object({ processor: z.string(), choice: pinnedEngineSchema });
const processor = (): string => `${process.arch} ${cpus()[0]?.model ?? ""} × ${cpus().length}`;

export interface EngineWish {
  readonly model: Model;
  readonly image: SurveyImage;
  readonly wish: PredictionOptions["engine"];
  readonly signal: AbortSignal;
}

/**
 * The engine a prediction is to be computed with from its first swath to its last: the one asked for, or the fastest whose answers agree,
 * by a short test that is remembered per model.
 * @throws AppError "segmentation/no-engine" when the one asked for is not here
 */
export async function pinEngine(store: Store, { model, image, wish, signal }: EngineWish): Promise<PinnedEngine> {
  const modelDir = store.paths.model(model.id);
  if (wish === "auto") {
    const known = await remembered(store, model);
    if (known) return known;
    const grid = rescaleGrid(image.grid, modelGsdMeters(model.card, image));
    if (grid.widthPx * grid.heightPx < worthTestingMpx * 1e6) {
      const predictor = await loadPredictor(modelDir);
      predictor.dispose();
      return predictor.engine;
    }
  }
  const { windowWidthPx, windowHeightPx } = planWindows(rescaleGrid(image.grid, modelGsdMeters(model.card, image)), 32);
  const windowPx = { widthPx: Math.min(largestTestedPx, windowWidthPx), heightPx: Math.min(largestTestedPx, windowHeightPx) };
  const allowed = wish === "auto" ? undefined : [wish];
  const { choice, table: trials } = await testEngines(modelDir, { windowPx, ...(allowed ? { allowed } : {}), signal });
  const pinned: PinnedEngine = { ...choice, trials };
  if (wish === "auto") {
    await mkdir(join(store.paths.cache, "engines"), { recursive: true });
    const kept = JSON.stringify({ processor: processor(), choice: pinned } satisfies z.infer<typeof keptSchema>);
    await writeAtomically(keptFile(store, model), (temporary) => writeFile(temporary, kept));
  }
  return pinned;
}

const keptFile = (store: Store, { id }: Model): string => join(store.paths.cache, "engines", `${id}.json`);

/** What the last test of this model chose, if it was on this processor and that engine still is what it was. */
async function remembered(store: Store, model: Model): Promise<PinnedEngine | null> {
  const text = await readFile(keptFile(store, model), "utf8").catch(() => null);
  if (text === null) return null;
  try {
    const kept = keptSchema.parse(JSON.parse(text));
    if (kept.processor !== processor()) return null;
    const predictor = await loadPredictor(store.paths.model(model.id), { engine: kept.choice });
    predictor.dispose();
    return kept.choice;
  } catch {
    return null;
  }
}
