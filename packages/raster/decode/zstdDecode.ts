import * as zlib from "node:zlib";
import type { ZSTDDecoder } from "zstddec";
import { damaged } from "../tiff/rasterError.ts";

type NativeDecompress = (
  bytes: Uint8Array,
  options: { maxOutputLength: number },
  done: (error: Error | null, result: Uint8Array) => void,
) => void;

// Node has Zstandard of its own, off the main thread, from 22.15 on.
const native = "zstdDecompress" in zlib && typeof zlib.zstdDecompress === "function" ? (zlib.zstdDecompress as NativeDecompress) : null;
let wasm: Promise<ZSTDDecoder> | null = null;

/**
 * Zstandard data (RFC 8878) of at most `capacity` bytes when expanded.
 * @throws AppError `raster/damaged` when it is garbled or expands to more; nothing beyond `capacity` is allocated
 */
export async function decodeZstd(bytes: Uint8Array, capacity: number): Promise<Uint8Array> {
  if (!isFrame(bytes)) throw damaged("A block of Zstandard data does not begin like one.");
  if (native) {
    return new Promise((resolve, reject) => {
      native(bytes, { maxOutputLength: capacity }, (error, result) => (error ? reject(garbled()) : resolve(result)));
    });
  }
  wasm ??= startWasm();
  const decoder = await wasm;
  // The codec answers nothing where a frame is garbled or larger than the capacity it is given.
  const result = decoder.decode(bytes, capacity);
  if (result.length === 0 || result.length > capacity) throw garbled();
  return result;
}

async function startWasm(): Promise<ZSTDDecoder> {
  const zstd = await import("zstddec");
  const decoder = new zstd.ZSTDDecoder();
  await decoder.init();
  return decoder;
}

function garbled() {
  return damaged("A block of Zstandard data cannot be decoded, or expands to more than its size.");
}

/** The magic number of a frame (RFC 8878 section 3.1.1). */
function isFrame(bytes: Uint8Array): boolean {
  return bytes.length > 5 && bytes[0] === 0x28 && bytes[1] === 0xb5 && bytes[2] === 0x2f && bytes[3] === 0xfd;
}
