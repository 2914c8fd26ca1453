import type { RowBlock } from "@reefline/raster/cog/cogWriter";
import type { LatticeRows } from "./latticeRows.ts";
import { addNoiseRow } from "./noise.ts";
import { paintColours } from "./surfaceColours.ts";
import { GSD_METERS } from "./surfaceFields.ts";
import { fillCover, fillHeights, fillLight, newCover, SHADOW_REACH_PX } from "./surfaceRelief.ts";
import { fillTextures, newTextures } from "./surfaceTextures.ts";

const BLOCK_PIXELS = 2 ** 20;
const RIPPLE_METERS = 0.27;

/** Phase of the ripples in the sand, whose crests wander. */
function fillRipples(phase: Float32Array, seed: number, row: number): void {
  phase.fill(0);
  addNoiseRow(phase, 9, { seed, wavelengthX: 260, wavelengthY: 260 }, -SHADOW_REACH_PX, row);
  addNoiseRow(phase, 2.6, { seed: seed + 1, wavelengthX: 60, wavelengthY: 60 }, -SHADOW_REACH_PX, row);
  const perPixel = (2 * Math.PI * GSD_METERS) / RIPPLE_METERS;
  for (let i = 0; i < phase.length; i++) phase[i] = (phase[i] ?? 0) + perPixel * (0.82 * (i - SHADOW_REACH_PX) + 0.57 * row);
}

/**
 * A survey's pixels, row by row from the fields of its surface; every pixel is a function of its place, whatever `blockRows`.
 * Holds some twenty rows.
 */
export async function* paintSurvey(surface: LatticeRows, sizePx: number, seed: number, blockRows?: number): AsyncGenerator<RowBlock> {
  const length = sizePx + SHADOW_REACH_PX;
  const fields = Array.from({ length: surface.fieldCount }, () => new Float32Array(length));
  const textures = newTextures(length);
  const cover = newCover(length);
  const ripplePhase = new Float32Array(length);
  const light = new Float32Array(length);
  // Newest first: element d is the row d above the one being painted.
  const heights = Array.from({ length: SHADOW_REACH_PX + 1 }, () => new Float32Array(length));
  const rowsPerBlock = blockRows ?? Math.max(16, Math.floor(BLOCK_PIXELS / sizePx));

  function prepareRow(row: number): void {
    surface.sampleRow(fields, 0.5 - SHADOW_REACH_PX, 1, row + 0.5);
    fillTextures(textures, seed, -SHADOW_REACH_PX, row);
    fillRipples(ripplePhase, seed + 50, row);
    fillCover(cover, fields, textures);
    const oldest = heights.pop();
    if (oldest === undefined) return;
    heights.unshift(oldest);
    fillHeights(oldest, cover, ripplePhase, textures);
  }

  for (let row = -SHADOW_REACH_PX; row < 0; row++) prepareRow(row);
  for (let rowOff = 0; rowOff < sizePx; rowOff += rowsPerBlock) {
    const heightPx = Math.min(rowsPerBlock, sizePx - rowOff);
    const data = new Uint8Array(sizePx * heightPx * 3);
    const valid = new Uint8Array(sizePx * heightPx);
    for (let row = rowOff; row < rowOff + heightPx; row++) {
      prepareRow(row);
      fillLight(light, heights);
      paintColours(data, valid, (row - rowOff) * sizePx, { fields, cover, textures, light, row, seed: seed + 60 });
    }
    yield {
      rowOff,
      heightPx,
      array: { layout: "pixel-interleaved", sampleType: "uint8", bandCount: 3, widthPx: sizePx, heightPx, data, valid },
    };
  }
}
