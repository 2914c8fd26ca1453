import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { addClassCounts, classScores, classSummary, noClassCounts } from "./classScores.ts";

// Made by scikit-learn: tests/golden/classScores/make.py.
type Case = { pixels: number[][]; meanDice: number; meanIou: number; rightClass: number } & Record<
  "dice" | "iou" | "precision" | "recall",
  number[]
>;
const golden = JSON.parse(readFileSync(new URL("../../tests/golden/classScores/cases.json", import.meta.url), "utf8")) as Case[];
const countsOf = ({ pixels }: Case) => ({ classes: pixels.slice(1).map((_, i) => `class ${i + 1}`), pixels });

describe("scores of classes", () => {
  it.each(golden)("are scikit-learn's ($pixels.length classes with none)", (of) => {
    const scores = classScores(countsOf(of));
    expect(scores.map(({ name }) => name)).toEqual(countsOf(of).classes);
    for (const [i, score] of scores.entries()) {
      for (const name of ["dice", "iou", "precision", "recall"] as const) expect(score[name]).toBeCloseTo(of[name][i] ?? Number.NaN, 12);
      expect(score.labelledPx).toBe(of.pixels[i + 1]?.reduce((sum, value) => sum + value, 0));
    }
    const { meanDice, meanIou, rightClass } = classSummary(countsOf(of));
    expect(meanDice).toBeCloseTo(of.meanDice, 12);
    expect(meanIou).toBeCloseTo(of.meanIou, 12);
    expect(rightClass).toBeCloseTo(of.rightClass, 12);
  });

  it("are 1 for a class that is neither there nor claimed, and none where nothing is labelled", () => {
    const empty = {
      classes: ["live", "dead"],
      pixels: [
        [9, 0, 2],
        [0, 0, 0],
        [0, 0, 0],
      ],
    };
    expect(classScores(empty).map(({ dice, precision, recall }) => [dice, precision, recall])).toEqual([
      [1, 1, 1],
      [0, 0, 0],
    ]);
    expect(classSummary(empty)).toEqual({ meanDice: null, meanIou: null, rightClass: null });
  });

  it("add up over pieces of ground, areas where all have them", () => {
    const a = {
      classes: ["live", "dead"],
      pixels: [
        [5, 1, 0],
        [2, 7, 1],
        [0, 3, 4],
      ],
      areaM2: [
        [1, 0, 0],
        [0, 2, 0],
        [0, 0.5, 1],
      ],
    };
    const b = {
      ...noClassCounts(["live", "dead"]),
      areaM2: [
        [0, 0, 1],
        [0, 0, 0],
        [1, 0, 0],
      ],
    };
    const both = addClassCounts(a, addClassCounts(a, b));
    expect(both.pixels).toEqual([
      [10, 2, 0],
      [4, 14, 2],
      [0, 6, 8],
    ]);
    expect(classScores(both)[1]?.areaM2).toEqual({ labelled: 4, predicted: 3 });
    expect(addClassCounts(a, noClassCounts(["live", "dead"])).areaM2).toBeUndefined();
    expect(classScores(addClassCounts(a, noClassCounts(["live", "dead"])))[0]?.areaM2).toBeNull();
    expect(() => addClassCounts(a, noClassCounts(["dead", "live"]))).toThrow(/cannot be added/);
  });
});
