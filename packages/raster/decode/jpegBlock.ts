import type { Sharp } from "sharp";
import { beyondLimit, damaged, unsupported } from "../tiff/rasterError.ts";

const maxScans = 100;

/**
 * Decodes one JPEG-compressed block (TIFF Technical Note 2) to interleaved 8-bit samples, as libtiff does: with the tables
 * the directory keeps for all blocks, YCbCr turned into RGB when the photometric tag says so and not otherwise.
 * The frame header is checked before anything is decoded.
 * @returns samples of `widthPx` × `heightPx`; a frame with fewer rows (the last strip) fills the top
 */
export async function decodeJpegBlock(
  block: Uint8Array,
  tables: Uint8Array | null,
  want: { widthPx: number; heightPx: number; samplesPerPixel: number; isYCbCr: boolean },
): Promise<Uint8Array> {
  if (block[0] !== 0xff || block[1] !== 0xd8) throw damaged("A block of JPEG data does not begin like one.");
  const frame = readFrame(block);
  if (frame.components !== want.samplesPerPixel) {
    throw damaged(`A block of JPEG data holds ${frame.components} bands where the file says ${want.samplesPerPixel}.`);
  }
  if (frame.widthPx !== want.widthPx || frame.heightPx > want.heightPx || frame.heightPx < 1) {
    throw damaged(
      `A block of JPEG data is ${frame.widthPx} × ${frame.heightPx} pixels where the file says ${want.widthPx} × ${want.heightPx}.`,
    );
  }
  const parts: Uint8Array[] = [soi, want.isYCbCr ? adobeYCbCr : adobeRgb];
  if (tables && tables.length > 4) parts.push(tables.subarray(2, endsWithEoi(tables) ? tables.length - 2 : tables.length));
  parts.push(block.subarray(2));
  // Taken up with the first such block: most programs meet none, and it is slow to load.
  const { default: sharp } = await import("sharp");
  let decoded: { data: Buffer; info: { width: number; height: number; channels: number } };
  try {
    const image = sharp(Buffer.concat(parts), {
      failOn: "error",
      limitInputPixels: want.widthPx * want.heightPx + 1,
      sequentialRead: true,
    });
    decoded = await asStored(image, want.samplesPerPixel).raw().toBuffer({ resolveWithObject: true });
  } catch {
    throw damaged("A block of JPEG data cannot be decoded.");
  }
  const { data, info } = decoded;
  if (info.width !== frame.widthPx || info.height !== frame.heightPx || info.channels !== want.samplesPerPixel) {
    throw damaged("A block of JPEG data decodes to an unexpected size.");
  }
  // What libvips takes for ink counts down from white.
  if (want.samplesPerPixel === 4) for (let i = 0; i < data.length; i++) data[i] = 255 - (data[i] ?? 0);
  if (info.height === want.heightPx) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const whole = new Uint8Array(want.widthPx * want.heightPx * want.samplesPerPixel);
  whole.set(data);
  return whole;
}

/** The bands of a JPEG as they are: a grey one would come back as three equal bands, one of four as CMYK turned into RGB. */
function asStored(image: Sharp, bands: number): Sharp {
  if (bands === 1) return image.extractChannel(0);
  return bands === 4 ? image.pipelineColourspace("cmyk").toColourspace("cmyk") : image;
}

const soi = Uint8Array.of(0xff, 0xd8);
// The Adobe marker is what libjpeg believes about colours: transform 1 is YCbCr, 0 is none.
const adobe = (transform: number): Uint8Array =>
  Uint8Array.of(0xff, 0xee, 0, 14, 0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0, transform);
const adobeYCbCr = adobe(1);
const adobeRgb = adobe(0);

function endsWithEoi(bytes: Uint8Array): boolean {
  return bytes[bytes.length - 2] === 0xff && bytes[bytes.length - 1] === 0xd9;
}

function readFrame(block: Uint8Array): { widthPx: number; heightPx: number; components: number } {
  const u16 = (at: number): number => ((block[at] ?? 0) << 8) | (block[at + 1] ?? 0);
  let frame: { widthPx: number; heightPx: number; components: number } | null = null;
  let at = 2;
  while (at + 4 <= block.length && block[at] === 0xff) {
    const marker = block[at + 1] ?? 0;
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === 0xda) break;
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      if (frame) throw damaged("A block of JPEG data holds two images.");
      if (marker !== 0xc0 && marker !== 0xc1 && marker !== 0xc2)
        throw unsupported(
          "jpeg",
          "This file uses a lossless or arithmetic form of JPEG. Convert it with gdal_translate -co COMPRESS=DEFLATE.",
        );
      if (block[at + 4] !== 8)
        throw unsupported("jpeg", "This file holds JPEG data of more than 8 bits. Convert it with gdal_translate -co COMPRESS=DEFLATE.");
      frame = { heightPx: u16(at + 5), widthPx: u16(at + 7), components: block[at + 9] ?? 0 };
    }
    at += 2 + u16(at + 2);
  }
  if (!frame) throw damaged("A block of JPEG data has no frame header.");
  let scans = 0;
  for (let i = at; i + 1 < block.length; i++) {
    if (block[i] === 0xff && block[i + 1] === 0xda && ++scans > maxScans) {
      throw beyondLimit(`A block of JPEG data has more than ${maxScans} scans.`);
    }
  }
  return frame;
}
