import { trainConfigSchema } from "@reefline/schema/training";
import { describe, expect, it } from "vitest";
import { scoresInWords, splitInWords, stoppedInWords } from "./cardSentences.ts";

describe("a model in words", () => {
  it("says what was found and what of it was right", () => {
    const metrics = { tp: 90, fp: 30, fn: 10, recall: 0.9, precision: 0.75 };
    expect(scoresInWords(metrics)).toBe("It found 90 % of the labelled reef ground; 75 % of what it called reef was labelled reef.");
  });
  it("gives no shares where there is nothing to share", () => {
    expect(scoresInWords({ tp: 0, fp: 5, fn: 0, recall: 0, precision: 0 })).toMatch(/no labelled reef/);
    expect(scoresInWords({ tp: 0, fp: 0, fn: 5, recall: 0, precision: 0 })).toMatch(/called nothing reef/);
  });
  it("says how the ground was parted", () => {
    const split = {
      cellSizeMeters: 7.68,
      bufferMeters: 3.84,
      trainCells: 30,
      validationCells: 6,
      trainChips: 1_204,
      validationChips: 240,
      buffered: true,
    };
    expect(splitInWords(split)).toBe(
      "The examined ground was cut into squares: 30 squares of 7.7 m to train on, 6 set aside, at least 3.8 m apart (1\u202f204 and 240 image chips).",
    );
    expect(splitInWords({ ...split, buffered: false })).not.toContain("apart");
  });
  it("says why it stopped", () => {
    const config = trainConfigSchema.parse({ budget: { kind: "minutes", minutes: 1 } });
    const card = { epochs: 1, bestEpoch: 1, trainSeconds: 90, config };
    expect(stoppedInWords({ ...card, stoppedBecause: "user" })).toBe(
      "Trained for 2 min (1 epoch) until it was stopped. The weights of epoch 1 were the best and are kept.",
    );
    expect(stoppedInWords({ ...card, stoppedBecause: "budget" })).toContain("(1 epoch) until its time was up.");
    expect(stoppedInWords({ ...card, stoppedBecause: "early-stopping" })).toContain("no longer got better");
    const epochs = trainConfigSchema.parse({ budget: { kind: "epochs", epochs: 1 } });
    expect(stoppedInWords({ ...card, config: epochs, stoppedBecause: "budget" })).toContain("as many epochs as asked for");
  });
});
