import type { HistoryEvent } from "@reefline/schema/training";
import { describe, expect, it } from "vitest";
import { curveData } from "./curveData.ts";
import { mergeHistory } from "./mergeHistory.ts";

const step = (at: number, loss: number): HistoryEvent => ({
  kind: "step",
  step: at,
  epoch: Math.floor(at / 10),
  loss,
  learningRate: 1e-3,
  elapsedSeconds: at,
});
const validation = (at: number, dice: number, best: boolean): HistoryEvent => ({
  kind: "validation",
  step: at,
  epoch: Math.floor(at / 10),
  loss: 1 - dice,
  dice,
  best,
  elapsedSeconds: at,
});

describe("curves", () => {
  it("share one axis, with a validation on the step it was made at", () => {
    const data = curveData([step(5, 0.9), step(10, 0.8), validation(10, 0.3, true), step(15, 0.7), validation(20, 0.2, false)]);
    expect(data.steps).toEqual([5, 10, 15, 20]);
    expect(data.lossTrain).toEqual([0.9, 0.8, 0.7, null]);
    expect(data.diceValidation).toEqual([null, 0.3, null, 0.2]);
    expect(data.bestIndex).toBe(1);
  });
  it("average long trainings in runs", () => {
    const history = Array.from({ length: 1_001 }, (_, index) => step(index, index % 3));
    const data = curveData(history);
    expect(data.steps.length).toBe(333);
    expect(data.lossTrain.every((loss) => loss === 1)).toBe(true);
  });
});

describe("history that arrives", () => {
  it("is appended in order", () => {
    expect(mergeHistory([step(1, 1)], [step(2, 2)]).map((event) => event.step)).toEqual([1, 2]);
  });
  it("replaces what a resumed run tells again", () => {
    const merged = mergeHistory([step(5, 1), step(10, 1), validation(10, 0.5, true)], [step(10, 7), validation(10, 0.6, true)]);
    expect(merged.map((event) => [event.kind, event.step, event.loss])).toEqual([
      ["step", 5, 1],
      ["step", 10, 7],
      ["validation", 10, 0.4],
    ]);
  });
});
