import { AppError } from "@reefline/schema/errors";

/** Between photos, at least: what a network sees across it is nothing, and overviews down to a thirty-second mix no two photos. */
const gutterPx = 32;
/** Width to height that a sheet comes near to. */
const aspect = 1.5;
/** The pixel CRS ends at the poles, 6.3 million pixels from its upper edge, and at 20 million to the right. */
const longestPx = 6_000_000;

export interface SheetPlace {
  readonly colOff: number;
  readonly rowOff: number;
}

export interface SheetLayout {
  readonly widthPx: number;
  readonly heightPx: number;
  /** One for each photo, in their order; every offset is a multiple of 32. */
  readonly places: readonly SheetPlace[];
}

/**
 * Lays photos side by side in rows, in their order and unscaled, like a contact sheet.
 * @throws AppError `photos/too-many-pixels` when the sheet would have more than `maxPixels`
 */
export function layOutSheet(photos: readonly { readonly widthPx: number; readonly heightPx: number }[], maxPixels: number): SheetLayout {
  const cell = (px: number): number => Math.ceil((px + gutterPx) / gutterPx) * gutterPx;
  const ground = photos.reduce((sum, photo) => sum + cell(photo.widthPx) * cell(photo.heightPx), 0);
  const widest = Math.max(0, ...photos.map((photo) => cell(photo.widthPx)));
  const rowWidth = Math.max(widest, Math.sqrt(ground * aspect));
  const places: SheetPlace[] = [];
  let [colOff, rowOff, rowHeight, widthPx, heightPx] = [0, 0, 0, 1, 1];
  for (const photo of photos) {
    // Half a photo may stick out: rows of the same width then hold the same number.
    if (colOff > 0 && colOff + cell(photo.widthPx) / 2 > rowWidth) {
      rowOff += rowHeight;
      [colOff, rowHeight] = [0, 0];
    }
    places.push({ colOff, rowOff });
    widthPx = Math.max(widthPx, colOff + photo.widthPx);
    heightPx = Math.max(heightPx, rowOff + photo.heightPx);
    colOff += cell(photo.widthPx);
    rowHeight = Math.max(rowHeight, cell(photo.heightPx));
  }
  if (widthPx * heightPx > maxPixels || Math.max(widthPx, heightPx) > longestPx) {
    throw new AppError(
      "limit",
      "photos/too-many-pixels",
      `These ${photos.length} photos have ${(ground / 1e9).toFixed(1)} gigapixels together, more than one survey may have. Add them as several surveys, for instance one a day.`,
    );
  }
  return { widthPx, heightPx, places };
}
