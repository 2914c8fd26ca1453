import { describe, expect, it } from "vitest";
import { randomFrom } from "./random.ts";
import { unsharpHaloPx, unsharpMask } from "./unsharp.ts";

const [widthPx, heightPx, bandCount] = [41, 29, 2];
const random = randomFrom(6);
const pixels = Uint8Array.from({ length: widthPx * heightPx * bandCount }, () => 60 + random.below(120));
const allValid = new Uint8Array(widthPx * heightPx).fill(1);
const filter = { radiusPx: 3, percent: 80 };

describe("unsharpMask", () => {
  it("is close to the definition with a true Gaussian", () => {
    const sharp = unsharpMask(pixels, allValid, widthPx, heightPx, bandCount, filter);
    let worst = 0;
    for (const [col, row, band] of [
      [20, 14, 0],
      [0, 0, 1],
      [40, 3, 0],
      [12, 28, 1],
    ] as const) {
      let [sum, weight] = [0, 0];
      for (let r = 0; r < heightPx; r++) {
        for (let c = 0; c < widthPx; c++) {
          const g = Math.exp(-((r - row) ** 2 + (c - col) ** 2) / (2 * filter.radiusPx ** 2));
          sum += g * (pixels[(r * widthPx + c) * bandCount + band] ?? 0);
          weight += g;
        }
      }
      const at = (row * widthPx + col) * bandCount + band;
      const value = pixels[at] ?? 0;
      const expected = Math.max(0, Math.min(255, value + 0.8 * (value - sum / weight)));
      worst = Math.max(worst, Math.abs((sharp[at] ?? 0) - expected));
    }
    expect(worst).toBeLessThan(4);
  });

  it("gives a window the same bytes as the whole image when it is read with its halo", () => {
    const halo = unsharpHaloPx(filter);
    const whole = unsharpMask(pixels, allValid, widthPx, heightPx, bandCount, filter);
    const [col0, row0, width, height] = [halo, halo, widthPx - 2 * halo - 1, heightPx - 2 * halo];
    const [w, h] = [width + 2 * halo, height + 2 * halo];
    const part = new Uint8Array(w * h * bandCount);
    for (let row = 0; row < h; row++)
      part.set(pixels.subarray(row * widthPx * bandCount, (row * widthPx + w) * bandCount), row * w * bandCount);
    const sharp = unsharpMask(part, new Uint8Array(w * h).fill(1), w, h, bandCount, filter);
    expect(height).toBeGreaterThan(0);
    for (let row = 0; row < height; row++) {
      for (let i = 0; i < width * bandCount; i++) {
        expect(sharp[((row + halo) * w + halo) * bandCount + i]).toBe(whole[((row + row0) * widthPx + col0) * bandCount + i]);
      }
    }
  });

  it("ignores pixels without a measurement", () => {
    const flat = new Uint8Array(widthPx * heightPx).fill(100);
    const valid = allValid.map((_, i) => (i % widthPx < 10 ? 0 : 1));
    flat.forEach((_, i) => {
      if (valid[i] === 0) flat[i] = 255;
    });
    expect(unsharpMask(flat, valid, widthPx, heightPx, 1, filter)).toEqual(flat);
  });
});
