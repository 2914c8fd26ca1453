import { inferOriented, inferPlain, type SurveyPredictor } from "./inferWindow.ts";
import type { SurveyPlan } from "./surveyPlan.ts";
import type { LoadedWindow } from "./windowSource.ts";

/** What all windows of a prediction have in common. */
export interface WindowForm {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly bandCount: number;
  readonly testTimeAugmentation: boolean;
}

export interface InferredWindow {
  /** The window that was handed over; its memory may have been in another thread meanwhile. */
  readonly window: LoadedWindow;
  /** 0–1, plane after plane, each row by row and as large as the window. */
  readonly planes: Float32Array;
}

/** Runs a network on windows: in this thread, or in others. */
export interface WindowInference {
  /** Windows to hand over before the first one's answer is there. */
  readonly atOnce: number;
  /** The window's memory must not be looked at until it comes back with the answer. */
  infer(window: LoadedWindow): Promise<InferredWindow>;
  /** Planes that nobody looks at any more: their memory is used for another answer. */
  giveBack(planes: Float32Array): void;
}

export function windowForm({ windows, bandCount, testTimeAugmentation }: SurveyPlan): WindowForm {
  return { widthPx: windows.windowWidthPx, heightPx: windows.windowHeightPx, bandCount, testTimeAugmentation };
}

/** @param spent answers of earlier windows that nobody needs any more */
export function inferWindow(
  predictor: SurveyPredictor,
  { testTimeAugmentation, ...size }: WindowForm,
  { pixels, valid }: LoadedWindow,
  spent: Float32Array[],
): Promise<Float32Array> {
  return (testTimeAugmentation ? inferOriented : inferPlain)(predictor, { ...size, pixels, valid }, spent);
}

/** Runs the network by `predictor`, one window after the other, the next one waiting. */
export function inferringHere(predictor: SurveyPredictor, plan: SurveyPlan): WindowInference {
  const form = windowForm(plan);
  const spent: Float32Array[] = [];
  let before: Promise<unknown> = Promise.resolve();
  return {
    atOnce: 2,
    infer: (window) => {
      const planes = before.then(() => inferWindow(predictor, form, window, spent));
      before = planes.catch(() => undefined);
      return planes.then((inferred) => ({ window, planes: inferred }));
    },
    giveBack: (planes) => void spent.push(planes),
  };
}
