import { deflateKernel } from "./deflateKernel.ts";
import { codeLengths, reversedCodes } from "./huffmanCode.ts";

/**
 * Deflate (RFC 1951) in zlib's wrapping (RFC 1950), made for predicted pixels. Node's zlib looks for repeats of four bytes and more; the
 * differences of red, green and blue repeat in threes, and finding those makes tiles up to a tenth smaller. Repeats are looked for in short
 * chains of places of equal four bytes, else at the newest place of equal three, and put off by a byte for a longer one; blocks end where
 * the mix of symbols changes, as in libdeflate. The inner loops are WebAssembly (deflateKernel.as), which works on its own memory.
 */

/** Deflate with a window of 32 KB, no dictionary. */
const ZLIB_HEADER = [0x78, 0x5e];
const WINDOW = 32_768;
const LONGEST = 258;
/** Places of equal four bytes that are looked at. */
const CHAIN_LENGTH = 3;
const END_OF_BLOCK = 256;
const LITERAL_CODES = 286;
const DISTANCE_CODES = 30;
const LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** Where things lie in the kernel's memory, as it says itself. */
const AT = {
  head3: 0x00000,
  chain: 0x60000,
  literalCounts: 0x100000,
  distanceCounts: 0x100480,
  literalCodes: 0x100500,
  distanceCodes: 0x100980,
  lengthCode: 0x100a00,
  distanceCode: 0x100d00,
  lengthBase: 0x100f00,
  lengthExtra: 0x101200,
  distanceBase: 0x101400,
  distanceExtra: 0x101500,
  seen: 0x101600,
  recent: 0x101640,
  state: 0x101680,
  input: 0x102000,
} as const;
/** Kinds of symbols that are counted to see where their mix changes. */
const KINDS = 10;
const PAGE_BYTES = 65_536;
const INITIAL_PAGES = 32;

interface Kernel {
  findRepeats(start: number, size: number, chainLength: number): number;
  writeSymbols(out: number): void;
  adler32(size: number): number;
}

let compiled: WebAssembly.Module | null = null;

function startKernel(memory: WebAssembly.Memory): Kernel {
  compiled ??= new WebAssembly.Module(Buffer.from(deflateKernel, "base64"));
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  // What deflateKernel.as exports.
  return exports as unknown as Kernel;
}

/** The codes of lengths and distances (RFC 1951 §3.2.5). */
function fillTables(buffer: ArrayBuffer): { lengthExtra: Uint8Array; distanceExtra: Uint8Array } {
  const lengthCode = new Uint16Array(buffer, AT.lengthCode, LONGEST + 1);
  const lengthBase = new Uint16Array(buffer, AT.lengthBase, LITERAL_CODES);
  const lengthExtra = new Uint8Array(buffer, AT.lengthExtra, LITERAL_CODES);
  const distanceBase = new Uint16Array(buffer, AT.distanceBase, DISTANCE_CODES);
  const distanceExtra = new Uint8Array(buffer, AT.distanceExtra, DISTANCE_CODES);
  /** Code of distance − 1 up to 256, and of (distance − 1) >> 7 from there on. */
  const distanceCode = new Uint8Array(buffer, AT.distanceCode, 512);
  for (let code = 0, length = 3; code < 28; code++) {
    const extra = code < 8 ? 0 : (code >> 2) - 1;
    lengthBase[257 + code] = length;
    lengthExtra[257 + code] = extra;
    for (let i = 0; i < 1 << extra && length <= LONGEST; i++) lengthCode[length++] = 257 + code;
  }
  lengthCode[LONGEST] = 285;
  lengthBase[285] = LONGEST;
  lengthExtra[285] = 0;
  for (let code = 0, distance = 1; code < DISTANCE_CODES; code++) {
    const extra = code < 4 ? 0 : (code >> 1) - 1;
    distanceBase[code] = distance;
    distanceExtra[code] = extra;
    for (let i = 0; i < 1 << extra; i++, distance++) {
      if (distance <= 256) distanceCode[distance - 1] = code;
      else distanceCode[256 + ((distance - 1) >> 7)] = code;
    }
  }
  return { lengthExtra: lengthExtra.slice(), distanceExtra: distanceExtra.slice() };
}

/** Deflate's memory, where what is to be deflated can be made instead of copied to. */
export interface DeflateMemory {
  readonly memory: WebAssembly.Memory;
  /**
   * Room for so many bytes to be deflated, at address `at`, and as many at `spare`, which deflating overwrites; both are multiples of 16.
   * The memory's buffer may be another one afterwards.
   */
  reserve(bytes: number): { readonly at: number; readonly spare: number };
  /** What lies at `at`, as a zlib stream. */
  encode(bytes: number): Uint8Array;
}

/** All the memory that encoding takes, used again for every tile. */
class Encoder implements DeflateMemory {
  readonly memory = new WebAssembly.Memory({ initial: INITIAL_PAGES });
  private readonly kernel = startKernel(this.memory);
  private readonly extra = fillTables(this.memory.buffer);
  private readonly literalLengths = new Uint8Array(LITERAL_CODES);
  private readonly lengths = new Uint8Array(LITERAL_CODES + DISTANCE_CODES);
  private readonly distanceLengths = new Uint8Array(DISTANCE_CODES);
  private bytes = new Uint8Array(this.memory.buffer);
  private outAt = 0;
  /** Bytes written, and bits that wait: fewer than eight. */
  private written = 0;
  private bits = 0;
  private bitCount = 0;

