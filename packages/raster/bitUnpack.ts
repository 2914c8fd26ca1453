/**
 * Samples of 1 to 31 bits, most significant bit first, each row padded to whole bytes (TIFF 6.0 section 8).
 * @param rowSamples samples of one row, all bands together
 * @returns bytes up to 8 bits, 16-bit numbers up to 16, else 32-bit numbers
 */
export function unpackBits(packed: Uint8Array, bits: number, rowSamples: number, rows: number): Uint8Array | Uint16Array | Uint32Array {
  const count = rowSamples * rows;
  const out = bits <= 8 ? new Uint8Array(count) : bits <= 16 ? new Uint16Array(count) : new Uint32Array(count);
  const rowBytes = Math.ceil((rowSamples * bits) / 8);
  for (let row = 0; row < rows; row++) {
    let at = row * rowBytes;
    let held = 0;
    let heldBits = 0;
    for (let i = row * rowSamples; i < (row + 1) * rowSamples; i++) {
      // A sample may span five bytes, which 32-bit shifts cannot hold; sums of powers of two can.
      while (heldBits < bits) {
        held = held * 256 + (packed[at++] ?? 0);
        heldBits += 8;
      }
      const below = 2 ** (heldBits - bits);
      const value = Math.floor(held / below);
      out[i] = value;
      held -= value * below;
      heldBits -= bits;
    }
  }
  return out;
}
