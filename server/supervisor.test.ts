import { describe, expect, it } from "vitest";
import { pauseAfter } from "./supervisor.ts";

describe("pauseAfter", () => {
  it("doubles from one second and stops growing at thirty", () => {
    expect([1, 2, 3, 4, 5, 6, 7, 40].map(pauseAfter)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });
});
