/** Binary entropy in bits: 0 where p is 0 or 1, 1 where it is one half. */
function entropyBits(p: number): number {
  if (p <= 0 || p >= 1) return 0;
  return -(p * Math.log2(p) + (1 - p) * Math.log2(1 - p));
}

/** Byte of a probability (0 = nodata, else 1 + 254 p) → byte of its entropy, in the same coding. */
export const entropyBytes: Uint8Array = Uint8Array.from({ length: 256 }, (_, value) =>
  value === 0 ? 0 : 1 + Math.round(254 * entropyBits((value - 1) / 254)),
);
