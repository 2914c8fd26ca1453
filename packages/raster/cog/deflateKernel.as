// AssemblyScript: the two inner loops of deflateEncode.ts and the checksum, compiled into deflateKernel.ts by bin/compileKernel.mjs.
// asc: --initialMemory 32
// Addresses of what both sides share; deflateEncode.ts has the same.

// Where a repeat of three bytes, and of four, was seen last; before that, per place of the window, the place of equal four bytes before it.
const HEAD3: usize = 0x00000; // i32 × 2^15
const HEAD4: usize = 0x20000; // i32 × 2^16
const CHAIN: usize = 0x60000; // i32 × 2^15
// A literal, or a repeat as length | distance << 9.
const SYMBOLS: usize = 0x80000; // u32 × 2^17
const LITERAL_COUNTS: usize = 0x100000; // u32 × 288
const DISTANCE_COUNTS: usize = 0x100480; // u32 × 32
const LITERAL_CODES: usize = 0x100500; // u32 × 288, code | length << 16
const DISTANCE_CODES: usize = 0x100980; // u32 × 32
const LENGTH_CODE: usize = 0x100a00; // u16 × 259
const DISTANCE_CODE: usize = 0x100d00; // u8 × 512
const LENGTH_BASE: usize = 0x100f00; // u16 × 288
const LENGTH_EXTRA: usize = 0x101200; // u8 × 288
const DISTANCE_BASE: usize = 0x101400; // u16 × 32
const DISTANCE_EXTRA: usize = 0x101500; // u8 × 32
const SEEN: usize = 0x101600; // i32 × 10
const RECENT: usize = 0x101640; // i32 × 10
const STATE: usize = 0x101680; // i32: symbols; bytes written; bits waiting; their count
const INPUT: usize = 0x102000;

const WINDOW: i32 = 32768;
const LONGEST: i32 = 258;
const MULTIPLIER: u32 = 0x9e3779b1;
// Farther repeats of three bytes cost more than three literals.
const FARTHEST_OF_THREE: i32 = 4096;
// A repeat this long is taken without looking for a longer one, here or at the next place.
const LONG_ENOUGH: i32 = 24;
const SYMBOLS_PER_BLOCK: i32 = 131072;
const LEAST_BLOCK_BYTES: i32 = 5000;
const MOST_BLOCK_BYTES: i32 = 300000;
// Places without a repeat, one after the other, after which one more place is passed over unlooked at.
const PATIENCE_SHIFT: i32 = 5;
const MOST_PASSED_OVER: i32 = 8;
const NEW_BETWEEN_CHECKS: i32 = 512;
const KINDS: i32 = 10;

// @ts-ignore: decorator
@inline
function hash3(word: u32): usize {
  return <usize>(((word << 8) * MULTIPLIER) >> 17) << 2;
}

// @ts-ignore: decorator
@inline
function hash4(word: u32): usize {
  return <usize>((word * MULTIPLIER) >> 16) << 2;
}

// @ts-ignore: decorator
@inline
function equalBytes(a: usize, b: usize, from: i32, longest: i32): i32 {
  let n = from;
  while (n + 8 <= longest) {
    const difference = load<u64>(a + n) ^ load<u64>(b + n);
    if (difference != 0) return n + <i32>(ctz(difference) >> 3);
    n += 8;
  }
  while (n < longest && load<u8>(a + n) == load<u8>(b + n)) n++;
  return n;
}

// @ts-ignore: decorator
@inline
function addOne(at: usize): void {
  store<u32>(at, load<u32>(at) + 1);
}

// @ts-ignore: decorator
@inline
function remember(i: i32): void {
  const word = load<u32>(INPUT + i);
  store<i32>(HEAD3 + hash3(word), i);
  const h = HEAD4 + hash4(word);
  store<i32>(CHAIN + ((<usize>i & (WINDOW - 1)) << 2), load<i32>(h));
  store<i32>(h, i);
}

let foundDistance: i32 = 0;

