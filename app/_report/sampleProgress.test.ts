import { expect, it } from "vitest";
import { firstOpen } from "./sampleProgress.ts";

it("goes to the next block that is open, and round to those left out before", () => {
  const states = ["done", "open", "gone", "open", "done"] as const;
  expect([0, 1, 2, 4].map((from) => firstOpen(states, from))).toEqual([1, 1, 3, 1]);
  expect(firstOpen(["done", "gone"], 0)).toBeNull();
  expect(firstOpen([], 0)).toBeNull();
});
