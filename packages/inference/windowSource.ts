import { type ModelInput, readModelInput } from "@reefline/chips/modelInput";
import type { Raster } from "@reefline/raster/raster";
import type { SurveyImage } from "@reefline/schema/survey";
import { reflectEdges } from "./reflectEdges.ts";
import { type PlannedArea, plannedArea, type SurveyPlan, type WindowTask } from "./surveyPlan.ts";

/** One window as it comes from the image, reflected where it hangs over the grid. */
export interface LoadedWindow {
  readonly pixels: Uint8Array;
  /** 1 where measured. */
  readonly valid: Uint8Array;
  /** 1 where measured and asked for. */
  readonly keep: Uint8Array;
}

/** Where windows come from: this process, or a thread of its own. */
export interface WindowSource {
  /** null: the window holds no ground that is asked for. */
  load(task: WindowTask): Promise<LoadedWindow | null>;
  /** A loaded window that nobody looks at any more: its memory is used for another. */
  giveBack?(window: LoadedWindow): void;
  close(): Promise<void>;
}

/** Windows given back are kept for this many others: those that are being read, waited for and computed. */
const KEPT = 8;

/** Reads windows in this process. Closing it leaves the raster open. */
export function readingWindows(raster: Raster, image: SurveyImage, plan: SurveyPlan): WindowSource {
  const area = plannedArea(plan.modelGrid, plan.area);
  const spent: LoadedWindow[] = [];
  return {
    load: (task) => loadWindow({ raster, image, plan, area, spent }, task),
    giveBack: (window) => {
      if (spent.length < KEPT) spent.push(window);
    },
    close: async () => undefined,
  };
}

interface Reading {
  readonly raster: Raster;
  readonly image: SurveyImage;
  readonly plan: SurveyPlan;
  readonly area: PlannedArea | null;
  readonly spent: LoadedWindow[];
}

async function loadWindow({ raster, image, plan, area, spent }: Reading, { on, window }: WindowTask): Promise<LoadedWindow | null> {
  const wanted = area?.mask(on) ?? null;
  if (wanted && !wanted.includes(1)) return null;
  const read: ModelInput = await readModelInput(raster, image, plan.modelGrid, on, { unsharp: plan.unsharp });
  const keep = wanted ? read.valid.map((valid, i) => (valid === 1 && wanted[i] === 1 ? 1 : 0)) : read.valid;
  if (!keep.includes(1)) return null;
  if (on.widthPx === window.widthPx && on.heightPx === window.heightPx && isWhole(read.pixels) && isWhole(read.valid))
    return { pixels: read.pixels, valid: read.valid, keep };
  const old = spent.pop();
  const valid = reflectEdges(read.valid, on, window, 1, old?.valid);
  return {
    pixels: reflectEdges(read.pixels, on, window, read.bandCount, old?.pixels),
    valid,
    keep: keep === read.valid ? valid : reflectEdges(keep, on, window, 1, old && old.keep !== old.valid ? old.keep : undefined),
  };
}

/** Whether an array has its memory to itself, so that it may be handed over to another thread. */
const isWhole = (bytes: Uint8Array): boolean => bytes.byteLength === bytes.buffer.byteLength;
