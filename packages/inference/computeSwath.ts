import { AppError } from "@reefline/schema/errors";
import { ColumnBlend } from "./columnBlend.ts";
import { inferOriented, inferPlain, type SurveyPredictor } from "./inferWindow.ts";
import { plannedArea, type SurveyPlan, tasksOfSwath, type WindowTask } from "./surveyPlan.ts";
import { openSwath } from "./swathFile.ts";
import type { LoadedWindow, WindowSource } from "./windowSource.ts";
import { WindowsAhead } from "./windowsAhead.ts";

/** Windows asked for ahead of the one being computed: reading never waits for the network, nor the network for reading. */
const WINDOWS_AHEAD = 3;

export interface ComputeSwathInput {
  readonly plan: SurveyPlan;
  readonly index: number;
  readonly predictor: SurveyPredictor;
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

interface Started {
  readonly loaded: LoadedWindow | null;
  readonly planes: Float32Array[] | null;
}

export interface ComputedSwath {
  readonly windowsComputed: number;
  /** Resolves when the file is flushed and has its name: the next swath need not wait for that. */
  readonly written: Promise<void>;
}

/**
 * Predicts one row of windows and writes its file. Nothing is shared with other rows but the rows of pixels at its upper and lower edge,
 * which are put together when all are there: rows may be computed in any order, by anybody.
 * @throws AppError "inference/cancelled" when `shouldCancel` says so, and what reading and computing throw; no file is left then
 */
export async function computeSwath(input: ComputeSwathInput): Promise<ComputedSwath> {
  const { plan, index, predictor, source } = input;
  const area = plannedArea(plan.modelGrid, plan.area);
  const tasks = tasksOfSwath(plan, area, index);
  const following = input.next == null ? [] : tasksOfSwath(plan, area, input.next).slice(0, WINDOWS_AHEAD);
  const infer = plan.testTimeAugmentation ? inferOriented : inferPlain;
  const blend = new ColumnBlend(plan.windows, index, plan.planeCount);
  const writer = await openSwath(input.path, { planHash: plan.hash, index, planeCount: plan.planeCount });
  const size = { widthPx: plan.windows.windowWidthPx, heightPx: plan.windows.windowHeightPx };
  const ahead: Promise<LoadedWindow | null>[] = [];
  let asked = 0;
  const ask = (task: WindowTask | null | undefined): void => {
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
  let windowsComputed = 0;
  // Memory of answers that are blended, used again: left to be collected, it would be the collector's main work.
  const spent: Float32Array[] = [];
  const start = async (): Promise<Started> => {
    const loaded = (await ahead.shift()) ?? null;
    ask(tasks[asked++]);
    if (!loaded) return { loaded, planes: null };
    windowsComputed++;
    return { loaded, planes: await infer(predictor, { ...loaded, ...size, bandCount: plan.bandCount }, spent) };
  };
  let started: Promise<Started> | undefined;
  try {
    while (asked < WINDOWS_AHEAD) ask(tasks[asked++]);
    started = start();
    for (const [k, task] of tasks.entries()) {
      const { loaded, planes } = await (started ?? start());
      if (input.shouldCancel?.()) throw new AppError("cancelled", "inference/cancelled", "The prediction was cancelled.");
      // The network has its next window before this one is blended and compressed.
      started = k + 1 < tasks.length ? start() : undefined;
      started?.catch(() => undefined);
      const columns = blend.add(planes, loaded?.keep ?? nothing);
      if (planes) spent.push(...planes);
      if (loaded) source.giveBack?.(loaded);
      await writer.push(columns);
      if (task) input.onWindow?.();
    }
  } catch (error) {
    await Promise.allSettled([started, ...ahead]);
    await writer.abandon();
    throw error;
  }
  const written = writer.finish().catch(async (error) => {
    await writer.abandon();
    throw error;
  });
  // Whoever waits for the file meets the rejection; until then it must not count as unhandled.
  written.catch(() => undefined);
  return { windowsComputed, written };
}
