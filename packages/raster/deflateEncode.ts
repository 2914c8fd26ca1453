import { codeLengths, reversedCodes } from "./huffmanCode.ts";

/**
 * Deflate (RFC 1951) in zlib's wrapping (RFC 1950), made for predicted pixels. Node's zlib looks for repeats of four bytes and more; the
 * differences of red, green and blue repeat in threes, and finding those makes tiles up to a tenth smaller. Matches are taken greedily
 * from the newest place of equal three bytes and a short chain of places of equal four; blocks end where the mix of symbols changes, as
 * in libdeflate.
 */

/** Deflate with a window of 32 KB, no dictionary. */
const ZLIB_HEADER = 0x5e78;
const WINDOW = 32_768;
const LONGEST = 258;
const HASH3_BITS = 15;
const HASH4_BITS = 16;
const MULTIPLIER = 0x9e3779b1 | 0;
/** Farther repeats of three bytes cost more than three literals. */
const FARTHEST_OF_THREE = 4096;
const CHAIN = 3;
/** A repeat this long is taken without looking for a longer one. */
const LONG_ENOUGH = 16;
const SYMBOLS_PER_BLOCK = 1 << 17;
const LEAST_BLOCK_BYTES = 5_000;
const MOST_BLOCK_BYTES = 300_000;
const END_OF_BLOCK = 256;
const LITERAL_CODES = 286;
const DISTANCE_CODES = 30;
const LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** Per length 3–258 its code (257–285); per code what it starts at and its extra bits. */
const lengthCode = new Uint16Array(LONGEST + 1);
const lengthBase = new Uint16Array(LITERAL_CODES);
const lengthExtra = new Uint8Array(LITERAL_CODES);
const distanceBase = new Uint16Array(DISTANCE_CODES);
const distanceExtra = new Uint8Array(DISTANCE_CODES);
/** Code of distance − 1 below 256, and of (distance − 1) >> 7 from there on. */
const distanceCode = new Uint8Array(512);
for (let code = 0, length = 3; code < 28; code++) {
  const extra = code < 8 ? 0 : (code >> 2) - 1;
  lengthBase[257 + code] = length;
  lengthExtra[257 + code] = extra;
  for (let i = 0; i < 1 << extra && length <= LONGEST; i++) lengthCode[length++] = 257 + code;
}
lengthCode[LONGEST] = 285;
lengthBase[285] = LONGEST;
for (let code = 0, distance = 1; code < DISTANCE_CODES; code++) {
  const extra = code < 4 ? 0 : (code >> 1) - 1;
  distanceBase[code] = distance;
  distanceExtra[code] = extra;
  for (let i = 0; i < 1 << extra; i++, distance++) {
    if (distance <= 256) distanceCode[distance - 1] = code;
    else distanceCode[256 + ((distance - 1) >> 7)] = code;
  }
}

/** Kinds of symbols that are counted to see where their mix changes: eight of literals, two of repeats. */
const KINDS = 10;
const NEW_BETWEEN_CHECKS = 512;

/** All the memory that encoding takes, used again for every tile. */
class Encoder {
  private readonly head3 = new Int32Array(1 << HASH3_BITS);
  private readonly head4 = new Int32Array(1 << HASH4_BITS);
  private readonly chain = new Int32Array(WINDOW);
  /** A literal, or a repeat as length | distance << 9. */
  private readonly symbols = new Int32Array(SYMBOLS_PER_BLOCK);
  private readonly literalCounts = new Uint32Array(LITERAL_CODES);
  private readonly distanceCounts = new Uint32Array(DISTANCE_CODES);
  private readonly literalLengths = new Uint8Array(LITERAL_CODES);
  private readonly distanceLengths = new Uint8Array(DISTANCE_CODES);
  private readonly literalCodes = new Int32Array(LITERAL_CODES);
  private readonly distanceCodes = new Int32Array(DISTANCE_CODES);
  private readonly seen = new Int32Array(KINDS);
  private readonly recent = new Int32Array(KINDS);
  /** What has been written, in little-endian words of 16 bits; fewer than 16 bits wait. */
  private words = new Uint16Array(0);
  private out = new Uint8Array(0);
  private at = 0;
  private bits = 0;
  private bitCount = 0;

