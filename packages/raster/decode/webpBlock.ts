import { damaged } from "../tiff/rasterError.ts";

/**
 * Decodes one WebP-compressed block to interleaved 8-bit samples as libtiff does: three bands without alpha, four with.
 * The header is checked before anything is decoded.
 * @returns samples of `widthPx` × `heightPx`
 */
export async function decodeWebpBlock(
  block: Uint8Array,
  want: { widthPx: number; heightPx: number; samplesPerPixel: number },
): Promise<Uint8Array> {
  const frame = readFrame(block);
  if (!frame) throw damaged("A block of WebP data does not begin like one.");
  if (frame.widthPx !== want.widthPx || frame.heightPx !== want.heightPx) {
    throw damaged(
      `A block of WebP data is ${frame.widthPx} × ${frame.heightPx} pixels where the file says ${want.widthPx} × ${want.heightPx}.`,
    );
  }
  // Taken up with the first such block: most programs meet none, and it is slow to load.
  const { default: sharp } = await import("sharp");
  try {
    const image = sharp(block, { failOn: "error", limitInputPixels: want.widthPx * want.heightPx + 1, animated: false });
    const { data, info } = await (want.samplesPerPixel === 4 ? image.ensureAlpha() : image.removeAlpha())
      .raw()
      .toBuffer({ resolveWithObject: true });
    if (info.width === want.widthPx && info.height === want.heightPx && info.channels === want.samplesPerPixel) {
      return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    }
  } catch {
    throw damaged("A block of WebP data cannot be decoded.");
  }
  throw damaged("A block of WebP data decodes to an unexpected size.");
}

/** Size of the picture by its first chunk (WebP container specification); null for anything that is not one still picture. */
function readFrame(bytes: Uint8Array): { widthPx: number; heightPx: number } | null {
  if (bytes.length < 30 || text(bytes, 0) !== "RIFF" || text(bytes, 8) !== "WEBP") return null;
  const u16 = (at: number): number => (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
  switch (text(bytes, 12)) {
    case "VP8 ":
      if (bytes[23] !== 0x9d || bytes[24] !== 0x01 || bytes[25] !== 0x2a) return null;
      return { widthPx: u16(26) & 0x3fff, heightPx: u16(28) & 0x3fff };
    case "VP8L": {
      if (bytes[20] !== 0x2f) return null;
      const bits = u16(21) + u16(23) * 65_536;
      return { widthPx: (bits & 0x3fff) + 1, heightPx: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case "VP8X": {
      const isAnimated = ((bytes[20] ?? 0) & 2) !== 0;
      if (isAnimated) return null;
      return { widthPx: 1 + u16(24) + ((bytes[26] ?? 0) << 16), heightPx: 1 + u16(27) + ((bytes[29] ?? 0) << 16) };
    }
    default:
      return null;
  }
}

function text(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}
