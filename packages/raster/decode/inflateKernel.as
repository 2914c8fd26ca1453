// AssemblyScript: the inner loops of inflateEarly.ts, compiled into inflateKernel.ts by bin/compileKernel.mjs.
// asc: --enable simd --initialMemory 1
// Every pointer is an address in the memory, which the caller lays out; nothing is allocated. 64 bytes may be read beyond what is unpacked and
// 320 written beyond what is wanted.

const LITERAL_BITS: u32 = 11;
const DISTANCE_BITS: u32 = 9;
// What an entry of a table is. Its low six bits: how many bits of input it takes.
const LITERAL: u32 = 0x8000; // bits 16–23: which
const SUBTABLE: u32 = 0x4000; // bits 16–31: where it begins, bits 8–11: its index's bits
const END: u32 = 0x2000;
const INVALID: u32 = 0x1000;
// Otherwise a length or a distance: bits 16–31 its least value, bits 8–11 the extra bits, which follow the code.

// Scratch: code lengths, then counts and offsets by length, then symbols in order, then the tables.
const LENGTHS: usize = 0;
const COUNTS: usize = 512;
const OFFSETS: usize = 640;
const SORTED: usize = 768;
const LITERAL_TABLE: usize = 2048;
const DISTANCE_TABLE: usize = 2048 + 4 * 8192;

const lengthBase: usize = memory.data<u16>([3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258]);
const lengthExtra: usize = memory.data<u8>([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0]);
const lengthOrder: usize = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);

// For each distance below 16: which of the bytes before is repeated where, and after how many bytes it begins anew.
const repeats: usize = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
  0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1,
  0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0,
  0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3,
  0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0,
  0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5, 0, 1, 2, 3,
  0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3, 4, 5, 6, 0, 1,
  0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5, 6,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 1, 2, 3, 4,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0, 1, 2, 3,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, 1, 2,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 0, 1,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0
], 16);
const steps: usize = memory.data<u8>([16, 16, 16, 15, 16, 15, 12, 14, 16, 9, 10, 11, 12, 13, 14, 15]);

const ofLengths: i32 = 0;
const ofLiterals: i32 = 1;
const ofDistances: i32 = 2;

function entryOf(kind: i32, symbol: u32): u32 {
  if (kind == ofLengths) return symbol << 16;
  if (kind == ofLiterals) {
    if (symbol < 256) return LITERAL | (symbol << 16);
    if (symbol == 256) return END;
    if (symbol > 285) return INVALID;
    return (<u32>load<u16>(lengthBase + ((symbol - 257) << 1)) << 16) | (<u32>load<u8>(lengthExtra + (symbol - 257)) << 8);
  }
  if (symbol > 29) return INVALID;
  if (symbol < 4) return (symbol + 1) << 16;
  const extra = (symbol >> 1) - 1;
  return (((2 + (symbol & 1)) << extra) + 1) << 16 | (extra << 8);
}