  reserve(size: number): { at: number; spare: number } {
    this.outAt = AT.input + Math.ceil((size + 8) / 16) * 16;
    // A block that does not compress is stored, and is not longer before that is known.
    const room = this.outAt + size + (size >> 3) + PAGE_BYTES;
    if (room > this.memory.buffer.byteLength) this.memory.grow(Math.ceil((room - this.memory.buffer.byteLength) / PAGE_BYTES));
    if (this.bytes.buffer !== this.memory.buffer) this.bytes = new Uint8Array(this.memory.buffer);
    return { at: AT.input, spare: this.outAt };
  }

  encodeCopy(source: Uint8Array): Uint8Array {
    this.reserve(source.length);
    this.bytes.set(source, AT.input);
    return this.encode(source.length);
  }

  encode(size: number): Uint8Array {
    new Int32Array(this.memory.buffer, AT.head3, (AT.chain - AT.head3) / 4).fill(-WINDOW - 1);
    this.written = 0;
    this.bits = 0;
    this.bitCount = 0;
    for (const byte of ZLIB_HEADER) this.putByte(byte);
    let start = 0;
    do start = this.block(start, size);
    while (start < size);
    this.flushBits();
    const sum = this.kernel.adler32(size);
    for (let shift = 24; shift >= 0; shift -= 8) this.putByte(sum >>> shift);
    return this.bytes.slice(this.outAt, this.outAt + this.written);
  }

  private putByte(byte: number): void {
    this.bytes[this.outAt + this.written++] = byte;
  }

  /** One block from `start` on; returns where it ends. */
  private block(start: number, size: number): number {
    const { buffer } = this.memory;
    const literalCounts = new Uint32Array(buffer, AT.literalCounts, LITERAL_CODES).fill(0);
    const distanceCounts = new Uint32Array(buffer, AT.distanceCounts, DISTANCE_CODES).fill(0);
    new Int32Array(buffer, AT.seen, KINDS).fill(0);
    new Int32Array(buffer, AT.recent, KINDS).fill(0);
    const end = this.kernel.findRepeats(start, size, CHAIN_LENGTH);
    literalCounts[END_OF_BLOCK] = 1;
    this.writeBlock(start, end, end === size, literalCounts, distanceCounts);
    return end;
  }

  private writeBlock(start: number, end: number, isLast: boolean, literalCounts: Uint32Array, distanceCounts: Uint32Array): void {
    const { literalLengths, distanceLengths, extra } = this;
    const { buffer } = this.memory;
    codeLengths(literalCounts, 15, literalLengths);
    codeLengths(distanceCounts, 15, distanceLengths);
    let bits = 3 + 14 + 19 * 3;
    for (let i = 0; i < LITERAL_CODES; i++) bits += (literalCounts[i] ?? 0) * ((literalLengths[i] ?? 0) + (extra.lengthExtra[i] ?? 0));
    for (let i = 0; i < DISTANCE_CODES; i++) bits += (distanceCounts[i] ?? 0) * ((distanceLengths[i] ?? 0) + (extra.distanceExtra[i] ?? 0));
    if (bits >= (end - start) * 8) {
      this.writeStored(start, end, isLast);
      return;
    }
    const literalCodes = new Int32Array(buffer, AT.literalCodes, LITERAL_CODES);
    reversedCodes(literalLengths, LITERAL_CODES, literalCodes);
    reversedCodes(distanceLengths, DISTANCE_CODES, new Int32Array(buffer, AT.distanceCodes, DISTANCE_CODES));
    this.putBits(isLast ? 1 : 0, 1);
    this.putBits(2, 2);
    this.writeLengths();
    const state = new Int32Array(buffer, AT.state, 4);
    state.set([this.written, this.bits, this.bitCount], 1);
    this.kernel.writeSymbols(this.outAt);
    [, this.written = 0, this.bits = 0, this.bitCount = 0] = state;
    const code = literalCodes[END_OF_BLOCK] ?? 0;
    this.putBits(code & 0xffff, code >>> 16);
  }

  private writeStored(start: number, end: number, isLast: boolean): void {
    for (let from = start; from < end || from === 0; from += 65_535) {
      const to = Math.min(end, from + 65_535);
      this.putBits(isLast && to === end ? 1 : 0, 1);
      this.putBits(0, 2);
      this.flushBits();
      const length = to - from;
      for (const byte of [length, length >> 8, ~length, ~length >> 8]) this.putByte(byte);
      this.bytes.copyWithin(this.outAt + this.written, AT.input + from, AT.input + to);
      this.written += length;
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
    const { lengths } = this;
    lengths.set(this.literalLengths.subarray(0, literals), 0);
    lengths.set(this.distanceLengths.subarray(0, distances), literals);
    const total = literals + distances;
    const runs: { code: number; extra: number; bits: number }[] = [];
    for (let i = 0; i < total; ) {
      const length = lengths[i] ?? 0;
      let same = 1;
      while (i + same < total && lengths[i + same] === length) same++;
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

  private putBits(value: number, count: number): void {
    this.bits |= value << this.bitCount;
    this.bitCount += count;
    for (; this.bitCount >= 8; this.bitCount -= 8) {
      this.putByte(this.bits);
      this.bits >>>= 8;
    }
  }

  private flushBits(): void {
    if (this.bitCount > 0) this.putByte(this.bits);
    this.bits = 0;
    this.bitCount = 0;
  }
}

/** @returns a function that compresses one tile after the other, each as a zlib stream of its own; not to be shared between threads */
export function deflateEncoder(): (source: Uint8Array) => Uint8Array {
  const encoder = new Encoder();
  return (source) => encoder.encodeCopy(source);
}

/** An encoder whose input is made in its own memory; not to be shared between threads. */
export function deflateMemory(): DeflateMemory {
  return new Encoder();
}
