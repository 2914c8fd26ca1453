import type { Samples } from "../array.ts";
import { damaged } from "../tiff/rasterError.ts";

/** Pixel types by their number in a blob. */
const byteSizes = [1, 1, 2, 2, 4, 4, 4, 8];
const typeNumbers: Readonly<Record<string, number>> = {
  "2:8": 0,
  "1:8": 1,
  "2:16": 2,
  "1:16": 3,
  "2:32": 4,
  "1:32": 5,
  "3:32": 6,
  "3:64": 7,
};

export interface LercWant {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly samplesPerPixel: number;
  readonly bitsPerSample: number;
  readonly sampleFormat: number;
  /** The last sample may be left out of the blob: its mask says where it is 255, and where 0. */
  readonly alphaMayBeMask: boolean;
}

/**
 * Decodes one LERC blob (Esri, Limited Error Raster Compression, Lerc2) as libtiff does: bands interleaved; where a mask says
 * that nothing was measured floats become NaN, and an alpha band kept as a mask 0 or 255.
 * Its header is checked against what the file says before anything is decoded.
 */
export async function decodeLercBlock(blob: Uint8Array, want: LercWant): Promise<Samples | Int8Array> {
  const header = readHeader(blob);
  const { widthPx, heightPx, samplesPerPixel } = want;
  const bandsFit = header.bands === samplesPerPixel || (want.alphaMayBeMask && header.bands === samplesPerPixel - 1);
  if (header.widthPx !== widthPx || header.heightPx !== heightPx || !bandsFit) {
    throw damaged(
      `A block of LERC data is ${header.widthPx} × ${header.heightPx} pixels of ${header.bands} bands where the file says ${widthPx} × ${heightPx} of ${samplesPerPixel}.`,
    );
  }
  if (header.typeNumber !== typeNumbers[`${want.sampleFormat}:${want.bitsPerSample}`]) {
    throw damaged("A block of LERC data holds another kind of number than the file says.");
  }
  const lerc = await import("lerc");
  await lerc.load();
  const { pixels, mask } = decodeChecked(lerc.decode, blob.subarray(0, header.blobBytes));
  const wanted = widthPx * heightPx * header.bands;
  if (!pixels || pixels.length !== wanted || pixels.BYTES_PER_ELEMENT !== byteSizes[header.typeNumber]) {
    throw damaged("A block of LERC data decodes to an unexpected size.");
  }
  if (header.bands < samplesPerPixel && pixels instanceof Uint8Array) return withAlpha(pixels, mask, header.bands);
  if (mask && (pixels instanceof Float32Array || pixels instanceof Float64Array)) {
    for (let pixel = 0; pixel < mask.length; pixel++) {
      if (mask[pixel] === 0) pixels.fill(Number.NaN, pixel * header.bands, (pixel + 1) * header.bands);
    }
  }
  if (pixels instanceof Uint8ClampedArray) return new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.length);
  return pixels;
}

function decodeChecked(decode: typeof import("lerc").decode, blob: Uint8Array) {
  try {
    const { pixels, mask } = decode(blob, { returnInterleaved: true });
    return { pixels: pixels[0], mask };
  } catch {
    throw damaged("A block of LERC data cannot be decoded.");
  }
}

function withAlpha(colours: Uint8Array, mask: Uint8Array | null, bands: number): Uint8Array {
  const pixels = colours.length / bands;
  const out = new Uint8Array(pixels * (bands + 1)).fill(255);
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let band = 0; band < bands; band++) out[pixel * (bands + 1) + band] = colours[pixel * bands + band] ?? 0;
    if (mask && mask[pixel] === 0) out[pixel * (bands + 1) + bands] = 0;
  }
  return out;
}

/** Lerc2 versions 2 to 6: the fields that say how much the blob will decode to. */
function readHeader(blob: Uint8Array) {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  const isLerc2 = blob.length >= 58 && Buffer.from(blob.buffer, blob.byteOffset, 6).toString("latin1") === "Lerc2 ";
  const version = isLerc2 ? view.getInt32(6, true) : 0;
  if (!isLerc2 || version < 2 || version > 6) throw damaged("A block of LERC data does not begin like one.");
  let at = version >= 3 ? 14 : 10;
  const int = (): number => {
    at += 4;
    return view.getInt32(at - 4, true);
  };
  const heightPx = int();
  const widthPx = int();
  const bands = version >= 4 ? int() : 1;
  at += 4;
  int();
  const blobBytes = int();
  const typeNumber = int();
  const moreBlobs = version >= 6 ? int() : 0;
  if (blobBytes < 58 || blobBytes > blob.length || moreBlobs > 0) throw damaged("A block of LERC data is not whole.");
  return { heightPx, widthPx, bands, blobBytes, typeNumber };
}
