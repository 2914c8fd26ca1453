import { open, writeFile } from "node:fs/promises";
import { AppError } from "@reefline/schema/errors";
import sharp, { type SharpOptions } from "sharp";
import type { PhotoFacts, PhotoPixels } from "./photoFacts.ts";

const signatures: readonly (readonly number[])[] = [
  [0xff, 0xd8, 0xff],
  [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
];

/** Whether a file begins as a JPEG or a PNG does, whatever it is called. */
async function isPhotoFile(path: string): Promise<boolean> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(8), 0, 8, 0);
    return signatures.some((signature) => bytesRead >= signature.length && signature.every((byte, i) => buffer[i] === byte));
  } finally {
    await file.close();
  }
}

const options = (maxPixels: number): SharpOptions => ({ limitInputPixels: maxPixels, failOn: "error", sequentialRead: true, pages: 1 });

/**
 * What a JPEG or PNG is, found by decoding it whole. Runs in a process of its own: see photos.child.ts.
 * @throws AppError `photo/not-photo`, `photo/too-large`, `photo/damaged`
 */
export async function lookAtPhoto(path: string, maxPixels: number): Promise<PhotoFacts> {
  if (!(await isPhotoFile(path))) {
    throw new AppError("bad-input", "photo/not-photo", "This is neither a JPEG nor a PNG image, whatever its name says.");
  }
  const found = await sharp(path, { ...options(maxPixels), limitInputPixels: false })
    .metadata()
    .catch(() => {
      throw damaged();
    });
  const { width, height } = found.autoOrient;
  if (width * height > maxPixels) {
    throw new AppError(
      "limit",
      "photo/too-large",
      `This photo has ${width} × ${height} pixels, more than the ${Math.floor(maxPixels / 1e6)} million that one may have. Save it smaller, or in parts.`,
    );
  }
  const bandCount = found.channels <= 2 ? 1 : 3;
  const bits = found.depth === "ushort" ? 16 : 8;
  const facts: PhotoFacts = { widthPx: width, heightPx: height, bandCount, bits, hasAlpha: found.hasAlpha, takenOn: dayTaken(found.exif) };
  await pixelsOf(path, maxPixels, { bandCount, sampleType: bits === 16 ? "uint16" : "uint8", withAlpha: false }, facts);
  return facts;
}

/** Writes a photo's pixels to a file, row by row, bands interleaved, 16-bit samples with the low byte first. @throws AppError `photo/damaged` */
export async function decodePhoto(path: string, maxPixels: number, pixels: PhotoPixels, to: string): Promise<void> {
  await writeFile(to, await pixelsOf(path, maxPixels, pixels, null));
}

/** Colours as a browser shows them: turned by EXIF orientation, in sRGB. */
async function pixelsOf(
  path: string,
  maxPixels: number,
  { bandCount, sampleType, withAlpha }: PhotoPixels,
  expected: { widthPx: number; heightPx: number } | null,
): Promise<Buffer> {
  const wide = sampleType === "uint16";
  const space = bandCount === 1 ? (wide ? "grey16" : "b-w") : wide ? "rgb16" : "srgb";
  const image = sharp(path, options(maxPixels)).autoOrient().toColourspace(space);
  const shaped = withAlpha ? image.ensureAlpha() : image.removeAlpha();
  const { data, info } = await shaped
    .raw({ depth: wide ? "ushort" : "uchar" })
    .toBuffer({ resolveWithObject: true })
    .catch(() => {
      throw damaged();
    });
  const isExpected = expected === null || (info.width === expected.widthPx && info.height === expected.heightPx);
  if (!isExpected || info.channels !== bandCount + (withAlpha ? 1 : 0)) throw damaged();
  return data;
}

/** The first moment that a camera wrote into the EXIF data: they all write it as 2020:05:09 17:55:27. */
function dayTaken(exif: Buffer | undefined): string | null {
  const [, year, month, day] = /((?:19|20)\d\d):(0[1-9]|1[0-2]):([0-2]\d|3[01]) \d\d:\d\d:\d\d/.exec(exif?.toString("latin1") ?? "") ?? [];
  return year && month && day ? `${year}-${month}-${day}` : null;
}

function damaged(): AppError {
  return new AppError("bad-input", "photo/damaged", "This image is damaged or was not copied completely. Export or copy it again.");
}