// The longest repeat at place i, remembered there; 0 when there is none of use. Of three bytes only when nothing longer is found.
// @ts-ignore: decorator
@inline
function longestAt(i: i32, size: i32, chainLength: i32): i32 {
  const word = load<u32>(INPUT + i);
  const h3 = HEAD3 + hash3(word);
  const h4 = HEAD4 + hash4(word);
  const near = load<i32>(h3);
  let place = load<i32>(h4);
  store<i32>(h3, i);
  store<i32>(h4, i);
  store<i32>(CHAIN + ((<usize>i & (WINDOW - 1)) << 2), place);
  const oldest = i - WINDOW;
  const longest = min(LONGEST, size - i);
  let length = 0;
  for (let tries = chainLength; tries > 0 && place >= oldest; tries--) {
    if (load<u32>(INPUT + place) == word && (length < 4 || load<u8>(INPUT + place + length) == load<u8>(INPUT + i + length))) {
      const equal = equalBytes(INPUT + place, INPUT + i, 4, longest);
      if (equal > length) {
        length = equal;
        foundDistance = i - place;
        if (equal >= LONG_ENOUGH) break;
      }
    }
    const older = load<i32>(CHAIN + ((<usize>place & (WINDOW - 1)) << 2));
    if (older >= place) break;
    place = older;
  }
  if (length == 0 && near >= i - FARTHEST_OF_THREE && near >= 0) {
    if (((load<u32>(INPUT + near) ^ word) & 0xffffff) == 0) {
      length = 3;
      foundDistance = i - near;
    }
  }
  return length;
}

// Whether the newest symbols differ so much from the block's others that a block of its own pays.
function mixChanges(seenCount: i32, recentCount: i32, blockBytes: i32): bool {
  let difference: i64 = 0;
  for (let kind = 0; kind < KINDS; kind++) {
    const expected = <i64>load<i32>(SEEN + (kind << 2)) * recentCount;
    const actual = <i64>load<i32>(RECENT + (kind << 2)) * seenCount;
    difference += expected > actual ? expected - actual : actual - expected;
  }
  let cutoff: i64 = (<i64>recentCount * 200 * seenCount) / 512;
  if (blockBytes < 10000 && seenCount + recentCount < 8192) cutoff += (cutoff * (8192 - seenCount - recentCount)) / 8192;
  if (seenCount > 0 && difference + <i64>(blockBytes / 4096) * seenCount >= cutoff) return true;
  for (let kind = 0; kind < KINDS; kind++) {
    const at = kind << 2;
    store<i32>(SEEN + at, load<i32>(SEEN + at) + load<i32>(RECENT + at));
    store<i32>(RECENT + at, 0);
  }
  return false;
}

// @ts-ignore: decorator
@inline
function putLiteral(count: i32, i: i32): void {
  const literal = <u32>load<u8>(INPUT + i);
  store<u32>(SYMBOLS + (<usize>count << 2), literal);
  addOne(LITERAL_COUNTS + (literal << 2));
  addOne(RECENT + ((((literal >> 5) & 6) | (literal & 1)) << 2));
}

// @ts-ignore: decorator
@inline
function putRepeat(count: i32, length: i32, distance: i32): void {
  store<u32>(SYMBOLS + (<usize>count << 2), <u32>length | (<u32>distance << 9));
  addOne(LITERAL_COUNTS + (<usize>load<u16>(LENGTH_CODE + (<usize>length << 1)) << 2));
  const index = distance <= 256 ? distance - 1 : 256 + ((distance - 1) >> 7);
  addOne(DISTANCE_COUNTS + (<usize>load<u8>(DISTANCE_CODE + index) << 2));
  addOne(RECENT + (length >= 9 ? 36 : 32));
}

/**
 * Symbols of one block from `start` on, into SYMBOLS and the counts; how many goes to STATE. A repeat is put off by a byte when a longer one
 * begins at the next place (lazy evaluation, RFC 1951 §4).
 * @returns where the block ends
 */
