import { describe, expect, it } from "vitest";
import { tileIdOf } from "./tileId.ts";

describe("a feature's id in tiles", () => {
  it("is a whole number of 49 bits, and another one for ids that differ little", () => {
    const ids = Array.from({ length: 20_000 }, (_, i) => `00000000-0000-7000-8000-${i.toString(16).padStart(12, "0")}`);
    const tileIds = ids.map(tileIdOf);
    expect(tileIds.every((id) => Number.isSafeInteger(id) && id >= 0 && id < 2 ** 49)).toBe(true);
    expect(new Set(tileIds).size).toBe(ids.length);
    const upper = tileIds.filter((id) => id >= 2 ** 48).length;
    expect(Math.abs(upper / ids.length - 0.5)).toBeLessThan(0.02);
  });
});
