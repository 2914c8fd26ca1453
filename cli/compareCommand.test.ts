import type { ComparedRecipe } from "@reefline/schema/comparison";
import { expect, it } from "vitest";
import { comparisonTable } from "./compareCommand.ts";

const id = "rn_0000000000000000000";
const counts = { tp: 30, fp: 10, fn: 10, tn: 50, dice: 0.75, iou: 0.6, meanIou: 0.657, precision: 0.75, recall: 0.75, threshold: 0.41 };
const recipe: ComparedRecipe = {
  recipe: "best",
  title: "Best: pretrained encoder",
  runId: id,
  jobId: id,
  modelId: null,
  heldOut: {
    ...counts,
    areaM2: { predicted: 4, truth: 4 },
    byClass: {
      classes: ["live", "dead"],
      pixels: [
        [50, 5, 5],
        [0, 20, 0],
        [10, 0, 10],
      ],
    },
  },
  atHalf: null,
  validationDice: 0.8,
  trainSeconds: 61.4,
};

it("has a column for classes only where there are any", () => {
  const [head, line] = comparisonTable([recipe], true);
  expect(head).toContain("classes: Dice");
  const [live, dead] = [(2 * 20) / (20 + 25), (2 * 10) / (20 + 15)];
  expect(line).toContain(((live + dead) / 2).toFixed(4));
  expect(comparisonTable([recipe], false).join()).not.toContain("classes");
});

it("says – for what is not known yet", () => {
  const [, line] = comparisonTable([{ ...recipe, heldOut: null, trainSeconds: null }], true);
  expect(line?.match(/–/g)).toHaveLength(9);
  expect(line).toContain("0.8000");
});
