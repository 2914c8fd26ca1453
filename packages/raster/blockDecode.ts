import { constants, inflate } from "node:zlib";
import type { SampleType } from "@reefline/schema/survey";
import type { Samples } from "./array.ts";
import type { ImageLayout } from "./guard.ts";
import { decodeJpegBlock } from "./jpegBlock.ts";
import { decodeLzw } from "./lzwDecode.ts";
import { bytesPerSample, newSamples } from "./newSamples.ts";
import { undoDifferencing, undoFloatPredictor } from "./predictorDecode.ts";
import { damaged } from "./rasterError.ts";
import { compression, photometric } from "./tiffTags.ts";

/** How the bytes of an image's blocks become samples. */
export interface BlockFormat {
  readonly layout: ImageLayout;
  readonly sampleType: SampleType;
  readonly littleEndian: boolean;
}

/** Rows that the block in block row `blockRow` stores: tiles are always whole, the last strip ends with the image. */
function storedRows(layout: ImageLayout, blockRow: number): number {
  return layout.isTiled ? layout.blockHeightPx : Math.min(layout.blockHeightPx, layout.heightPx - blockRow * layout.blockHeightPx);
}

/**
 * One compressed block to native samples, interleaved (or of one band when planar), blockWidthPx wide.
 * Never allocates more than the block's declared size, whatever the bytes expand to.
 * @throws AppError `raster/damaged`
 */
export async function decodeBlock(format: BlockFormat, bytes: Uint8Array, blockRow: number): Promise<Samples> {
  const { layout, sampleType, littleEndian } = format;
  const bands = layout.planar ? 1 : layout.samplesPerPixel;
  const rows = storedRows(layout, blockRow);
  const size = bytesPerSample[sampleType];
  const wanted = layout.blockWidthPx * rows * bands * size;
  if (layout.compression === compression.jpeg) {
    return decodeJpegBlock(bytes, layout.jpegTables, {
      widthPx: layout.blockWidthPx,
      heightPx: layout.isTiled ? rows : layout.blockHeightPx,
      samplesPerPixel: bands,
      isYCbCr: layout.photometric === photometric.yCbCr,
    });
  }
  const capacity = layout.blockWidthPx * layout.blockHeightPx * bands * size;
  let plain = await decompress(bytes, layout.compression, wanted, capacity);
  if (plain.length < wanted) throw damaged("A block of pixels is shorter than it should be.");
  plain = plain.subarray(0, wanted);
  if (layout.predictor === 3) return asSamples(undoFloatPredictor(plain, layout.blockWidthPx, bands, size), sampleType);
  if (!littleEndian && size > 1) swapBytes(plain, size);
  const samples = asSamples(plain, sampleType);
  if (layout.predictor === 2) undoDifferencing(samples, layout.blockWidthPx, bands);
  return samples;
}

/** A block of a mask to one byte per pixel: 1 measured, 0 not. */
export async function decodeMaskBlock(layout: ImageLayout, bytes: Uint8Array, blockRow: number): Promise<Uint8Array> {
  const rows = storedRows(layout, blockRow);
  const rowBytes = layout.bitsPerSample === 1 ? Math.ceil(layout.blockWidthPx / 8) : layout.blockWidthPx;
  const packed = await decompress(bytes, layout.compression, rowBytes * rows, rowBytes * layout.blockHeightPx);
  if (packed.length < rowBytes * rows) throw damaged("A block of the mask is shorter than it should be.");
  const mask = new Uint8Array(layout.blockWidthPx * rows);
  for (let row = 0; row < rows; row++) {
    for (let col = 0; col < layout.blockWidthPx; col++) {
      const value =
        layout.bitsPerSample === 1
          ? ((packed[row * rowBytes + (col >> 3)] ?? 0) >> (7 - (col & 7))) & 1
          : (packed[row * rowBytes + col] ?? 0);
      mask[row * layout.blockWidthPx + col] = value ? 1 : 0;
    }
  }
  return mask;
}

async function decompress(bytes: Uint8Array, method: number, wanted: number, capacity: number): Promise<Uint8Array> {
  switch (method) {
    case compression.none:
      return bytes.slice(0, wanted);
    case compression.lzw:
      return decodeLzw(bytes, wanted);
    default:
      return inflateWithin(bytes, wanted, capacity);
  }
}

/** zlib data that must expand to `wanted` bytes; up to `capacity` is borne, for writers that pad the last strip. */
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

function asSamples(bytes: Uint8Array, sampleType: SampleType): Samples {
  if (sampleType === "uint8") return bytes;
  const samples = newSamples(sampleType, bytes.length / bytesPerSample[sampleType]);
  new Uint8Array(samples.buffer).set(bytes);
  return samples;
}
