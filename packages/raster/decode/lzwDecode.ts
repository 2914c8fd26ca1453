import { damaged } from "../tiff/rasterError.ts";

const clearCode = 256;
const endCode = 257;
const maxCodes = 4096;

/**
 * TIFF 6.0 LZW (section 13): codes of 9 to 12 bits, most significant bit first, widths growing one code early.
 * @param expectedBytes how many bytes the block decodes to; what follows is ignored, so a bomb costs no more than that
 * @throws AppError `raster/damaged` when the codes make no sense or end before `expectedBytes`
 */
export function decodeLzw(input: Uint8Array, expectedBytes: number): Uint8Array {
  // Writers before 1993 packed the bits the other way round; their streams begin with a clear code that reads as 00 01.
  if (input[0] === 0 && ((input[1] ?? 0) & 1) === 1) throw damaged("The file uses a form of LZW that went out of use in 1993.");
  const out = new Uint8Array(expectedBytes);
  // A code stands for a run that has been written before: where it starts and how long it is.
  const startOf = new Int32Array(maxCodes + 1);
  const lengthOf = new Int32Array(maxCodes + 1);
  let written = 0;
  let next = 258;
  let width = 9;
  let bits = 0;
  let bitCount = 0;
  let at = 0;
  let previousStart = -1;
  let previousLength = 0;
  while (written < expectedBytes) {
    while (bitCount < width) {
      if (at >= input.length) throw damaged("A block of LZW data ends too early.");
      bits = ((bits << 8) | (input[at++] ?? 0)) & 0xffffff;
      bitCount += 8;
    }
    const code = (bits >> (bitCount - width)) & ((1 << width) - 1);
    bitCount -= width;
    if (code === endCode) throw damaged("A block of LZW data ends too early.");
    if (code === clearCode) {
      next = 258;
      width = 9;
      previousStart = -1;
      continue;
    }
    const start = written;
    let length: number;
    if (code < 256) {
      out[written] = code;
      length = 1;
    } else {
      const isNew = code === next;
      if ((!isNew && code > next) || previousStart < 0) throw damaged("A block of LZW data is garbled.");
      // The code about to be defined is the previous run followed by its own first byte.
      const from = isNew ? previousStart : (startOf[code] ?? 0);
      length = isNew ? previousLength + 1 : (lengthOf[code] ?? 0);
      const room = Math.min(length, expectedBytes - written);
      // Byte by byte: a run may overlap what it is copied into.
      for (let i = 0; i < room; i++) out[written + i] = out[from + i] ?? 0;
    }
    if (previousStart >= 0 && next < maxCodes) {
      // The new run is the previous one plus the byte just written after it: they are adjacent in the output.
      startOf[next] = previousStart;
      lengthOf[next] = previousLength + 1;
      next++;
      if (next >= (1 << width) - 1 && width < 12) width++;
    }
    previousStart = start;
    previousLength = length;
    written += length;
  }
  return out;
}
