import { describe, expect, it } from "vitest";
import { addNoiseRow, hashUnit, noiseAt } from "./noise.ts";

describe("noise", () => {
  it("gives a row the values of its places, wherever the row starts", () => {
    const noise = { seed: 9, wavelengthX: 7.3, wavelengthY: 4.1 };
    const row = new Float32Array(211).fill(10);
    addNoiseRow(row, 2, noise, -37, -5);
    for (let i = 0; i < row.length; i++) {
      expect(row[i]).toBeCloseTo(10 + 2 * noiseAt((i - 37 + 0.5) / 7.3, (-5 + 0.5) / 4.1, 9), 5);
    }
  });

  it("is balanced around 0, within ±1, and differs by seed", () => {
    const values = Array.from({ length: 20_000 }, (_, i) => noiseAt((i % 141) * 0.37, Math.floor(i / 141) * 0.41, 5));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const spread = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(spread).toBeGreaterThan(0.2);
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(1);
    expect(noiseAt(3.4, 5.6, 5)).not.toBe(noiseAt(3.4, 5.6, 6));
  });

  it("spreads lattice hashes evenly, neighbours and negative places included", () => {
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i++) {
      const bin = Math.floor(10 * hashUnit((i % 100) - 50, Math.floor(i / 100) - 50, 3));
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(130);
  });
});
