import { expect, it } from "vitest";
import { inWords } from "./directionWords.ts";

it("says how far and which way, and nothing of what is nothing", () => {
  expect(inWords({ eastMeters: 3, northMeters: -4 })).toMatch(/^5\.\d* m: 3\.\d* m east, 4\.\d* m south\.$/);
  expect(inWords({ eastMeters: -0.25, northMeters: 1e-7 })).toMatch(/^25\S* cm west\.$/);
  expect(inWords({ eastMeters: 0, northMeters: 0 })).toMatch(/^0/);
});
