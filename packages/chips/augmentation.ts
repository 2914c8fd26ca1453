import type { Random } from "./random.ts";

/** How one chip is cut and coloured: everything random about it, drawn beforehand. */
export interface Augmentation {
  /** Counter-clockwise, radians. */
  readonly rotation: number;
  /** Ground pixels per chip pixel: below 1 shows less ground, enlarged. */
  readonly groundPerPixel: number;
  readonly flip: boolean;
  /** Row-major colour matrix, bands × bands, then one offset per band, in bytes. */
  readonly color: { readonly matrix: readonly number[]; readonly offset: readonly number[] };
}

export type AugmentationKind = "full" | "course" | "flips" | "none";

/** No change at all. */
export function noAugmentation(bandCount: number): Augmentation {
  return {
    rotation: 0,
    groundPerPixel: 1,
    flip: false,
    color: { matrix: identity(bandCount), offset: new Array<number>(bandCount).fill(0) },
  };
}

/**
 * full: half of the chips are turned by quarter turns only, whose pixels are those of the ground and as sharp as what prediction sees; the
 * other half by any angle and zoomed by up to a third; all may be mirrored and change brightness, contrast, saturation and hue. course: the
 * course's, mirrored either way, zoomed by up to 0.3 and turned by up to 10°. flips: mirrored and turned by quarter turns. none: as it lies.
 */
export function drawAugmentation(random: Random, bandCount: number, kind: AugmentationKind = "full"): Augmentation {
  const plain = noAugmentation(bandCount);
  if (kind === "none") return plain;
  const flip = random.next() < 0.5;
  if (kind === "course") {
    // Mirrored top to bottom is mirrored left to right and turned half round.
    const halfTurn = random.next() < 0.5 ? Math.PI : 0;
    const tilt = random.between(-Math.PI / 18, Math.PI / 18);
    return { ...plain, flip, rotation: halfTurn + tilt, groundPerPixel: random.between(0.7, 1.3) };
  }
  const free = kind === "full" && random.next() < 0.5;
  const rotation = free ? random.between(0, 2 * Math.PI) : random.below(4) * (Math.PI / 2);
  if (kind === "flips") return { ...plain, flip, rotation };
  const groundPerPixel = free ? Math.exp(random.between(-Math.log(4 / 3), Math.log(4 / 3))) : 1;
  return { rotation, groundPerPixel, flip, color: drawColor(random, bandCount) };
}

function drawColor(random: Random, bandCount: number): Augmentation["color"] {
  const brightness = random.between(-25, 25);
  const contrast = Math.exp(random.between(-0.22, 0.22));
  const saturation = random.between(0.7, 1.3);
  const hue = random.between(-0.15, 0.15);
  const matrix = (bandCount === 3 ? hueSaturation(hue, saturation) : identity(bandCount)).map((value) => value * contrast);
  // Contrast turns about the middle of the byte range.
  return { matrix, offset: new Array<number>(bandCount).fill(127.5 * (1 - contrast) + brightness) };
}

/** Rotation of hue (radians) and scaling of chroma in YIQ, as one RGB matrix. Grey stays grey. */
function hueSaturation(hue: number, saturation: number): number[] {
  const c = saturation * Math.cos(hue);
  const s = saturation * Math.sin(hue);
  const toYiq = [0.299, 0.587, 0.114, 0.596, -0.274, -0.322, 0.211, -0.523, 0.312];
  const turn = [1, 0, 0, 0, c, -s, 0, s, c];
  const toRgb = [1, 0.956, 0.621, 1, -0.272, -0.647, 1, -1.106, 1.703];
  return multiply3(toRgb, multiply3(turn, toYiq));
}

function multiply3(a: readonly number[], b: readonly number[]): number[] {
  return Array.from({ length: 9 }, (_, i) => {
    const row = Math.floor(i / 3) * 3;
    return [0, 1, 2].reduce((sum, k) => sum + (a[row + k] ?? 0) * (b[3 * k + (i % 3)] ?? 0), 0);
  });
}

function identity(size: number): number[] {
  return Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));
}
