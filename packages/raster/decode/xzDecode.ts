import { damaged, unsupported } from "../tiff/rasterError.ts";
import { type LzmaOutput, LzmaState } from "./lzmaState.ts";

const lzma2Filter = 0x21;
const deltaFilter = 0x03;

/**
 * One block of an .xz stream (The .xz File Format 1.1.0), as libtiff writes each block of pixels: LZMA2, with or without a
 * delta filter. Check sums are not looked at.
 * @param expectedBytes how many bytes the data expands to; what follows is ignored, so a bomb costs no more than that
 * @throws AppError `raster/damaged`, `raster/unsupported-compression` for other filters
 */
export function decodeXz(input: Uint8Array, expectedBytes: number): Uint8Array {
  const magic = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0];
  if (magic.some((byte, i) => input[i] !== byte)) throw damaged("A block of LZMA data does not begin like one.");
  const { dataAt, deltaDistance } = readBlockHeader(input, 12);
  const output: LzmaOutput = { bytes: new Uint8Array(expectedBytes), written: 0, dictionaryStart: 0 };
  decodeLzma2(input, dataAt, output);
  if (output.written < expectedBytes) throw damaged("A block of LZMA data ends too early.");
  const { bytes } = output;
  for (let i = deltaDistance; deltaDistance > 0 && i < bytes.length; i++) bytes[i] = (bytes[i] ?? 0) + (bytes[i - deltaDistance] ?? 0);
  return bytes;
}

function readBlockHeader(input: Uint8Array, start: number): { dataAt: number; deltaDistance: number } {
  const headerWords = input[start] ?? 0;
  const dataAt = start + (headerWords + 1) * 4;
  if (headerWords === 0 || dataAt > input.length) throw damaged("A block of LZMA data has no header.");
  const flags = input[start + 1] ?? 0;
  let at = start + 2;
  const number = (): number => {
    let value = 0;
    for (let shift = 0; shift < 49; shift += 7) {
      const byte = input[at++] ?? 0;
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
    throw damaged("A block of LZMA data is garbled.");
  };
  if (flags & 0x40) number();
  if (flags & 0x80) number();
  let deltaDistance = 0;
  for (let filter = 0; filter <= (flags & 3); filter++) {
    const id = number();
    const propertyBytes = number();
    if (id === deltaFilter && deltaDistance === 0) deltaDistance = (input[at] ?? 0) + 1;
    else if (id !== lzma2Filter) {
      throw unsupported(
        "compression",
        "This file uses a form of LZMA that Reefline does not read. Convert it with gdal_translate -co COMPRESS=DEFLATE.",
      );
    }
    at += propertyBytes;
    if (at > dataAt) throw damaged("A block of LZMA data is garbled.");
  }
  return { dataAt, deltaDistance };
}

/** Chunks of LZMA2, until they end or the output is full. */
function decodeLzma2(input: Uint8Array, start: number, output: LzmaOutput): void {
  const state = new LzmaState();
  let at = start;
  while (output.written < output.bytes.length) {
    const control = input[at] ?? 0;
    if (control === 0) return;
    if (control < 0x80) {
      if (control > 2) throw damaged("A block of LZMA data is garbled.");
      const length = 1 + ((input[at + 1] ?? 0) << 8) + (input[at + 2] ?? 0);
      at += 3;
      if (at + length > input.length) throw damaged("A block of LZMA data ends too early.");
      if (control === 1) output.dictionaryStart = output.written;
      const room = Math.min(length, output.bytes.length - output.written);
      output.bytes.set(input.subarray(at, at + room), output.written);
      output.written += room;
      at += length;
      continue;
    }
    const length = 1 + ((control & 0x1f) << 16) + ((input[at + 1] ?? 0) << 8) + (input[at + 2] ?? 0);
    const packed = 1 + ((input[at + 3] ?? 0) << 8) + (input[at + 4] ?? 0);
    at += 5;
    const resets = (control >> 5) & 3;
    if (resets >= 2) state.setProperties(input[at++] ?? 255);
    if (resets >= 1) state.reset();
    if (resets === 3) output.dictionaryStart = output.written;
    if (at + packed > input.length) throw damaged("A block of LZMA data ends too early.");
    state.decode(input.subarray(at, at + packed), output, length);
    at += packed;
  }
}
