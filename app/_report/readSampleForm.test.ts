import { expect, it } from "vitest";
import { readSampleForm } from "./readSampleForm.ts";

it("reads what was typed, and says what is wrong where it is wrong", () => {
  expect(readSampleForm({ blocks: "80", meters: "2,5", seed: "7" }).request).toEqual({ blockCount: 80, blockMeters: 2.5, seed: 7 });
  expect(readSampleForm({ blocks: "80", meters: " ", seed: "7" }).request?.blockMeters).toBeNull();
  const wrong = readSampleForm({ blocks: "19", meters: "-1", seed: "" });
  expect(wrong.request).toBeNull();
  expect(Object.values(wrong.errors)).toEqual(["A whole number from 20 to 1000.", "A number above 0.", "A whole number."]);
});
