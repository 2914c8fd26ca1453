import { smoothstep } from "./noise.ts";
import { FIELD, GSD_METERS } from "./surfaceFields.ts";
import type { SurfaceTextures } from "./surfaceTextures.ts";

/** How far shadows reach, in pixels along each axis; the sun stands in the upper left. */
export const SHADOW_REACH_PX = 20;
const SHADOW_STEPS_PX = [3, 7, 12, 20];
const DIAGONAL_METERS = GSD_METERS * Math.SQRT2;
const SUN_TANGENT = 0.62;

/** What covers the ground at a pixel, each 0 to 1. */
export interface Cover {
  readonly reef: Float32Array;
  readonly lookalike: Float32Array;
  readonly wrack: Float32Array;
  readonly marsh: Float32Array;
  readonly water: Float32Array;
  readonly sand: Float32Array;
  readonly rill: Float32Array;
}

export function newCover(length: number): Cover {
  const array = () => new Float32Array(length);
  return { reef: array(), lookalike: array(), wrack: array(), marsh: array(), water: array(), sand: array(), rill: array() };
}

export function fillCover(cover: Cover, fields: readonly Float32Array[], textures: SurfaceTextures): void {
  const { reef, lookalike, wrack, marsh, water, sand, rill } = cover;
  const at = (field: number, i: number) => fields[field]?.[i] ?? 0;
  for (let i = 0; i < reef.length; i++) {
    const fuzz = 0.09 * (textures.cm18[i] ?? 0) + 0.07 * (textures.cm7[i] ?? 0);
    const here = smoothstep(-0.06, 0.06, at(FIELD.reef, i) + fuzz);
    const wet = smoothstep(0.06, -0.06, at(FIELD.bank, i) + 0.5 * fuzz);
    const grass = smoothstep(-0.012, 0.012, at(FIELD.marsh, i) + 0.12 * fuzz) * (1 - wet);
    reef[i] = here;
    water[i] = wet * (1 - here);
    marsh[i] = grass * (1 - here);
    wrack[i] = smoothstep(-0.012, 0.012, at(FIELD.wrack, i) + 0.25 * fuzz) * (1 - here) * (1 - wet) * (1 - 0.8 * grass);
    const free = (1 - here) * (1 - wet) * (1 - grass);
    lookalike[i] = smoothstep(-0.07, 0.07, at(FIELD.lookalike, i) + fuzz) * free * smoothstep(0, -0.16, at(FIELD.reef, i));
    sand[i] = at(FIELD.sand, i) * free;
    rill[i] = smoothstep(0.1, -0.12, at(FIELD.rill, i) + 0.6 * fuzz) * free;
  }
}

/** Metres above the mud, of one row. */
export function fillHeights(heights: Float32Array, cover: Cover, ripplePhase: Float32Array, textures: SurfaceTextures): void {
  const { cm7, cm18, cm45, cm90, m2, ridges, hummocks } = textures;
  for (let i = 0; i < heights.length; i++) {
    const reef = cover.reef[i] ?? 0;
    const marsh = cover.marsh[i] ?? 0;
    const fine = 0.6 * (cm18[i] ?? 0) + 0.4 * (cm7[i] ?? 0);
    const mud = 0.012 * (cm45[i] ?? 0) + 0.02 * (cm90[i] ?? 0) + 0.03 * (m2[i] ?? 0) + 0.004 * (cm18[i] ?? 0);
    heights[i] =
      mud * (1 - 0.7 * (cover.water[i] ?? 0)) +
      reef * (0.11 + 0.27 * (ridges[i] ?? 0) + 0.05 * fine) +
      (cover.lookalike[i] ?? 0) * (0.09 + 0.24 * (hummocks[i] ?? 0) + 0.055 * fine) +
      (cover.wrack[i] ?? 0) * (0.06 + 0.09 * fine) +
      marsh * (0.5 + 0.3 * (cm45[i] ?? 0) + 0.22 * fine) +
      (cover.sand[i] ?? 0) * 0.007 * Math.sin(ripplePhase[i] ?? 0) -
      0.05 * (cover.rill[i] ?? 0);
  }
}

/**
 * Light on each pixel of a row, 1 on level ground: slopes towards the sun brighter, ground behind something tall in shadow.
 * `rowsAbove[d]` holds the heights d rows higher up (0 is the row itself).
 */
export function fillLight(light: Float32Array, rowsAbove: readonly Float32Array[]): void {
  const heights = rowsAbove[0];
  const previous = rowsAbove[1];
  if (heights === undefined || previous === undefined) throw new RangeError("relief needs the row above");
  for (let i = SHADOW_REACH_PX; i < light.length; i++) {
    const here = heights[i] ?? 0;
    const slope = (here - (previous[i - 1] ?? 0)) / DIAGONAL_METERS;
    let shadow = 0;
    for (const step of SHADOW_STEPS_PX) {
      const blocked = (rowsAbove[step]?.[i - step] ?? 0) - here - step * DIAGONAL_METERS * SUN_TANGENT;
      if (blocked > 0) shadow = Math.max(shadow, Math.min(1, blocked / 0.07));
    }
    light[i] = (1 + 0.42 * Math.max(-0.85, Math.min(0.9, slope))) * (1 - 0.48 * shadow);
  }
}
