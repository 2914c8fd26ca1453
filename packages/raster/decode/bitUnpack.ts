/**
 * Samples of 1 to 31 bits, most significant bit first, each row padded to whole bytes (TIFF 6.0 section 8).
 * @param rowSamples samples of one row, all bands together
 * @returns bytes up to 8 bits, 16-bit numbers up to 16, else 32-bit numbers
 */
export function unpackBits(packed: Uint8Array, bits: number, rowSamples: number, rows: number): Uint8Array | Uint16Array | Uint32Array {
  if (bits === 1 || bits === 2 || bits === 4) return unpackFractions(packed, bits, rowSamples, rows);
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

/** Samples that divide a byte: masks, and images of few greys or colours. */
export function unpackFractions(packed: Uint8Array, bits: 1 | 2 | 4, rowSamples: number, rows: number): Uint8Array {
  const out = new Uint8Array(rowSamples * rows);
  const perByte = 8 / bits;
  const rowBytes = Math.ceil(rowSamples / perByte);
  const mask = (1 << bits) - 1;
  for (let row = 0; row < rows; row++) {
    const end = (row + 1) * rowSamples;
    let to = row * rowSamples;
    for (let at = row * rowBytes; at < (row + 1) * rowBytes; at++) {
      const byte = packed[at] ?? 0;
      if (byte === 0) {
        to += perByte;
        continue;
      }
      for (let shift = 8 - bits; shift >= 0 && to < end; shift -= bits) out[to++] = (byte >> shift) & mask;
    }
  }
  return out;
}
