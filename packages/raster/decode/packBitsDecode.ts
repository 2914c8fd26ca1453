import { damaged } from "../tiff/rasterError.ts";

/**
 * PackBits (TIFF 6.0 section 9): runs of literal bytes and of one byte repeated.
 * @param expectedBytes how many bytes the block decodes to; what follows is ignored
 * @throws AppError `raster/damaged` when the data ends before that
 */
export function decodePackBits(input: Uint8Array, expectedBytes: number): Uint8Array {
  const out = new Uint8Array(expectedBytes);
  let at = 0;
  let written = 0;
  while (written < expectedBytes) {
    const code = input[at++];
    if (code === undefined) throw damaged("A block of PackBits data ends too early.");
    if (code < 128) {
      const length = Math.min(code + 1, expectedBytes - written);
      if (at + length > input.length) throw damaged("A block of PackBits data ends too early.");
      out.set(input.subarray(at, at + length), written);
      at += code + 1;
      written += length;
    } else if (code > 128) {
      const value = input[at++];
      if (value === undefined) throw damaged("A block of PackBits data ends too early.");
      const end = Math.min(written + 257 - code, expectedBytes);
      out.fill(value, written, end);
      written = end;
    }
  }
  return out;
}
