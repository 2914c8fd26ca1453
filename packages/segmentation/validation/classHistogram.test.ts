import { randomFrom } from "@reefline/chips/random";
import { describe, expect, it } from "vitest";
import { ClassHistogram } from "./classHistogram.ts";
import { ScoreHistogram } from "./scoreHistogram.ts";

describe("ClassHistogram", () => {
  const classes = ["live", "dead", "shell rake"];
  const random = randomFrom(5);
  const pixels = Array.from({ length: 3_000 }, () => {
    const truth = random.below(4);
    // In steps of the bins' width, from the middle of one, so that none lies near a threshold's edge.
    const logit = Math.round((truth > 0 ? 2 : -2) * 64 + 160 * random.normal()) / 128 + 1 / 256;
    return { truth, logit, likeliest: random.next() < 0.7 && truth > 0 ? truth : 1 + random.below(3) };
  });
  const histogram = new ClassHistogram(classes);
  const scores = new ScoreHistogram();
  for (const { truth, logit, likeliest } of pixels) {
    histogram.add(logit, truth, likeliest);
    scores.add(logit, truth > 0);
  }

  it.each([
    [0.5, 1],
    [0.31, 1.7],
    [0.85, 0.6],
  ])("counts at threshold %d and temperature %d what the pixels give", (threshold, temperature) => {
    const expected = [null, ...classes].map(() => [0, 0, 0, 0]);
    for (const { truth, logit, likeliest } of pixels) {
      const predicted = 1 / (1 + Math.exp(-logit / temperature)) >= threshold ? likeliest : 0;
      const row = expected[truth];
      if (row) row[predicted] = (row[predicted] ?? 0) + 1;
    }
    expect(histogram.countsAt(threshold, temperature)).toEqual({ classes, pixels: expected });
  });

  it("agrees with the scores of reef of any class", () => {
    const { pixels: table } = histogram.countsAt(0.6, 1.2);
    const { tp, fp, fn, tn } = scores.metricsAt(0.6, 1.2);
    const sum = (rows: readonly (readonly number[])[], from: number, to?: number) =>
      rows.reduce((total, row) => total + row.slice(from, to).reduce((a, b) => a + b, 0), 0);
    expect([sum(table.slice(1), 1), sum(table.slice(0, 1), 1), sum(table.slice(1), 0, 1), sum(table.slice(0, 1), 0, 1)]).toEqual([
      tp,
      fp,
      fn,
      tn,
    ]);
  });
});