/** The table that decodes a code of these lengths, as zlib takes them. False: no such code. */
function build(scratch: usize, lengths: usize, count: i32, kind: i32, table: usize, tableBits: u32): bool {
  const counts = scratch + COUNTS;
  const offsets = scratch + OFFSETS;
  const sorted = scratch + SORTED;
  memory.fill(counts, 0, 64);
  for (let i = 0; i < count; i++) {
    const at = counts + (<usize>load<u8>(lengths + i) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
  store<u32>(counts, 0);
  let longest: u32 = 15;
  while (longest > 0 && load<u32>(counts + (longest << 2)) == 0) longest--;
  let left: i32 = 1;
  let place: u32 = 0;
  for (let length: u32 = 1; length <= 15; length++) {
    const many = load<u32>(counts + (length << 2));
    left = (left << 1) - <i32>many;
    if (left < 0) return false;
    store<u32>(offsets + (length << 2), place);
    place += many;
  }
  const isComplete = left == 0;
  if (!isComplete && longest > 0 && (kind == ofLengths || longest != 1)) return false;
  for (let i = 0; i < count; i++) {
    const length = <u32>load<u8>(lengths + i);
    if (length == 0) continue;
    const at = offsets + (length << 2);
    const to = load<u32>(at);
    store<u16>(sorted + (to << 1), <u16>i);
    store<u32>(at, to + 1);
  }
  const size: u32 = 1 << tableBits;
  if (!isComplete) for (let i: u32 = 0; i < size; i++) store<u32>(table + (i << 2), INVALID | 1);
  let code: u32 = 0;
  let index: u32 = 0;
  let next: u32 = size;
  let subStart: u32 = 0;
  let subBits: u32 = 0;
  let prefix: u32 = 0xffffffff;
  for (let length: u32 = 1; length <= longest; length++) {
    for (let many = load<u32>(counts + (length << 2)); many > 0; many--, index++) {
      const entry = entryOf(kind, load<u16>(sorted + (index << 1)));
      // Codes come with their first bit lowest.
      let reversed: u32 = 0;
      for (let bit: u32 = 0, rest = code; bit < length; bit++, rest >>= 1) reversed = (reversed << 1) | (rest & 1);
      if (length <= tableBits) {
        for (let at = reversed; at < size; at += <u32>1 << length) store<u32>(table + (at << 2), entry | length);
      } else {
        const low = reversed & (size - 1);
        if (low != prefix) {
          prefix = low;
          subStart = next;
          subBits = length - tableBits;
          let room: i32 = (1 << subBits) - <i32>many;
          while (room > 0 && subBits + tableBits < longest) {
            subBits++;
            room = (room << 1) - <i32>load<u32>(counts + ((subBits + tableBits) << 2));
          }
          next += 1 << subBits;
          store<u32>(table + (low << 2), SUBTABLE | (subStart << 16) | (subBits << 8) | tableBits);
        }
        const bits = length - tableBits;
        for (let at = reversed >> tableBits; at < <u32>1 << subBits; at += <u32>1 << bits) store<u32>(table + ((subStart + at) << 2), entry | bits);
      }
      code++;
    }
    code <<= 1;
  }
  return true;
}

/**
 * Unpacks zlib data until `wanted` bytes are there or the data ends.
 * @param scratch 64 KiB
 * @returns how many bytes came out, `wanted` at most; −1: the data are damaged
 */
export function inflate(from: usize, length: i32, out: usize, wanted: i32, scratch: usize): i32 {
  if (length < 3) return -1;
  const head = (<u32>load<u8>(from) << 8) | <u32>load<u8>(from + 1);
  if (head % 31 != 0 || (head & 0x0f00) != 0x0800 || head >> 12 > 7 || (head & 0x20) != 0) return -1;
  const fromEnd = from + length;
  const end = out + wanted;
  const literals = scratch + LITERAL_TABLE;
  const distances = scratch + DISTANCE_TABLE;
  const literalMask: u64 = (1 << LITERAL_BITS) - 1;
  const distanceMask: u64 = (1 << DISTANCE_BITS) - 1;
  let read = from + 2;
  let write = out;
  let bits: u64 = 0;
  // Only its lowest six bits count: an entry is subtracted as it is, and shifts take no more of it either.
  let held: u32 = 0;
  let isLast = false;
  while (!isLast && write < end) {
    bits |= load<u64>(read) << <u64>held;
    read += ((held ^ 63) & 63) >> 3;
    held |= 56;
    if (read - ((held & 63) >> 3) >= fromEnd) return -1;
    isLast = (bits & 1) != 0;
    const kind = <u32>(bits >> 1) & 3;
    bits >>= 3;
    held -= 3;
    if (kind == 0) {
      const rest = held & 7;
      bits >>= rest;
      held -= rest;
      read -= (held & 63) >> 3;
      bits = 0;
      held = 0;
      if (read + 4 > fromEnd) return -1;
      let many = <u32>load<u16>(read);
      if (many != ((~<u32>load<u16>(read, 2)) & 0xffff)) return -1;
      read += 4;
      if (read + many > fromEnd) return -1;
      if (many > <u32>(end - write)) many = <u32>(end - write);
      memory.copy(write, read, many);
      read += many;
      write += many;
      continue;
    }
    if (kind == 3) return -1;
    const lengths = scratch + LENGTHS;
    if (kind == 1) {
      for (let i = 0; i < 288; i++) store<u8>(lengths + i, i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8);
      for (let i = 0; i < 32; i++) store<u8>(lengths + 288 + i, 5);
      if (!build(scratch, lengths, 288, ofLiterals, literals, LITERAL_BITS)) return -1;
      if (!build(scratch, lengths + 288, 32, ofDistances, distances, DISTANCE_BITS)) return -1;
    } else {
      const literalCount = <i32>(bits & 31) + 257;
      const distanceCount = <i32>((bits >> 5) & 31) + 1;
      const lengthCount = <i32>((bits >> 10) & 15) + 4;
      bits >>= 14;
      held -= 14;
      if (literalCount > 286 || distanceCount > 30) return -1;
      memory.fill(lengths, 0, 19);
      for (let i = 0; i < lengthCount; i++) {
        bits |= load<u64>(read) << <u64>held;
        read += ((held ^ 63) & 63) >> 3;
        held |= 56;
        store<u8>(lengths + load<u8>(lengthOrder + i), <u8>(bits & 7));
        bits >>= 3;
        held -= 3;
      }
      if (!build(scratch, lengths, 19, ofLengths, literals, 7)) return -1;
      const all = literalCount + distanceCount;
      let i = 0;
      while (i < all) {
        bits |= load<u64>(read) << <u64>held;
        read += ((held ^ 63) & 63) >> 3;
        held |= 56;
        if (read > fromEnd + 8) return -1;
        const entry = load<u32>(literals + ((<usize>bits & 127) << 2));
        if (entry & INVALID) return -1;
        const symbol = entry >> 16;
        const codeBits = entry & 63;
        bits >>= codeBits;
        held -= codeBits;
        if (symbol < 16) {
          store<u8>(lengths + i++, <u8>symbol);
          continue;
        }
        if (symbol == 16 && i == 0) return -1;
        const extra: u32 = symbol == 16 ? 2 : symbol == 17 ? 3 : 7;
        const many = <i32>(bits & ((1 << extra) - 1)) + (symbol == 18 ? 11 : 3);
        bits >>= extra;
        held -= extra;
        if (i + many > all) return -1;
        memory.fill(lengths + i, symbol == 16 ? load<u8>(lengths + i - 1) : 0, many);
        i += many;
      }
      if (load<u8>(lengths + 256) == 0) return -1;
      if (!build(scratch, lengths, literalCount, ofLiterals, literals, LITERAL_BITS)) return -1;
      if (!build(scratch, lengths + literalCount, distanceCount, ofDistances, distances, DISTANCE_BITS)) return -1;
    }
    while (write < end) {
      bits |= load<u64>(read) << <u64>held;
      read += ((held ^ 63) & 63) >> 3;
      held |= 56;
      if (read > fromEnd + 8) return -1;
      let entry = load<u32>(literals + (<usize>(bits & literalMask) << 2));
      // Four times eleven bits are there.
      if (entry & LITERAL) {
        bits >>= <u64>entry;
        held -= entry;
        store<u8>(write++, <u8>(entry >> 16));
        entry = load<u32>(literals + (<usize>(bits & literalMask) << 2));
        if (entry & LITERAL) {
          bits >>= <u64>entry;
          held -= entry;
          store<u8>(write++, <u8>(entry >> 16));
          entry = load<u32>(literals + (<usize>(bits & literalMask) << 2));
          if (entry & LITERAL) {
            bits >>= <u64>entry;
            held -= entry;
            store<u8>(write++, <u8>(entry >> 16));
            entry = load<u32>(literals + (<usize>(bits & literalMask) << 2));
            if (entry & LITERAL) {
              bits >>= <u64>entry;
              held -= entry;
              store<u8>(write++, <u8>(entry >> 16));
              continue;
            }
          }
        }
      }
      bits |= load<u64>(read) << <u64>held;
      read += ((held ^ 63) & 63) >> 3;
      held |= 56;
      if (entry & SUBTABLE) {
        bits >>= <u64>entry;
        held -= entry;
        entry = load<u32>(literals + (((entry >> 16) + (<u32>bits & ((1 << ((entry >> 8) & 15)) - 1))) << 2));
      }
      if (entry & INVALID) return -1;
      bits >>= <u64>entry;
      held -= entry;
      if (entry & LITERAL) {
        store<u8>(write++, <u8>(entry >> 16));
        continue;
      }
      if (entry & END) break;
      const lengthExtraBits = (entry >> 8) & 15;
      const many = (entry >> 16) + (<u32>bits & ((1 << lengthExtraBits) - 1));
      bits >>= lengthExtraBits;
      held -= lengthExtraBits;
      entry = load<u32>(distances + (<usize>(bits & distanceMask) << 2));
      if (entry & SUBTABLE) {
        bits >>= <u64>entry;
        held -= entry;
        entry = load<u32>(distances + (((entry >> 16) + (<u32>bits & ((1 << ((entry >> 8) & 15)) - 1))) << 2));
      }
      if (entry & INVALID) return -1;
      bits >>= <u64>entry;
      held -= entry;
      const distanceExtraBits = (entry >> 8) & 15;
      const distance = (entry >> 16) + (<u32>bits & ((1 << distanceExtraBits) - 1));
      bits >>= distanceExtraBits;
      held -= distanceExtraBits;
      if (distance > <u32>(write - out)) return -1;
      const stop = write + many;
      let copy = write - distance;
      if (distance >= 16) {
        for (; write < stop; write += 16, copy += 16) v128.store(write, v128.load(copy));
      } else {
        // What repeats, as often as it goes into sixteen bytes.
        const row = repeats + (<usize>distance << 4);
        const repeated = i8x16.swizzle(v128.load(copy), v128.load(row));
        const step = <usize>load<u8>(steps + distance);
        for (; write < stop; write += step) v128.store(write, repeated);
      }
      write = stop;
    }
  }
  if (read - ((held & 63) >> 3) > fromEnd) return -1;
  return <i32>min(write - out, <usize>wanted);
}

/**
 * Undoes the horizontal differencing of the first `count` bytes of a row. Up to 15 bytes are read and written beyond.
 * @param out must not overlap `row`
 */
export function sumRow(row: usize, count: i32, samplesPerPixel: i32, out: usize): void {
  const end = row + count;
  if (samplesPerPixel == 3) {
    let last = i8x16.splat(0);
    const none = i8x16.splat(0);
    for (; row < end; row += 15, out += 15) {
      let x = v128.load(row);
      x = i8x16.add(x, v128.shuffle<i8>(none, x, 0, 0, 0, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28));
      x = i8x16.add(x, v128.shuffle<i8>(none, x, 0, 0, 0, 0, 0, 0, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25));
      x = i8x16.add(x, v128.shuffle<i8>(none, x, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 16, 17, 18, 19));
      x = i8x16.add(x, last);
      v128.store(out, x);
      last = v128.shuffle<i8>(x, x, 12, 13, 14, 12, 13, 14, 12, 13, 14, 12, 13, 14, 12, 13, 14, 12);
    }
  } else if (samplesPerPixel == 4) {
    let last = i32x4.splat(0);
    const none = i8x16.splat(0);
    for (; row < end; row += 16, out += 16) {
      let x = v128.load(row);
      x = i8x16.add(x, v128.shuffle<i32>(none, x, 0, 4, 5, 6));
      x = i8x16.add(x, v128.shuffle<i32>(none, x, 0, 0, 4, 5));
      x = i8x16.add(x, last);
      v128.store(out, x);
      last = v128.shuffle<i32>(x, x, 3, 3, 3, 3);
    }
  } else {
    const first = min(end, row + samplesPerPixel);
    for (; row < first; row++, out++) store<u8>(out, load<u8>(row));
    for (; row < end; row++, out++) store<u8>(out, load<u8>(row) + load<u8>(out - samplesPerPixel));
  }
}
