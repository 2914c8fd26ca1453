import { AppError } from "@reefline/schema/errors";
import { ColumnBlend } from "./columnBlend.ts";
import { plannedArea, type SurveyPlan, tasksOfSwath, type WindowTask } from "./surveyPlan.ts";
import { openSwath } from "./swathFile.ts";
import type { InferredWindow, WindowInference } from "./windowInference.ts";
import type { LoadedWindow, WindowSource } from "./windowSource.ts";
import { WindowsAhead } from "./windowsAhead.ts";

/** Windows asked for ahead of those being computed: reading never waits for the network, nor the network for reading. */
const WINDOWS_AHEAD = 3;

export interface ComputeSwathInput {
  readonly plan: SurveyPlan;
  readonly index: number;
  readonly inference: WindowInference;
  readonly source: WindowSource | WindowsAhead;
  /** The swath that will probably be computed after this one: its first windows are read while the last ones here are computed. */
  readonly next?: number | null;
  /** Where the swath's file is to be. */
  readonly path: string;
  /** Told after every window, one without ground as well. */
  readonly onWindow?: () => void;
  /** Asked between windows. */
  readonly shouldCancel?: () => boolean;
}

const nothing = new Uint8Array(0);

export interface ComputedSwath {
  /** Resolves when all windows are computed, the file is flushed and has its name; rejects as `computeSwath` does. */
  readonly written: Promise<{ readonly windowsComputed: number }>;
}

/**
 * Predicts one row of windows and writes its file. Nothing is shared with other rows but the rows of pixels at its upper and lower edge,
 * which are put together when all are there: rows may be computed in any order, by anybody.
 *
 * Resolves when the last windows have been handed to the network: the next swath's follow them without a pause.
 * @throws AppError "inference/cancelled" when `shouldCancel` says so, and what reading and computing throw; no file is left then
 */
export async function computeSwath(input: ComputeSwathInput): Promise<ComputedSwath> {
  const { plan, index, inference, source } = input;
  const area = plannedArea(plan.modelGrid, plan.area);
  const tasks = tasksOfSwath(plan, area, index);
  const following = input.next == null ? [] : tasksOfSwath(plan, area, input.next).slice(0, WINDOWS_AHEAD);
  const blend = new ColumnBlend(plan.windows, index, plan.planeCount);
  const writer = await openSwath(input.path, { planHash: plan.hash, index, planeCount: plan.planeCount });
  const ahead: Promise<LoadedWindow | null>[] = [];
  let asked = 0;
  const ask = (): void => {
    const task: WindowTask | null | undefined = tasks[asked++];
    if (task === undefined) {
      const expected = following.shift();
      if (expected && source instanceof WindowsAhead) source.expect(expected);
      return;
    }
    const loading = task ? source.load(task) : Promise.resolve(null);
    // The rejection is met when its turn comes; until then it must not count as unhandled.
    loading.catch(() => undefined);
    ahead.push(loading);
  };
  const started: Promise<InferredWindow | null>[] = [];
  const start = (): void => {
    const inferring = (ahead.shift() ?? Promise.resolve(null)).then((loaded) => loaded && inference.infer(loaded));
    inferring.catch(() => undefined);
    started.push(inferring);
    ask();
  };
  let blended = 0;
  let windowsComputed = 0;
  const finishFirst = async (): Promise<void> => {
    const inferred = (await started.shift()) ?? null;
    if (input.shouldCancel?.()) throw new AppError("cancelled", "inference/cancelled", "The prediction was cancelled.");
    const columns = blend.add(inferred?.planes ?? null, inferred?.window.keep ?? nothing);
    if (inferred) {
      windowsComputed++;
      inference.giveBack(inferred.planes);
      source.giveBack?.(inferred.window);
    }
    await writer.push(columns);
    if (tasks[blended++]) input.onWindow?.();
  };
  const abandon = async (error: unknown): Promise<never> => {
    await Promise.allSettled([...started, ...ahead]);
    await writer.abandon();
    throw error;
  };
  try {
    while (asked < WINDOWS_AHEAD) ask();
    for (let k = 0; k < tasks.length; k++) {
      if (started.length >= inference.atOnce) await finishFirst();
      start();
    }
  } catch (error) {
    return abandon(error);
  }
  const finish = async () => {
    while (started.length > 0) await finishFirst();
    await writer.finish();
    return { windowsComputed };
  };
  const written = finish().catch(abandon);
  // Whoever waits for the file meets the rejection; until then it must not count as unhandled.
  written.catch(() => undefined);
  return { written };
}
