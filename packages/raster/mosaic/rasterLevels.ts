import { isReadableMask } from "../tiff/geotiffSupport.ts";
import type { ImageLayout } from "../tiff/guard.ts";

export interface LevelLayout {
  readonly image: ImageLayout;
  readonly mask: ImageLayout | null;
}

/** Images of the files beside a raster, as GDAL writes them. */
export interface ImagesBeside {
  /** Of NAME.ovr: every image is an overview. */
  readonly overviews: readonly ImageLayout[];
  /** Of NAME.msk and NAME.msk.ovr: every image is a mask. */
  readonly masks: readonly ImageLayout[];
}

/**
 * Full resolution and the overviews that belong to it, finest first, each with its mask.
 * A reduced image of another kind (a thumbnail in other colours) is not an overview.
 */
export function rasterLevels(
  images: readonly [ImageLayout, ...ImageLayout[]],
  beside: ImagesBeside = { overviews: [], masks: [] },
): readonly [LevelLayout, ...LevelLayout[]] {
  const [main, ...rest] = images;
  const isMask = ({ subfileType }: ImageLayout) => (subfileType & 4) !== 0;
  const masks = [...beside.masks, ...[...rest, ...beside.overviews].filter(isMask)].filter(isReadableMask);
  const maskOf = (image: ImageLayout) => masks.find((mask) => mask.widthPx === image.widthPx && mask.heightPx === image.heightPx) ?? null;
  const inside = rest.filter((image) => !isMask(image) && (image.subfileType & 1) === 1 && isReduction(main, image));
  // GDAL looks beside the file only where it finds no overviews inside.
  const outside = beside.overviews.filter((image) => !isMask(image) && isReduction(main, image));
  const overviews = (inside.length > 0 ? inside : outside).sort((a, b) => b.widthPx - a.widthPx);
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
    sameColours(main.photometric, image.photometric);
  if (!sameKind || image.widthPx > main.widthPx || image.heightPx > main.heightPx) return false;
  const factor = main.widthPx / image.widthPx;
  // Sizes are rounded up or down to whole pixels, so that they agree within one.
  return Math.abs(main.heightPx / factor - image.heightPx) <= 1 + 0.02 * image.heightPx;
}

/** RGB may be kept as YCbCr in JPEG overviews. */
function sameColours(main: number, overview: number): boolean {
  const rgb = 2;
  const yCbCr = 6;
  const colour = (value: number) => (value === yCbCr ? rgb : value);
  return colour(main) === colour(overview);
}
