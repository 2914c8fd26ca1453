import { hashUnit, smoothstep } from "./noise.ts";
import { FIELD } from "./surfaceFields.ts";
import { type Cover, SHADOW_REACH_PX } from "./surfaceRelief.ts";
import type { SurfaceTextures } from "./surfaceTextures.ts";

type Colour = readonly [number, number, number];

const MUD: Colour = [150, 135, 112];
const WET_MUD: Colour = [98, 90, 76];
const SHEEN: Colour = [134, 136, 136];
const SAND: Colour = [188, 171, 140];
const SHALLOW: Colour = [112, 106, 82];
const DEEP: Colour = [62, 75, 66];
const GREEN: Colour = [92, 99, 60];
const STRAW: Colour = [139, 127, 92];
const WRACK: Colour = [104, 84, 60];
/** Live and wet, grey-brown, bleached: the colours of oysters, and of loose shell, and between them of algae. */
const SHELL: readonly Colour[] = [
  [70, 66, 52],
  [98, 91, 74],
  [124, 114, 96],
  [146, 136, 117],
  [176, 167, 148],
];

function shellColour(place: number, band: number): number {
  const at = Math.min(0.9999, Math.max(0, place)) * (SHELL.length - 1);
  const index = Math.floor(at);
  const low = SHELL[index]?.[band] ?? 0;
  const high = SHELL[index + 1]?.[band] ?? low;
  return low + (high - low) * (at - index);
}

export interface ColourRow {
  readonly fields: readonly Float32Array[];
  readonly cover: Cover;
  readonly textures: SurfaceTextures;
  readonly light: Float32Array;
  readonly row: number;
  readonly seed: number;
}

/**
 * Colours of one pixel row into `target` (RGB interleaved, from element `offset`) and its validity into `valid`. The arrays of
 * `source` start SHADOW_REACH_PX columns left of the survey.
 */
export function paintColours(target: Uint8Array, valid: Uint8Array, offsetPx: number, source: ColourRow): void {
  const { fields, cover, textures, light, row, seed } = source;
  const field = (index: number, i: number) => fields[index]?.[i] ?? 0;
  for (let i = SHADOW_REACH_PX; i < light.length; i++) {
    const at = offsetPx + i - SHADOW_REACH_PX;
    if (field(FIELD.border, i) <= 0) {
      valid[at] = 0;
      continue;
    }
    valid[at] = 1;
    const col = i - SHADOW_REACH_PX;
    const grain = hashUnit(col, row, seed) - 0.5;
    const cm7 = textures.cm7[i] ?? 0;
    const cm18 = textures.cm18[i] ?? 0;
    const cm90 = textures.cm90[i] ?? 0;
    const m2 = textures.m2[i] ?? 0;
    const m5 = textures.m5[i] ?? 0;

    const wet = smoothstep(-0.45, 0.6, field(FIELD.wet, i) + 0.25 * m2 + 0.15 * cm90);
    const glossy = smoothstep(0.7, 1, wet) * smoothstep(-0.1, 0.35, m2 + 0.5 * cm90);
    const sand = cover.sand[i] ?? 0;
    const rill = cover.rill[i] ?? 0;
    const water = cover.water[i] ?? 0;
    const depth = smoothstep(0, -5.5, field(FIELD.bank, i) + 1.2 * m2);
    const clear = water * smoothstep(-1.4, 0, field(FIELD.bank, i)) * 0.55;
    const marsh = cover.marsh[i] ?? 0;
    const straw = smoothstep(-0.35, 0.45, m5 + 0.6 * m2 + 0.5 * (textures.cm45[i] ?? 0));
    const reef = cover.reef[i] ?? 0;
    const lookalike = cover.lookalike[i] ?? 0;
    const wrack = cover.wrack[i] ?? 0;

    const palette = field(FIELD.palette, i);
    const fleck = grain > 0.465 ? 0.32 : 0;
    const reefShade = palette + 1.15 * (textures.ridges[i] ?? 0) + 0.26 * cm18 + 0.28 * cm7 + fleck;
    const lookalikeShade = palette + 0.12 * m2 + 1.05 * (textures.hummocks[i] ?? 0) + 0.28 * cm18 + 0.28 * cm7 + fleck;
    const fine = 1 + 0.05 * grain + 0.05 * cm7;
    const wave = textures.waves[i] ?? 0;
    const sparkle = water * field(FIELD.glint, i) * smoothstep(0.5, 0.85, wave + 0.35 * cm7 + 0.25 * field(FIELD.glint, i));
    const lit = (light[i] ?? 1) * (1 - 0.9 * water) + 0.9 * water;
    const gain = field(FIELD.gain, i) * lit;
    const warmth = field(FIELD.warmth, i);

    for (let band = 0; band < 3; band++) {
      const pick = (colour: Colour) => colour[band] ?? 0;
      let value = pick(MUD) + (pick(WET_MUD) - pick(MUD)) * wet;
      value += (pick(SHEEN) - value) * 0.35 * glossy;
      value *= 1 + 0.1 * m2 + 0.07 * cm90 + 0.08 * cm18;
      value += (pick(SAND) * (1 - 0.22 * wet) * (1 + 0.06 * m2) - value) * sand;
      value += (pick(WET_MUD) * 0.92 - value) * 0.7 * rill;
      const body = pick(SHALLOW) + (pick(DEEP) - pick(SHALLOW)) * depth;
      value += (body * (1 + 0.07 * wave + 0.03 * m5) - value) * (water - clear);
      const grass = pick(GREEN) + (pick(STRAW) - pick(GREEN)) * straw;
      value += (grass * (1 + 0.3 * cm18 + 0.3 * cm7) - value) * marsh;
      value += (shellColour(lookalikeShade, band) - value) * lookalike;
      value += (pick(WRACK) * (1 + 0.7 * cm18 + 0.6 * cm7) - value) * wrack;
      value += (shellColour(reefShade, band) - value) * reef;
      value *= fine * gain * (1 + warmth * (1 - band));
      value += (250 - value) * sparkle;
      target[at * 3 + band] = Math.max(1, Math.min(255, value + 0.5));
    }
  }
}
