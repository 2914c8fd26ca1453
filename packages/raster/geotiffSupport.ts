import type { SampleType } from "@reefline/schema/survey";
import type { ImageLayout } from "./guard.ts";
import { unsupported } from "./rasterError.ts";
import { compression, compressionNames, photometric, photometricNames } from "./tiffTags.ts";

const convert = "Convert it first, for instance with gdal_translate -co TILED=YES -co COMPRESS=DEFLATE in.tif out.tif.";
const readable: ReadonlySet<number> = new Set([
  compression.none,
  compression.lzw,
  compression.deflate,
  compression.deflateOld,
  compression.jpeg,
]);

/**
 * The sample type of an image that can be decoded.
 * @throws AppError naming what is not supported: compression, colours, number type or predictor
 */
export function supportedSampleType(layout: ImageLayout): SampleType {
  if (!readable.has(layout.compression)) {
    const name = compressionNames[layout.compression] ?? `method ${layout.compression}`;
    throw unsupported("compression", `This file is compressed with ${name}, which Reefline does not read yet. ${convert}`);
  }
  if (
    !(layout.photometric === photometric.rgb || layout.photometric === photometric.minIsBlack || layout.photometric === photometric.yCbCr)
  ) {
    if (layout.photometric === photometric.minIsWhite) {
      throw unsupported("colours", `This file stores its greys as a negative (0 is white), which Reefline does not read yet. ${convert}`);
    }
    const advice =
      layout.photometric === photometric.palette ? "Expand it to RGB first with gdal_translate -expand rgb in.tif out.tif." : convert;
    throw unsupported(
      "colours",
      `This file holds ${photometricNames[layout.photometric] ?? `colours of kind ${layout.photometric}`}, which Reefline does not read. ${advice}`,
    );
  }
  if (layout.photometric === photometric.yCbCr && layout.compression !== compression.jpeg) {
    throw unsupported("colours", `This file holds YCbCr colours outside JPEG, which Reefline does not read. ${convert}`);
  }
  const sampleType = sampleTypes[`${layout.sampleFormat}:${layout.bitsPerSample}`];
  if (!sampleType) throw unsupported("samples", `This file holds ${describeSamples(layout)}, which Reefline does not read. ${convert}`);
  if (layout.compression === compression.jpeg && (sampleType !== "uint8" || !(layout.planar || [1, 3].includes(layout.samplesPerPixel)))) {
    throw unsupported(
      "jpeg",
      `This file holds JPEG data of ${layout.samplesPerPixel} bands and ${layout.bitsPerSample} bits, which Reefline does not read. ${convert}`,
    );
  }
  const isFloat = layout.sampleFormat === 3;
  const predictable =
    layout.predictor === 1 || (layout.predictor === 2 && layout.bitsPerSample <= 32) || (layout.predictor === 3 && isFloat);
  if (layout.compression !== compression.jpeg && !predictable) {
    throw unsupported(
      "predictor",
      `This file uses predictor ${layout.predictor} on ${describeSamples(layout)}, which Reefline does not read. ${convert}`,
    );
  }
  return sampleType;
}

/** Whether a mask can be decoded: 1 or 8 bits, deflate, LZW or none. */
export function isReadableMask(layout: ImageLayout): boolean {
  return (
    layout.samplesPerPixel === 1 &&
    (layout.bitsPerSample === 1 || layout.bitsPerSample === 8) &&
    readable.has(layout.compression) &&
    layout.compression !== compression.jpeg &&
    layout.predictor === 1
  );
}

const sampleTypes: Readonly<Record<string, SampleType>> = {
  "1:8": "uint8",
  "1:16": "uint16",
  "2:16": "int16",
  "1:32": "uint32",
  "2:32": "int32",
  "3:32": "float32",
  "3:64": "float64",
};

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