  encode(source: Uint8Array): Uint8Array {
    const room = source.length + (source.length >> 3) + 4096;
    if (this.out.length < room) {
      this.words = new Uint16Array((room + 1) >> 1);
      this.out = new Uint8Array(this.words.buffer);
    }
    this.words[0] = ZLIB_HEADER;
    this.at = 1;
    this.bits = 0;
    this.bitCount = 0;
    this.head3.fill(-WINDOW - 1);
    this.head4.fill(-WINDOW - 1);
    let start = 0;
    do start = this.block(source, start);
    while (start < source.length);
    let end = this.endBytes();
    const sum = adler32(source);
    for (let shift = 24; shift >= 0; shift -= 8) this.out[end++] = sum >>> shift;
    return this.out.slice(0, end);
  }

  /** Writes what waits, to a whole byte; returns how many bytes there are. */
  private endBytes(): number {
    this.words[this.at] = this.bits;
    return this.at * 2 + ((this.bitCount + 7) >> 3);
  }

  /** One block from `start` on; returns where it ends. */
  private block(source: Uint8Array, start: number): number {
    const { symbols, literalCounts, distanceCounts, seen, recent } = this;
    literalCounts.fill(0);
    distanceCounts.fill(0);
    seen.fill(0);
    recent.fill(0);
    const end = this.findRepeats(source, start);
    const count = this.symbolCount;
    literalCounts[END_OF_BLOCK] = 1;
    this.writeBlock(source, start, end, symbols, count);
    return end;
  }

  private symbolCount = 0;

  private findRepeats(source: Uint8Array, start: number): number {
    const { head3, head4, chain, symbols, literalCounts, distanceCounts, recent } = this;
    const size = source.length;
    const lastWord = size - 4;
    const blockEnd = Math.min(size, start + MOST_BLOCK_BYTES);
    let count = 0;
    let recentCount = 0;
    let seenCount = 0;
    let i = start;
    while (i < blockEnd && count < SYMBOLS_PER_BLOCK) {
      let length = 0;
      let distance = 0;
      if (i <= lastWord) {
        const word = (source[i] ?? 0) | ((source[i + 1] ?? 0) << 8) | ((source[i + 2] ?? 0) << 16) | ((source[i + 3] ?? 0) << 24);
        const hash3 = Math.imul(word << 8, MULTIPLIER) >>> (32 - HASH3_BITS);
        const hash4 = Math.imul(word, MULTIPLIER) >>> (32 - HASH4_BITS);
        const near = head3[hash3] ?? 0;
        let place = head4[hash4] ?? 0;
        head3[hash3] = i;
        head4[hash4] = i;
        chain[i & (WINDOW - 1)] = place;
        const oldest = i - WINDOW;
        const longest = Math.min(LONGEST, size - i);
        for (let tries = CHAIN; tries > 0 && place >= oldest; tries--) {
          if (source[place + length] === source[i + length] && source[place] === source[i] && source[place + 1] === source[i + 1]) {
            let equal = 2;
            while (equal < longest && source[place + equal] === source[i + equal]) equal++;
            if (equal > length && equal >= 4) {
              length = equal;
              distance = i - place;
              if (equal >= LONG_ENOUGH) break;
            }
          }
          const older = chain[place & (WINDOW - 1)] ?? 0;
          if (older >= place) break;
          place = older;
        }
        if (length === 0 && near >= i - FARTHEST_OF_THREE) {
          if (source[near] === source[i] && source[near + 1] === source[i + 1] && source[near + 2] === source[i + 2]) {
            length = 3;
            distance = i - near;
          }
        }
      }
      if (length === 0) {
        const literal = source[i++] ?? 0;
        symbols[count++] = literal;
        literalCounts[literal] = (literalCounts[literal] ?? 0) + 1;
        const kind = ((literal >> 5) & 6) | (literal & 1);
        recent[kind] = (recent[kind] ?? 0) + 1;
      } else {
        symbols[count++] = length | (distance << 9);
        const code = lengthCode[length] ?? 0;
        literalCounts[code] = (literalCounts[code] ?? 0) + 1;
        const far = distanceCode[distance <= 256 ? distance - 1 : 256 + ((distance - 1) >> 7)] ?? 0;
        distanceCounts[far] = (distanceCounts[far] ?? 0) + 1;
        const kind = length >= 9 ? 9 : 8;
        recent[kind] = (recent[kind] ?? 0) + 1;
        // Long runs need no entry for every place of theirs.
        const known = Math.min(i + Math.min(length, 32), lastWord + 1);
        for (let j = i + 1; j < known; j++) {
          const word = (source[j] ?? 0) | ((source[j + 1] ?? 0) << 8) | ((source[j + 2] ?? 0) << 16) | ((source[j + 3] ?? 0) << 24);
          head3[Math.imul(word << 8, MULTIPLIER) >>> (32 - HASH3_BITS)] = j;
          const hash4 = Math.imul(word, MULTIPLIER) >>> (32 - HASH4_BITS);
          chain[j & (WINDOW - 1)] = head4[hash4] ?? 0;
          head4[hash4] = j;
        }
        i += length;
      }
      if (++recentCount < NEW_BETWEEN_CHECKS || i - start < LEAST_BLOCK_BYTES || size - i < LEAST_BLOCK_BYTES) continue;
      if (this.mixChanges(seenCount, recentCount, i - start)) break;
      seenCount += recentCount;
      recentCount = 0;
    }
    this.symbolCount = count;
    return i;
  }

