import { unsupported } from "./rasterError.ts";

export interface TiffFlavourFound {
  readonly littleEndian: boolean;
  readonly bigTiff: boolean;
}

const starts = (bytes: Uint8Array, text: string, at = 0): boolean => {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
};

/**
 * What the first bytes say the file is, whatever its name says. Nothing but a TIFF is looked at any further.
 * @param head the first 64 bytes or more, fewer only when the file has fewer
 * @throws AppError `raster/unsupported-format` naming what the file is
 */
export function sniffTiff(head: Uint8Array): TiffFlavourFound {
  if (starts(head, "II*\0")) return { littleEndian: true, bigTiff: false };
  if (starts(head, "MM\0*")) return { littleEndian: false, bigTiff: false };
  if (starts(head, "II+\0")) return { littleEndian: true, bigTiff: true };
  if (starts(head, "MM\0+")) return { littleEndian: false, bigTiff: true };
  throw unsupported("format", `This is ${nameOfContent(head)}. ${advice}`);
}

const advice = "Reefline opens georeferenced TIFF images (GeoTIFF); export your orthomosaic as one.";

function nameOfContent(head: Uint8Array): string {
  if (head.length === 0) return "an empty file, not a GeoTIFF";
  if (starts(head, "\xff\xd8")) return "a JPEG photo, which does not say where on Earth it is";
  if (starts(head, "\x89PNG")) return "a PNG image, which does not say where on Earth it is";
  if (starts(head, "GIF8")) return "a GIF image, not a GeoTIFF";
  if (starts(head, "RIFF") && starts(head, "WEBP", 8)) return "a WebP image, not a GeoTIFF";
  if (starts(head, "BM")) return "a Windows bitmap, not a GeoTIFF";
  if (starts(head, "8BPS")) return "a Photoshop file, not a GeoTIFF";
  if (starts(head, "PK\x03\x04")) return "a zip archive; unpack it and add the GeoTIFF inside";
  if (starts(head, "\x1f\x8b")) return "a gzip archive; unpack it and add the GeoTIFF inside";
  if (starts(head, "%PDF")) return "a PDF document, not a GeoTIFF";
  if (starts(head, "SQLite format 3")) return "a database (perhaps a GeoPackage), not a GeoTIFF";
  if (starts(head, "#!")) return "a script, not a GeoTIFF";
  if (starts(head, "jP  ", 4) || starts(head, "\xff\x4f\xff\x51")) return "a JPEG 2000 image, not a GeoTIFF";
  const text = Buffer.from(head.subarray(0, 512))
    .toString("latin1")
    .replace(/^\xef\xbb\xbf/, "")
    .trimStart()
    .toLowerCase();
  if (text.startsWith("<vrtdataset")) return "a GDAL virtual raster (VRT), which only points to other files";
  if (text.includes("<svg")) return "an SVG drawing, not a GeoTIFF";
  if (text.startsWith("<!doctype html") || text.startsWith("<html")) return "a web page, not a GeoTIFF; the download may have failed";
  if (text.startsWith("<")) return "an XML document, not a GeoTIFF";
  return "not a TIFF file";
}
