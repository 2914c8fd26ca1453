import { constants, inflate } from "node:zlib";
import type { Samples } from "../array.ts";
import type { ImageLayout } from "../tiff/guard.ts";
import { damaged } from "../tiff/rasterError.ts";
import { compression, photometric } from "../tiff/tiffTags.ts";
import { sumByteRows } from "./inflateRows.ts";
import { decodeJpegBlock } from "./jpegBlock.ts";
import { decodeLercBlock } from "./lercBlock.ts";
import { decodeLzw } from "./lzwDecode.ts";
import { decodePackBits } from "./packBitsDecode.ts";
import { undoDifferencing, undoFloatPredictor } from "./predictorDecode.ts";
import { type StoredSamples, samplesFromBytes, storedRowBytes, widenSignedBytes } from "./storedSamples.ts";
import { decodeWebpBlock } from "./webpBlock.ts";
import { decodeXz } from "./xzDecode.ts";
import { decodeZstd } from "./zstdDecode.ts";

/** Rows that the block in block row `blockRow` stores: tiles are always whole, the last strip ends with the image. */
function storedRows(layout: ImageLayout, blockRow: number): number {
  return layout.isTiled ? layout.blockHeightPx : Math.min(layout.blockHeightPx, layout.heightPx - blockRow * layout.blockHeightPx);
}

/**
 * One compressed block to native samples, interleaved (or of one band when planar), blockWidthPx wide.
 * Never allocates more than the block's declared size, whatever the bytes expand to.
 * @throws AppError `raster/damaged`
 */
export async function decodeBlock(layout: ImageLayout, stored: StoredSamples, bytes: Uint8Array, blockRow: number): Promise<Samples> {
  const bands = layout.planar ? 1 : layout.samplesPerPixel;
  const rows = storedRows(layout, blockRow);
  const want = { widthPx: layout.blockWidthPx, heightPx: rows, samplesPerPixel: bands };
  switch (layout.compression) {
    case compression.jpeg:
      return decodeJpegBlock(bytes, layout.jpegTables, {
        ...want,
        heightPx: layout.isTiled ? rows : layout.blockHeightPx,
        isYCbCr: layout.photometric === photometric.yCbCr,
      });
    case compression.webp:
      return decodeWebpBlock(bytes, want);
    case compression.lerc: {
      const samples = await decodeLercBlock(await unpackLerc(bytes, layout, rows * layout.blockWidthPx * bands * (stored.bits / 8)), {
        ...want,
        bitsPerSample: layout.bitsPerSample,
        sampleFormat: layout.sampleFormat,
        alphaMayBeMask: bands > 1 && stored.sampleType === "uint8" && layout.extraSamples.at(-1) === unassociatedAlpha,
      });
      return samples instanceof Int8Array ? widenSignedBytes(samples) : samples;
    }
  }
  const rowSamples = layout.blockWidthPx * bands;
  const rowBytes = storedRowBytes(stored, rowSamples);
  const wanted = rowBytes * rows;
  const expanded = await decompress(bytes, layout.compression, wanted, rowBytes * layout.blockHeightPx);
  if (expanded.length < wanted) throw damaged("A block of pixels is shorter than it should be.");
  let plain = expanded.subarray(0, wanted);
  const size = stored.bits / 8;
  if (layout.predictor === 3) plain = undoFloatPredictor(plain, layout.blockWidthPx, bands, size);
  else {
    if (stored.form !== "packed" && size > 1) {
      if (plain.byteOffset % size !== 0) plain = new Uint8Array(plain);
      if (!layout.littleEndian) swapBytes(plain, size);
    }
    if (layout.predictor === 2 && size === 1 && stored.form !== "packed" && rowBytes <= summedRowBytes) sumByteRows(plain, rowBytes, bands);
    else if (layout.predictor === 2) undoDifferencing(asWords(plain, size), layout.blockWidthPx, bands);
  }
  return samplesFromBytes(stored, plain, rowSamples, rows);
}

const unassociatedAlpha = 2;
/** Longer rows of bytes are summed where they are, without room of their own. */
const summedRowBytes = 2 ** 20;

/** What a block of a mask is when every pixel of it holds a measurement: most are. */
export const allMeasured = new Uint8Array(0);

/** A block of a mask to one byte per pixel: 1 measured, 0 not; or `allMeasured`. */
export async function decodeMaskBlock(
  layout: ImageLayout,
  stored: StoredSamples,
  bytes: Uint8Array,
  blockRow: number,
): Promise<Uint8Array> {
  const samples = await decodeBlock(layout, stored, bytes, blockRow);
  if (!samples.includes(0)) return allMeasured;
  if (layout.bitsPerSample === 1 && samples instanceof Uint8Array) return samples;
  const mask = new Uint8Array(samples.length);
  for (let i = 0; i < mask.length; i++) mask[i] = samples[i] ? 1 : 0;
  return mask;
}

async function decompress(bytes: Uint8Array, method: number, wanted: number, capacity: number): Promise<Uint8Array> {
  switch (method) {
    case compression.none:
      // A copy: the bytes are part of a larger read, and node's Buffer.slice would keep all of it.
      return new Uint8Array(bytes.subarray(0, wanted));
    case compression.lzw:
      return decodeLzw(bytes, wanted);
    case compression.packBits:
      return decodePackBits(bytes, wanted);
    case compression.zstd:
      return decodeZstd(bytes, Math.max(capacity, wanted));
    case compression.lzma:
      return decodeXz(bytes, wanted);
    default:
      return inflateWithin(bytes, wanted, capacity);
  }
}

/** A blob may be packed once more. It is hardly larger than its pixels, so that much is borne and no more. */
async function unpackLerc(bytes: Uint8Array, layout: ImageLayout, pixelBytes: number): Promise<Uint8Array> {
  const capacity = pixelBytes + (pixelBytes >> 1) + 65_536;
  if (layout.lercPacking === 1) return inflateWithin(bytes, Math.min(capacity, bytes.length * 4), capacity);
  if (layout.lercPacking === 2) return decodeZstd(bytes, capacity);
  return bytes;
}

/** zlib data that must expand to about `wanted` bytes; up to `capacity` is borne, for writers that pad the last strip. */
function inflateWithin(bytes: Uint8Array, wanted: number, capacity: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const options = {
      maxOutputLength: Math.max(capacity, wanted),
      // One byte more than wanted: a buffer that fills exactly makes zlib ask for another.
      chunkSize: Math.max(64, Math.min(wanted + 1, 1 << 24)),
      finishFlush: constants.Z_SYNC_FLUSH,
    };
    inflate(bytes, options, (error, result) => {
      if (!error) resolve(result);
      else if ("code" in error && error.code === "ERR_BUFFER_TOO_LARGE")
        reject(damaged("A block of pixels expands to more than its size."));
      else reject(damaged("A block of compressed pixels cannot be decoded."));
    });
  });
}

function swapBytes(bytes: Uint8Array, size: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (size === 2) buffer.swap16();
  else if (size === 4) buffer.swap32();
  else buffer.swap64();
}

/** Aligned bytes as whole words of the same memory. */
function asWords(bytes: Uint8Array, size: number): Uint8Array | Uint16Array | Uint32Array | BigUint64Array {
  const { buffer, byteOffset, byteLength } = bytes;
  if (size === 2) return new Uint16Array(buffer, byteOffset, byteLength / 2);
  if (size === 4) return new Uint32Array(buffer, byteOffset, byteLength / 4);
  if (size === 8) return new BigUint64Array(buffer, byteOffset, byteLength / 8);
  return bytes;
}