  /** Whether the newest symbols differ so much from the block's others that a block of its own pays. */
  private mixChanges(seenCount: number, recentCount: number, blockBytes: number): boolean {
    const { seen, recent } = this;
    let difference = 0;
    for (let kind = 0; kind < KINDS; kind++) {
      difference += Math.abs((seen[kind] ?? 0) * recentCount - (recent[kind] ?? 0) * seenCount);
    }
    let cutoff = ((recentCount * 200) / 512) * seenCount;
    if (blockBytes < 10_000 && seenCount + recentCount < 8_192) cutoff += (cutoff * (8_192 - seenCount - recentCount)) / 8_192;
    if (seenCount > 0 && difference + (blockBytes / 4_096) * seenCount >= cutoff) return true;
    for (let kind = 0; kind < KINDS; kind++) {
      seen[kind] = (seen[kind] ?? 0) + (recent[kind] ?? 0);
      recent[kind] = 0;
    }
    return false;
  }

  private writeBlock(source: Uint8Array, start: number, end: number, symbols: Int32Array, count: number): void {
    const { literalCounts, distanceCounts, literalLengths, distanceLengths, literalCodes, distanceCodes } = this;
    codeLengths(literalCounts, 15, literalLengths);
    codeLengths(distanceCounts, 15, distanceLengths);
    let size = 3 + 14 + 19 * 3;
    for (let i = 0; i < LITERAL_CODES; i++) size += (literalCounts[i] ?? 0) * ((literalLengths[i] ?? 0) + (lengthExtra[i] ?? 0));
    for (let i = 0; i < DISTANCE_CODES; i++) size += (distanceCounts[i] ?? 0) * ((distanceLengths[i] ?? 0) + (distanceExtra[i] ?? 0));
    const isLast = end === source.length;
    if (size >= (end - start) * 8) {
      this.writeStored(source, start, end, isLast);
      return;
    }
    reversedCodes(literalLengths, LITERAL_CODES, literalCodes);
    reversedCodes(distanceLengths, DISTANCE_CODES, distanceCodes);
    this.putBits(isLast ? 1 : 0, 1);
    this.putBits(2, 2);
    this.writeLengths();
    this.writeSymbols(symbols, count);
    const code = literalCodes[END_OF_BLOCK] ?? 0;
    this.putBits(code & 0xffff, code >>> 16);
  }

  private writeStored(source: Uint8Array, start: number, end: number, isLast: boolean): void {
    for (let from = start; from < end || from === 0; from += 65_535) {
      const to = Math.min(end, from + 65_535);
      this.putBits(isLast && to === end ? 1 : 0, 1);
      this.putBits(0, 2);
      const length = to - from;
      const at = this.endBytes();
      const { out } = this;
      [length, length >> 8, ~length, ~length >> 8].forEach((byte, i) => {
        out[at + i] = byte;
      });
      out.set(source.subarray(from, to), at + 4);
      // Back to whole words: an odd byte waits again.
      const written = at + 4 + length;
      this.at = written >> 1;
      this.bitCount = (written & 1) * 8;
      this.bits = this.bitCount > 0 ? (out[written - 1] ?? 0) : 0;
    }
  }

