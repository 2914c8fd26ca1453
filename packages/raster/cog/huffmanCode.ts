/** Canonical Huffman codes as deflate writes them (RFC 1951 §3.2.2). */

/** Deflate's largest alphabet has fewer. */
const MOST_SYMBOLS = 512;
/** Nodes of the tree being made: leaves, rarest first, then inner ones. Used again for every code. */
const weights = new Float64Array(2 * MOST_SYMBOLS);
const parents = new Int32Array(2 * MOST_SYMBOLS);
const depths = new Int32Array(2 * MOST_SYMBOLS);
const used = new Int32Array(MOST_SYMBOLS);

/**
 * Lengths of a prefix code that is shortest for these frequencies with no length above `limit`; 0 where a symbol does not occur. A lone
 * symbol gets one bit. Two-queue construction on sorted weights; lengths above the limit are moved down and paid for by lengthening the
 * rarest of the others.
 */
export function codeLengths(frequencies: Uint32Array, limit: number, lengths: Uint8Array): void {
  lengths.fill(0);
  let count = 0;
  for (let symbol = 0; symbol < frequencies.length; symbol++) {
    const frequency = frequencies[symbol] ?? 0;
    // Rare ones first, and of equals the smaller symbol: numbers in a typed array are sorted without a call for each comparison.
    if (frequency > 0) weights[count++] = frequency * MOST_SYMBOLS + symbol;
  }
  if (count <= 1) {
    // Both ends of a tree of one leaf: decoders want a complete code.
    const symbol = (weights[0] ?? 0) % MOST_SYMBOLS;
    lengths[count === 0 ? 0 : symbol] = 1;
    lengths[count === 0 || symbol === 0 ? 1 : 0] = 1;
    return;
  }
  weights.subarray(0, count).sort();
  for (let i = 0; i < count; i++) {
    const weight = weights[i] ?? 0;
    used[i] = weight % MOST_SYMBOLS;
    weights[i] = Math.floor(weight / MOST_SYMBOLS);
  }
  let leaf = 0;
  let inner = count;
  for (let next = count; next < 2 * count - 1; next++) {
    let sum = 0;
    for (let child = 0; child < 2; child++) {
      const takesLeaf = leaf < count && (inner >= next || (weights[leaf] ?? 0) <= (weights[inner] ?? 0));
      const node = takesLeaf ? leaf++ : inner++;
      sum += weights[node] ?? 0;
      parents[node] = next;
    }
    weights[next] = sum;
  }
  depths[2 * count - 2] = 0;
  const perLength = new Int32Array(limit + 1);
  for (let node = 2 * count - 3; node >= 0; node--) {
    const depth = (depths[parents[node] ?? 0] ?? 0) + 1;
    depths[node] = depth;
    if (node < count) {
      const length = Math.min(limit, depth);
      perLength[length] = (perLength[length] ?? 0) + 1;
    }
  }
  restoreKraft(perLength, limit);
  // The rarest symbols get the longest codes.
  let at = 0;
  for (let length = limit; length > 0; length--) {
    for (let n = perLength[length] ?? 0; n > 0; n--) lengths[used[at++] ?? 0] = length;
  }
}

/** Makes counts per length a complete code again after lengths were cut to the limit (Kraft's sum must be 1). */
function restoreKraft(perLength: Int32Array, limit: number): void {
  let sum = 0;
  for (let length = 1; length <= limit; length++) sum += (perLength[length] ?? 0) * 2 ** (limit - length);
  for (let excess = sum - 2 ** limit; excess > 0; excess--) {
    let length = limit - 1;
    while ((perLength[length] ?? 0) === 0) length--;
    // One code becomes the parent of two: it and one of the longest.
    perLength[length] = (perLength[length] ?? 0) - 1;
    perLength[length + 1] = (perLength[length + 1] ?? 0) + 2;
    perLength[limit] = (perLength[limit] ?? 0) - 1;
  }
}

/** The codes of canonical lengths, bits reversed as deflate sends them, with the length above bit 16. */
export function reversedCodes(lengths: Uint8Array, count: number, codes: Int32Array): void {
  const next = new Int32Array(17);
  const perLength = new Int32Array(17);
  for (let i = 0; i < count; i++) perLength[lengths[i] ?? 0] = (perLength[lengths[i] ?? 0] ?? 0) + 1;
  perLength[0] = 0;
  for (let length = 1; length <= 15; length++) next[length + 1] = ((next[length] ?? 0) + (perLength[length] ?? 0)) << 1;
  for (let i = 0; i < count; i++) {
    const length = lengths[i] ?? 0;
    if (length === 0) continue;
    let code = next[length] ?? 0;
    next[length] = code + 1;
    let reversed = 0;
    for (let bit = 0; bit < length; bit++, code >>= 1) reversed = (reversed << 1) | (code & 1);
    codes[i] = reversed | (length << 16);
  }
}
