import type { Window } from "@reefline/schema/grid";
import type { Augmentation } from "./augmentation.ts";
import { classShift, coverageBits } from "./coverage.ts";
import type { GroundPatch } from "./ground.ts";

/** Where a chip's centre lies, in model pixels (a pixel's corner is at whole numbers). */
export interface ChipCentre {
  readonly col: number;
  readonly row: number;
}

/** Reef, but nobody said of which of the classes that are told apart. */
export const unsaidClass = 255;

/** The chip a network trains on. All arrays are row by row. */
export interface Chip {
  readonly sizePx: number;
  /** Bytes after colour changes, interleaved. */
  readonly pixels: Uint8Array;
  /** 1 where the image holds a measurement. */
  readonly measured: Uint8Array;
  /** 0 empty, 1 reef; where classes are told apart k for the k-th and `unsaidClass` for reef whose class is not said. */
  readonly target: Uint8Array;
  /** 1 where the pixel counts: examined, and `counts` agrees. */
  readonly valid: Uint8Array;
}

/** The ground that a chip needs, one pixel more on every side for interpolation. */
export function chipWindow(centre: ChipCentre, sizePx: number, { rotation, groundPerPixel }: Augmentation): Window {
  const reach = (sizePx / 2) * groundPerPixel * (Math.abs(Math.cos(rotation)) + Math.abs(Math.sin(rotation))) + 1;
  const colOff = Math.floor(centre.col - reach);
  const rowOff = Math.floor(centre.row - reach);
  return { colOff, rowOff, widthPx: Math.ceil(centre.col + reach) - colOff, heightPx: Math.ceil(centre.row + reach) - rowOff };
}

/**
 * Cuts one chip: colours by bilinear interpolation (nearest where a neighbour holds no measurement), coverage by the nearest pixel.
 * @param counts whether a ground pixel may count at all, e.g. whether it lies in a training cell
 */
export function cutChip(
  patch: GroundPatch,
  centre: ChipCentre,
  sizePx: number,
  augmentation: Augmentation,
  counts: (col: number, row: number) => boolean,
): Chip {
  const { bandCount, window } = patch;
  const area = sizePx * sizePx;
  const chip: Chip = {
    sizePx,
    pixels: new Uint8Array(area * bandCount),
    measured: new Uint8Array(area),
    target: new Uint8Array(area),
    valid: new Uint8Array(area),
  };
  const { groundPerPixel, flip, color } = augmentation;
  const cos = Math.cos(augmentation.rotation) * groundPerPixel;
  const sin = Math.sin(augmentation.rotation) * groundPerPixel;
  const raw = new Float32Array(bandCount);
  const reefWithoutClass = patch.tellsClasses ? unsaidClass : 1;
  for (let row = 0; row < sizePx; row++) {
    const v = row + 0.5 - sizePx / 2;
    for (let col = 0; col < sizePx; col++) {
      const u = (col + 0.5 - sizePx / 2) * (flip ? -1 : 1);
      const x = centre.col + u * cos - v * sin - window.colOff;
      const y = centre.row + u * sin + v * cos - window.rowOff;
      const nearCol = Math.floor(x);
      const nearRow = Math.floor(y);
      if (nearCol < 0 || nearRow < 0 || nearCol >= window.widthPx || nearRow >= window.heightPx) continue;
      const near = nearRow * window.widthPx + nearCol;
      const bits = patch.coverage[near] ?? 0;
      if ((bits & coverageBits.measured) === 0) continue;
      const at = row * sizePx + col;
      chip.measured[at] = 1;
      if ((bits & coverageBits.examined) !== 0 && counts(nearCol + window.colOff, nearRow + window.rowOff)) {
        chip.valid[at] = 1;
        chip.target[at] = (bits & coverageBits.reef) === 0 ? 0 : bits >> classShift || reefWithoutClass;
      }
      samplePixel(patch, x - 0.5, y - 0.5, near, raw);
      for (let band = 0; band < bandCount; band++) {
        let value = color.offset[band] ?? 0;
        for (let k = 0; k < bandCount; k++) value += (color.matrix[band * bandCount + k] ?? 0) * (raw[k] ?? 0);
        chip.pixels[at * bandCount + band] = value < 0 ? 0 : value > 255 ? 255 : value + 0.5;
      }
    }
  }
  return chip;
}

/** Bilinear between the four pixel centres around (x, y), or the nearest pixel where one of them holds no measurement. */
function samplePixel({ pixels, coverage, bandCount, window }: GroundPatch, x: number, y: number, near: number, out: Float32Array): void {
  const { widthPx, heightPx } = window;
  const col = Math.floor(x);
  const row = Math.floor(y);
  const fx = x - col;
  const fy = y - row;
  const a = row * widthPx + col;
  const inside = col >= 0 && row >= 0 && col + 1 < widthPx && row + 1 < heightPx;
  const all =
    inside &&
    ((coverage[a] ?? 0) &
      (coverage[a + 1] ?? 0) &
      (coverage[a + widthPx] ?? 0) &
      (coverage[a + widthPx + 1] ?? 0) &
      coverageBits.measured) !==
      0;
  if (!all) {
    for (let band = 0; band < bandCount; band++) out[band] = pixels[near * bandCount + band] ?? 0;
    return;
  }
  const below = widthPx * bandCount;
  for (let band = 0; band < bandCount; band++) {
    const i = a * bandCount + band;
    const top = (pixels[i] ?? 0) * (1 - fx) + (pixels[i + bandCount] ?? 0) * fx;
    const bottom = (pixels[i + below] ?? 0) * (1 - fx) + (pixels[i + below + bandCount] ?? 0) * fx;
    out[band] = top * (1 - fy) + bottom * fy;
  }
}
