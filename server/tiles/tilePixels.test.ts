import { crsFromEpsg } from "@reefline/geo/crs";
import type { RasterArray } from "@reefline/raster/array";
import type { Raster } from "@reefline/raster/raster";
import { describe, expect, it } from "vitest";
import { tilePixels } from "./tilePixels.ts";
import { planTile } from "./tilePlan.ts";

const [z, x, y] = [16, 20_011, 26_007];
const tileMeters = (2 * Math.PI * 6378137) / 2 ** z;

/** One band over exactly the ground of the tile; the value of a pixel is 10 · column + row, the last column is not measured. */
function rasterOverTile(widthPx: number, heightPx: number): Raster {
  const half = Math.PI * 6378137;
  return {
    grid: {
      crs: crsFromEpsg(3857),
      transform: [tileMeters / widthPx, 0, x * tileMeters - half, 0, -tileMeters / heightPx, half - y * tileMeters],
      widthPx,
      heightPx,
    },
    sampleType: "uint8",
    bandNames: ["grey"],
    maskKind: "internal",
    nodata: null,
    levels: [{ widthPx, heightPx, blockWidthPx: widthPx, blockHeightPx: heightPx }],
    read: async (window): Promise<RasterArray> => {
      const count = window.widthPx * window.heightPx;
      const col = (i: number) => window.colOff + (i % window.widthPx);
      const row = (i: number) => window.rowOff + Math.floor(i / window.widthPx);
      return {
        layout: "pixel-interleaved",
        sampleType: "uint8",
        bandCount: 1,
        widthPx: window.widthPx,
        heightPx: window.heightPx,
        data: Uint8Array.from({ length: count }, (_, i) => 10 * col(i) + row(i)),
        valid: Uint8Array.from({ length: count }, (_, i) => (col(i) === widthPx - 1 ? 0 : 1)),
      };
    },
    close: async () => {},
  };
}

async function pixelsOf(widthPx: number, heightPx: number, enlarged: "blended" | "crisp") {
  const raster = rasterOverTile(widthPx, heightPx);
  const plan = planTile(raster, z, x, y, 256);
  if (!plan) throw new Error("no plan");
  return tilePixels(raster, plan, [0], undefined, enlarged);
}

describe("tilePixels, enlarged", () => {
  it("draws each pixel as the square it is, ground without measurement too", async () => {
    const { samples, coverage } = await pixelsOf(16, 8, "crisp");
    for (let row = 0; row < 256; row++) {
      for (let col = 0; col < 256; col++) {
        const [imageCol, imageRow] = [Math.floor(col / 16), Math.floor(row / 32)];
        const at = row * 256 + col;
        expect(coverage[at]).toBe(imageCol === 15 ? 0 : 1);
        if (imageCol < 15) expect(samples[at]).toBe(10 * imageCol + imageRow);
      }
    }
  });

  it("blends where nobody asks for squares, and where pixels are too small to be seen as such", async () => {
    const isBlended = (samples: Float32Array) => samples.some((value) => !Number.isInteger(value));
    expect(isBlended((await pixelsOf(16, 8, "blended")).samples)).toBe(true);
    expect(isBlended((await pixelsOf(200, 170, "crisp")).samples)).toBe(true);
    expect(isBlended((await pixelsOf(200, 170, "blended")).samples)).toBe(true);
  });
});
