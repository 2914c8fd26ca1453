import { type StoredSamples, storedSamples } from "../decode/storedSamples.ts";
import type { ImageLayout } from "./guard.ts";
import { unsupported } from "./rasterError.ts";
import { compression, compressionNames, photometric, photometricNames } from "./tiffTags.ts";

const convert = "Convert it first, for instance with gdal_translate -co TILED=YES -co COMPRESS=DEFLATE in.tif out.tif.";
/** Compressions of plain bytes, which predictors may have been applied to. */
const byteCompressions: ReadonlySet<number> = new Set([
  compression.none,
  compression.lzw,
  compression.deflate,
  compression.deflateOld,
  compression.packBits,
  compression.zstd,
  compression.lzma,
]);
/** Those that know pictures or numbers. */
const sampleCompressions: ReadonlySet<number> = new Set([compression.jpeg, compression.webp, compression.lerc]);
const colours: ReadonlySet<number> = new Set([
  photometric.rgb,
  photometric.minIsBlack,
  photometric.minIsWhite,
  photometric.palette,
  photometric.cmyk,
  photometric.yCbCr,
]);

/**
 * How the samples of an image are stored, if it can be decoded.
 * @throws AppError naming what is not supported: compression, colours, number type or predictor
 */
export function supportedSamples(layout: ImageLayout): StoredSamples {
  if (!byteCompressions.has(layout.compression) && !sampleCompressions.has(layout.compression)) {
    const name = compressionNames[layout.compression] ?? `method ${layout.compression}`;
    throw unsupported("compression", `This file is compressed with ${name}, which Reefline does not read. ${convert}`);
  }
  requireColours(layout);
  const stored = storedSamples(layout);
  if (!stored) throw unsupported("samples", `This file holds ${describeSamples(layout)}, which Reefline does not read. ${convert}`);
  const bandsOfBlock = layout.planar ? 1 : layout.samplesPerPixel;
  const bytesOnly = layout.bitsPerSample === 8 && layout.sampleFormat === 1;
  if (layout.compression === compression.jpeg && !(bytesOnly && bandsOfBlock <= 4)) refuseCodec("JPEG", layout);
  if (layout.compression === compression.webp && !(bytesOnly && [3, 4].includes(bandsOfBlock))) refuseCodec("WebP", layout);
  if (
    layout.compression === compression.lerc &&
    (![8, 16, 32, 64].includes(stored.bits) || !hasLercType(stored) || layout.lercPacking > 2)
  ) {
    refuseCodec("LERC", layout);
  }
  if (byteCompressions.has(layout.compression) && !isPredictable(layout, stored)) {
    throw unsupported(
      "predictor",
      `This file uses predictor ${layout.predictor} on ${describeSamples(layout)}, which Reefline does not read. ${convert}`,
    );
  }
  return stored;
}

function requireColours(layout: ImageLayout): void {
  if (!colours.has(layout.photometric)) {
    throw unsupported(
      "colours",
      `This file holds ${photometricNames[layout.photometric] ?? `colours of kind ${layout.photometric}`}, which Reefline does not read. ${convert}`,
    );
  }
  if (layout.photometric === photometric.yCbCr && layout.compression !== compression.jpeg && layout.compression !== compression.webp) {
    throw unsupported("colours", `This file holds YCbCr colours outside JPEG, which Reefline does not read. ${convert}`);
  }
  const isPalette = layout.photometric === photometric.palette;
  if (isPalette && (layout.bitsPerSample > 16 || layout.sampleFormat !== 1 || layout.samplesPerPixel > 2)) {
    throw unsupported("colours", `This file holds a palette of ${describeSamples(layout)}, which Reefline does not read. ${convert}`);
  }
}

function refuseCodec(name: string, layout: ImageLayout): never {
  throw unsupported(
    name.toLowerCase(),
    `This file holds ${name} data of ${layout.samplesPerPixel} bands and ${layout.bitsPerSample} bits, which Reefline does not read. ${convert}`,
  );
}

function hasLercType({ form }: StoredSamples): boolean {
  return form === "as-is" || form === "int8";
}

function isPredictable({ predictor }: ImageLayout, { bits, form, sampleType }: StoredSamples): boolean {
  if (predictor === 1) return true;
  if (form === "packed") return false;
  const isFloat = form === "float16" || (form === "as-is" && (sampleType === "float32" || sampleType === "float64"));
  return (predictor === 2 && bits <= 64) || (predictor === 3 && isFloat);
}

/** Whether a mask can be decoded: one band of whole numbers, in any compression that is read. */
export function isReadableMask(layout: ImageLayout): boolean {
  if (layout.samplesPerPixel !== 1 || layout.sampleFormat !== 1) return false;
  try {
    supportedSamples({ ...layout, photometric: photometric.minIsBlack });
    return true;
  } catch {
    return false;
  }
}

function describeSamples(layout: ImageLayout): string {
  const kind = {
    1: "unsigned whole numbers",
    2: "signed whole numbers",
    3: "floating point numbers",
    5: "complex whole numbers",
    6: "complex numbers",
  }[layout.sampleFormat];
  return `${kind ?? "numbers of an unknown kind"} of ${layout.bitsPerSample} bits`;
}
