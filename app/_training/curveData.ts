import type { HistoryEvent } from "@reefline/schema/training";

/** Column data for uPlot: one shared x (training steps), gaps as null. */
export interface CurveData {
  steps: number[];
  epochs: number[];
  lossTrain: (number | null)[];
  lossValidation: (number | null)[];
  diceValidation: (number | null)[];
  learningRate: (number | null)[];
  /** Index into `steps` of the validation that the kept weights come from; null before the first. */
  bestIndex: number | null;
}

/** At most this many training points are drawn; more are averaged in runs, so that a long training stays quick to draw. */
const MOST_POINTS = 400;

export function curveData(history: readonly HistoryEvent[]): CurveData {
  const stepCount = history.reduce((count, event) => count + (event.kind === "step" ? 1 : 0), 0);
  const group = Math.max(1, Math.ceil(stepCount / MOST_POINTS));
  const data: CurveData = {
    steps: [],
    epochs: [],
    lossTrain: [],
    lossValidation: [],
    diceValidation: [],
    learningRate: [],
    bestIndex: null,
  };
  let sum = 0;
  let count = 0;
  const row = (event: HistoryEvent): number => {
    const last = data.steps.length - 1;
    if (data.steps[last] === event.step) return last;
    data.steps.push(event.step);
    data.epochs.push(event.epoch);
    data.lossTrain.push(null);
    data.lossValidation.push(null);
    data.diceValidation.push(null);
    data.learningRate.push(null);
    return last + 1;
  };
  for (const event of history) {
    if (event.kind === "step") {
      sum += event.loss;
      count++;
      if (count < group) continue;
      const index = row(event);
      data.lossTrain[index] = sum / count;
      data.learningRate[index] = event.learningRate;
      sum = 0;
      count = 0;
    } else {
      const index = row(event);
      data.lossValidation[index] = event.loss;
      data.diceValidation[index] = event.dice;
      if (event.best) data.bestIndex = index;
    }
  }
  return data;
}
