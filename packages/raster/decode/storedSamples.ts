import type { SampleType } from "@reefline/schema/survey";
import type { Samples } from "../array.ts";
import { unpackBits } from "./bitUnpack.ts";
import { newSamples } from "./newSamples.ts";

/** How numbers lie in a block, and the type that readers get them as. */
export interface StoredSamples {
  readonly sampleType: SampleType;
  readonly bits: number;
  /**
   * `as-is`: the bytes are samples of `sampleType`. `packed`: fewer bits than whole bytes. The others have no array of their
   * own here and are widened: signed bytes to int16, half floats to float32, 64-bit whole numbers to float64 (exact to 2^53).
   */
  readonly form: "as-is" | "packed" | "int8" | "float16" | "int64" | "uint64";
}

const byKind: Readonly<Record<string, Omit<StoredSamples, "bits">>> = {
  "1:8": { sampleType: "uint8", form: "as-is" },
  "1:16": { sampleType: "uint16", form: "as-is" },
  "2:16": { sampleType: "int16", form: "as-is" },
  "1:32": { sampleType: "uint32", form: "as-is" },
  "2:32": { sampleType: "int32", form: "as-is" },
  "3:32": { sampleType: "float32", form: "as-is" },
  "3:64": { sampleType: "float64", form: "as-is" },
  "2:8": { sampleType: "int16", form: "int8" },
  "3:16": { sampleType: "float32", form: "float16" },
  "1:64": { sampleType: "float64", form: "uint64" },
  "2:64": { sampleType: "float64", form: "int64" },
};

/** How an image's numbers are stored; null when they cannot be read. */
export function storedSamples(image: { sampleFormat: number; bitsPerSample: number }): StoredSamples | null {
  const { bitsPerSample: bits } = image;
  // 4 is "undefined", which readers take for unsigned.
  const format = image.sampleFormat === 4 ? 1 : image.sampleFormat;
  const whole = byKind[`${format}:${bits}`];
  if (whole) return { ...whole, bits };
  if (format !== 1 || bits < 1 || bits > 31) return null;
  return { sampleType: bits < 8 ? "uint8" : bits < 16 ? "uint16" : "uint32", bits, form: "packed" };
}

/** Bytes of one row of `rowSamples` samples as stored. */
export function storedRowBytes({ bits }: StoredSamples, rowSamples: number): number {
  return Math.ceil((rowSamples * bits) / 8);
}

/**
 * Little-endian bytes to samples. Bytes that are samples already are not copied where they are aligned.
 * @param bytes exactly `rows` rows of `rowSamples` samples
 */
export function samplesFromBytes(stored: StoredSamples, bytes: Uint8Array, rowSamples: number, rows: number): Samples {
  const { sampleType, form, bits } = stored;
  if (form === "packed") return unpackBits(bytes, bits, rowSamples, rows);
  // A plain array, not node's Buffer: code that sees one kind of array only is faster.
  if (form === "as-is" && sampleType === "uint8") return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = bits / 8;
  const aligned = bytes.byteOffset % size === 0 ? bytes : new Uint8Array(bytes);
  const { buffer, byteOffset } = aligned;
  const count = rowSamples * rows;
  switch (form) {
    case "as-is":
      return viewAs(sampleType, buffer, byteOffset, count);
    case "int8":
      return widenSignedBytes(new Int8Array(buffer, byteOffset, count));
    case "float16":
      return widenHalves(new Uint16Array(buffer, byteOffset, count));
    case "int64":
      return Float64Array.from(new BigInt64Array(buffer, byteOffset, count), Number);
    case "uint64":
      return Float64Array.from(new BigUint64Array(buffer, byteOffset, count), Number);
  }
}

export function widenSignedBytes(bytes: Int8Array): Int16Array {
  return Int16Array.from(bytes);
}

function viewAs(sampleType: SampleType, buffer: ArrayBufferLike, offset: number, count: number): Samples {
  switch (sampleType) {
    case "uint16":
      return new Uint16Array(buffer, offset, count);
    case "int16":
      return new Int16Array(buffer, offset, count);
    case "uint32":
      return new Uint32Array(buffer, offset, count);
    case "int32":
      return new Int32Array(buffer, offset, count);
    case "float32":
      return new Float32Array(buffer, offset, count);
    case "float64":
      return new Float64Array(buffer, offset, count);
    default:
      return newSamples(sampleType, count);
  }
}

let halfTable: Float32Array | null = null;

/** IEEE 754 half precision to single, by a table of all 65,536. */
function widenHalves(halves: Uint16Array): Float32Array {
  halfTable ??= Float32Array.from({ length: 65_536 }, (_, code) => halfValue(code));
  const out = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) out[i] = halfTable[halves[i] ?? 0] ?? 0;
  return out;
}

function halfValue(code: number): number {
  const sign = code & 0x8000 ? -1 : 1;
  const exponent = (code >> 10) & 31;
  const fraction = code & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
