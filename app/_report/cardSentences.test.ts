import { describe, expect, it } from "vitest";
import { diceInWords, splitInWords, stoppedInWords } from "./cardSentences.ts";

describe("a model in words", () => {
  it("never praises what is not usable", () => {
    expect(diceInWords(0)).toMatch(/^Not usable/);
    expect(new Set([0.1, 0.5, 0.7, 0.85, 0.95].map(diceInWords)).size).toBe(5);
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
    expect(stoppedInWords({ epochs: 1, bestEpoch: 1, trainSeconds: 90, stoppedBecause: "user" })).toBe(
      "Trained for 2 min (1 epoch) until it was stopped. The weights of epoch 1 were the best and are kept.",
    );
  });
});
