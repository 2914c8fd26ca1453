import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { addConfusion, countConfusion, metricsFromConfusion } from "./metrics.ts";

// Made by scikit-learn: tests/golden/metrics/make.py.
type Case = Record<"truth" | "predicted" | "valid", string> &
  Record<"tp" | "fp" | "fn" | "tn" | "dice" | "iou" | "meanIou" | "precision" | "recall", number>;
const golden = JSON.parse(readFileSync(new URL("../../../tests/golden/metrics/metrics.json", import.meta.url), "utf8")) as Case[];
const bits = (text: string) => Array.from(text, Number);

describe("metrics", () => {
  it.each(golden)("equal scikit-learn's ($tp true positives)", ({ truth, predicted, valid, ...expected }) => {
    const counts = countConfusion(bits(predicted), bits(truth), bits(valid));
    const metrics = metricsFromConfusion(counts, 0.5);
    for (const [name, value] of Object.entries(expected)) expect(metrics[name as keyof typeof expected]).toBeCloseTo(value, 12);
  });

  it("pool by adding counts", () => {
    const [a, b] = golden;
    if (!a || !b) throw new Error("two cases");
    const whole = countConfusion(bits(a.predicted + b.predicted), bits(a.truth + b.truth), bits(a.valid + b.valid));
    const parts = [a, b].map((c) => countConfusion(bits(c.predicted), bits(c.truth), bits(c.valid)));
    expect(addConfusion(parts[0] ?? whole, parts[1] ?? whole)).toEqual(whole);
  });

  it("are defined where nothing is there and nothing is claimed", () => {
    expect(metricsFromConfusion({ tp: 0, fp: 0, fn: 0, tn: 9 }, 0.5)).toMatchObject({
      dice: 1,
      iou: 1,
      meanIou: 1,
      precision: 1,
      recall: 1,
    });
    expect(metricsFromConfusion({ tp: 0, fp: 0, fn: 4, tn: 5 }, 0.5)).toMatchObject({ dice: 0, iou: 0, precision: 0, recall: 0 });
    expect(metricsFromConfusion({ tp: 0, fp: 4, fn: 0, tn: 5 }, 0.5)).toMatchObject({ dice: 0, iou: 0, precision: 0, recall: 0 });
  });
});
