import type { RampName, TileStyle } from "@reefline/schema/tileStyle";
import type { TilePixels } from "./tilePixels.ts";

type Colour = readonly [number, number, number];
const ramps: Record<RampName, readonly Colour[]> = {
  grey: [
    [0, 0, 0],
    [255, 255, 255],
  ],
  viridis: [
    [68, 1, 84],
    [59, 82, 139],
    [33, 145, 140],
    [94, 201, 98],
    [253, 231, 37],
  ],
  // Water, mud, sand, plants, crest: dark to light, for heights.
  terrain: [
    [16, 42, 84],
    [62, 92, 118],
    [134, 124, 102],
    [150, 160, 104],
    [196, 204, 168],
    [250, 248, 240],
  ],
};

/** Which of the raster's bands a style reads, each once. */
export function styleBands(style: TileStyle): number[] {
  const bands =
    style.kind === "colours" ? style.channels.map(({ band }) => band) : style.kind === "band" ? [style.channel.band] : [style.a, style.b];
  return [...new Set(bands)];
}

/** The 256 colours of a ramp, interleaved. */
function rampTable(name: RampName): Uint8ClampedArray {
  const stops = ramps[name];
  const table = new Uint8ClampedArray(256 * 3);
  for (let value = 0; value < 256; value++) {
    const at = (value / 255) * (stops.length - 1);
    const low = Math.min(stops.length - 2, Math.floor(at));
    for (let channel = 0; channel < 3; channel++) {
      const from = stops[low]?.[channel] ?? 0;
      table[value * 3 + channel] = from + (at - low) * ((stops[low + 1]?.[channel] ?? 0) - from);
    }
  }
  return table;
}

/**
 * A tile's samples in the colours of a style.
 * @param bands as `styleBands` gives them, in the order of the samples
 */
export function styledColours(pixels: TilePixels, style: TileStyle, bands: readonly number[], channels: 3 | 4): Uint8ClampedArray {
  const { bandCount, samples, coverage } = pixels;
  const out = new Uint8ClampedArray(coverage.length * channels);
  const place = (band: number): number => Math.max(0, bands.indexOf(band));
  const factor = (low: number, high: number): number => (high > low ? 255 / (high - low) : 0);
  if (style.kind === "colours") {
    style.channels.forEach(({ band, low, high }, channel) => {
      const scale = factor(low, high);
      for (let i = 0, read = place(band), write = channel; i < coverage.length; i++, read += bandCount, write += channels) {
        out[write] = ((samples[read] ?? 0) - low) * scale;
      }
    });
  } else {
    const table = rampTable(style.ramp);
    const { low, high } = style.kind === "band" ? style.channel : style;
    const scale = factor(low, high);
    const [a, b] = style.kind === "band" ? [place(style.channel.band), -1] : [place(style.a), place(style.b)];
    for (let i = 0; i < coverage.length; i++) {
      const first = samples[i * bandCount + a] ?? 0;
      const second = b < 0 ? 0 : (samples[i * bandCount + b] ?? 0);
      const value = b < 0 ? first : first + second === 0 ? 0 : (first - second) / (first + second);
      const at = 3 * Math.max(0, Math.min(255, Math.round((value - low) * scale)));
      for (let channel = 0; channel < 3; channel++) out[i * channels + channel] = table[at + channel] ?? 0;
    }
  }
  if (channels === 4) {
    for (let i = 0; i < coverage.length; i++) {
      const part = coverage[i] ?? 0;
      out[i * 4 + 3] = part * 255;
      if (part === 0) out.fill(0, i * 4, i * 4 + 3);
    }
  }
  return out;
}
