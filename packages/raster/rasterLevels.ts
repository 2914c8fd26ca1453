import { isReadableMask } from "./geotiffSupport.ts";
import type { ImageLayout } from "./guard.ts";

export interface LevelLayout {
  readonly image: ImageLayout;
  readonly mask: ImageLayout | null;
}

/**
 * Full resolution and the overviews that belong to it, finest first, each with its mask.
 * A reduced image of another kind (a thumbnail in other colours) is not an overview.
 */
export function rasterLevels(images: readonly [ImageLayout, ...ImageLayout[]]): readonly [LevelLayout, ...LevelLayout[]] {
  const [main, ...rest] = images;
  const masks = rest.filter((image) => (image.subfileType & 4) !== 0 && isReadableMask(image));
  const maskOf = (image: ImageLayout) => masks.find((mask) => mask.widthPx === image.widthPx && mask.heightPx === image.heightPx) ?? null;
  const overviews = rest
    .filter((image) => (image.subfileType & 4) === 0 && (image.subfileType & 1) === 1 && isReduction(main, image))
    .sort((a, b) => b.widthPx - a.widthPx);
  const mainMask = maskOf(main);
  const levels: LevelLayout[] = [];
  let previousWidth = main.widthPx;
  for (const image of overviews) {
    const mask = maskOf(image);
    // Without its mask an overview would show what the image hides.
    if (image.widthPx >= previousWidth || (mainMask && !mask)) continue;
    previousWidth = image.widthPx;
    levels.push({ image, mask });
  }
  return [{ image: main, mask: mainMask }, ...levels];
}

function isReduction(main: ImageLayout, image: ImageLayout): boolean {
  const sameKind =
    image.samplesPerPixel === main.samplesPerPixel &&
    image.bitsPerSample === main.bitsPerSample &&
    image.sampleFormat === main.sampleFormat &&
    image.photometric === main.photometric;
  if (!sameKind || image.widthPx > main.widthPx || image.heightPx > main.heightPx) return false;
  const factor = main.widthPx / image.widthPx;
  // Sizes are rounded up or down to whole pixels, so that they agree within one.
  return Math.abs(main.heightPx / factor - image.heightPx) <= 1 + 0.02 * image.heightPx;
}