export function findRepeats(start: i32, size: i32, chainLength: i32): i32 {
  const lastWord = size - 4;
  const blockEnd = min(size, start + MOST_BLOCK_BYTES);
  let count = 0;
  let recentCount = 0;
  let seenCount = 0;
  let i = start;
  let length = 0;
  let distance = 0;
  let isKnown = false;
  let misses = 0;
  while (i < blockEnd && count < SYMBOLS_PER_BLOCK - 1) {
    if (!isKnown) {
      length = i <= lastWord ? longestAt(i, size, chainLength) : 0;
      distance = foundDistance;
    }
    isKnown = false;
    if (length == 0) {
      putLiteral(count++, i++);
      recentCount++;
      misses++;
      // Noise, as the low bytes of wide samples hold, has few repeats: looking at every place would take most of the time and find little.
      for (let over = min(misses >> PATIENCE_SHIFT, MOST_PASSED_OVER); over > 0 && i < blockEnd && count < SYMBOLS_PER_BLOCK - 1; over--) {
        putLiteral(count++, i++);
        recentCount++;
      }
    } else {
      // Short ones occur by chance.
      misses = length > 4 ? 0 : misses >> 1;
      let from = i + 1;
      if (length < LONG_ENOUGH && from <= lastWord && from < blockEnd) {
        const next = longestAt(from, size, length >= 8 ? chainLength >> 1 : chainLength);
        from++;
        // A longer one, unless it is so much farther that its distance costs what the length saves.
        if (next > length || (next == length && next > 3 && (foundDistance << 3) < distance)) {
          putLiteral(count++, i++);
          recentCount++;
          length = next;
          distance = foundDistance;
          isKnown = true;
        }
      }
      if (!isKnown) {
        putRepeat(count++, length, distance);
        recentCount++;
        // Long runs need no entry for every place of theirs.
        const known = min(i + min(length, 48), lastWord + 1);
        for (let j = from; j < known; j++) remember(j);
        i += length;
      }
    }
    if (recentCount < NEW_BETWEEN_CHECKS || isKnown || i - start < LEAST_BLOCK_BYTES || size - i < LEAST_BLOCK_BYTES) continue;
    if (mixChanges(seenCount, recentCount, i - start)) break;
    seenCount += recentCount;
    recentCount = 0;
  }
  // A repeat that was put off begins the next block: its place has been remembered, which finds at worst itself, and that is refused.
  if (isKnown) {
    putRepeat(count++, length, distance);
    const known = min(i + min(length, 48), lastWord + 1);
    for (let j = i + 1; j < known; j++) remember(j);
    i += length;
  }
  store<i32>(STATE, count);
  return i;
}

/** Writes the block's symbols with the codes of both trees to `out` + bytes written. */
export function writeSymbols(out: usize): void {
  const count = load<i32>(STATE);
  let at = out + load<i32>(STATE + 4);
  let bits: u64 = load<u32>(STATE + 8);
  let bitCount: u64 = load<u32>(STATE + 12);
  for (let i = 0; i < count; i++) {
    const symbol = load<u32>(SYMBOLS + (<usize>i << 2));
    if (symbol < 256) {
      const code = load<u32>(LITERAL_CODES + (symbol << 2));
      bits |= (<u64>(code & 0xffff)) << bitCount;
      bitCount += code >> 16;
    } else {
      const length = symbol & 511;
      const distance = symbol >> 9;
      const lengthSymbol = <u32>load<u16>(LENGTH_CODE + (length << 1));
      const code = load<u32>(LITERAL_CODES + (lengthSymbol << 2));
      bits |= (<u64>(code & 0xffff)) << bitCount;
      bitCount += code >> 16;
      bits |= (<u64>(length - <u32>load<u16>(LENGTH_BASE + (lengthSymbol << 1)))) << bitCount;
      bitCount += load<u8>(LENGTH_EXTRA + lengthSymbol);
      const far = <u32>load<u8>(DISTANCE_CODE + (distance <= 256 ? distance - 1 : 256 + ((distance - 1) >> 7)));
      const farCode = load<u32>(DISTANCE_CODES + (far << 2));
      bits |= (<u64>(farCode & 0xffff)) << bitCount;
      bitCount += farCode >> 16;
      bits |= (<u64>(distance - <u32>load<u16>(DISTANCE_BASE + (far << 1)))) << bitCount;
      bitCount += load<u8>(DISTANCE_EXTRA + far);
    }
    // At most 7 bits wait, and one repeat takes at most 48.
    store<u64>(at, bits);
    at += <usize>(bitCount >> 3);
    bits >>= bitCount & ~7;
    bitCount &= 7;
  }
  store<i32>(STATE + 4, <i32>(at - out));
  store<u32>(STATE + 8, <u32>bits);
  store<u32>(STATE + 12, <u32>bitCount);
}

/** RFC 1950 §8.2; 5552 additions of a byte fit before the sums must be reduced. */
export function adler32(size: i32): u32 {
  let a: u32 = 1;
  let b: u32 = 0;
  let i = 0;
  while (i < size) {
    const end = min(size, i + 5552);
    for (; i < end; i++) {
      a += load<u8>(INPUT + i);
      b += a;
    }
    a %= 65521;
    b %= 65521;
  }
  return (b << 16) | a;
}