  /** The two codes' lengths, themselves run-length and Huffman coded (RFC 1951 §3.2.7). */
  private writeLengths(): void {
    const used = (lengths: Uint8Array, least: number) => {
      let count = lengths.length;
      while (count > least && lengths[count - 1] === 0) count--;
      return count;
    };
    const literals = used(this.literalLengths, 257);
    const distances = used(this.distanceLengths, 1);
    const lengths = [...this.literalLengths.subarray(0, literals), ...this.distanceLengths.subarray(0, distances)];
    const runs: { code: number; extra: number; bits: number }[] = [];
    for (let i = 0; i < lengths.length; ) {
      const length = lengths[i] ?? 0;
      let same = 1;
      while (i + same < lengths.length && lengths[i + same] === length) same++;
      i += same;
      if (length === 0) {
        for (; same >= 11; same -= Math.min(same, 138)) runs.push({ code: 18, extra: Math.min(same, 138) - 11, bits: 7 });
        if (same >= 3) {
          runs.push({ code: 17, extra: same - 3, bits: 3 });
          same = 0;
        }
      } else {
        runs.push({ code: length, extra: 0, bits: 0 });
        same--;
        for (; same >= 3; same -= Math.min(same, 6)) runs.push({ code: 16, extra: Math.min(same, 6) - 3, bits: 2 });
      }
      for (; same > 0; same--) runs.push({ code: length, extra: 0, bits: 0 });
    }
    const counts = new Uint32Array(19);
    for (const { code } of runs) counts[code] = (counts[code] ?? 0) + 1;
    const own = new Uint8Array(19);
    const codes = new Int32Array(19);
    codeLengths(counts, 7, own);
    reversedCodes(own, 19, codes);
    let sent = 19;
    while (sent > 4 && own[LENGTH_ORDER[sent - 1] ?? 0] === 0) sent--;
    this.putBits(literals - 257, 5);
    this.putBits(distances - 1, 5);
    this.putBits(sent - 4, 4);
    for (const symbol of LENGTH_ORDER.slice(0, sent)) this.putBits(own[symbol] ?? 0, 3);
    for (const { code, extra, bits } of runs) {
      const packed = codes[code] ?? 0;
      this.putBits(packed & 0xffff, packed >>> 16);
      this.putBits(extra, bits);
    }
  }

  private writeSymbols(symbols: Int32Array, count: number): void {
    const { words, literalCodes, distanceCodes } = this;
    let { at, bits, bitCount } = this;
    // Fewer than 16 bits wait before every code of at most 15.
    for (let i = 0; i < count; i++) {
      const symbol = symbols[i] ?? 0;
      if (symbol < 256) {
        const code = literalCodes[symbol] ?? 0;
        bits |= (code & 0xffff) << bitCount;
        bitCount += code >>> 16;
        if (bitCount >= 16) {
          words[at++] = bits;
          bits >>>= 16;
          bitCount -= 16;
        }
        continue;
      }
      const length = symbol & 511;
      const distance = symbol >>> 9;
      const lengthSymbol = lengthCode[length] ?? 0;
      const far = distanceCode[distance <= 256 ? distance - 1 : 256 + ((distance - 1) >> 7)] ?? 0;
      for (let part = 0; part < 4; part++) {
        let value: number;
        let size: number;
        if (part === 0 || part === 2) {
          const code = (part === 0 ? literalCodes[lengthSymbol] : distanceCodes[far]) ?? 0;
          value = code & 0xffff;
          size = code >>> 16;
        } else if (part === 1) {
          value = length - (lengthBase[lengthSymbol] ?? 0);
          size = lengthExtra[lengthSymbol] ?? 0;
        } else {
          value = distance - (distanceBase[far] ?? 0);
          size = distanceExtra[far] ?? 0;
        }
        bits |= value << bitCount;
        bitCount += size;
        if (bitCount >= 16) {
          words[at++] = bits;
          bits >>>= 16;
          bitCount -= 16;
        }
      }
    }
    this.at = at;
    this.bits = bits;
    this.bitCount = bitCount;
  }

  private putBits(value: number, count: number): void {
    this.bits |= value << this.bitCount;
    this.bitCount += count;
    if (this.bitCount < 16) return;
    this.words[this.at++] = this.bits;
    this.bits >>>= 16;
    this.bitCount -= 16;
  }
}

/** RFC 1950 §8.2; 5552 additions of a byte fit before the sums must be reduced. */
function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (let i = 0; i < bytes.length; ) {
    const end = Math.min(bytes.length, i + 3_800);
    for (; i < end; i++) {
      a = (a + (bytes[i] ?? 0)) | 0;
      b = (b + a) | 0;
    }
    a %= 65_521;
    b %= 65_521;
  }
  return (b * 65_536 + a) >>> 0;
}

/** @returns a function that compresses one tile after the other, each as a zlib stream of its own; not to be shared between threads */
export function deflateEncoder(): (source: Uint8Array) => Uint8Array {
  const encoder = new Encoder();
  return (source) => encoder.encode(source);
}
