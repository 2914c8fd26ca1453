import { damaged } from "../tiff/rasterError.ts";

/** Where decoded bytes go: they are the dictionary as well. */
export interface LzmaOutput {
  readonly bytes: Uint8Array;
  written: number;
  /** Matches reach back no further than this. */
  dictionaryStart: number;
}

const topValue = 2 ** 24;
const half = 1024;

/**
 * The LZMA decoder proper (as in the LZMA specification by Igor Pavlov): probabilities and state that outlive a chunk, and
 * a range coder that is started anew for each.
 */
export class LzmaState {
  private literalContextBits = 0;
  private literalPositionMask = 0;
  private positionMask = 0;
  private state = 0;
  private distances: [number, number, number, number] = [0, 0, 0, 0];
  private literals = new Uint16Array(0);
  private readonly isMatch = new Uint16Array(12 << 4);
  private readonly isRep = new Uint16Array(12);
  private readonly isRepG0 = new Uint16Array(12);
  private readonly isRepG1 = new Uint16Array(12);
  private readonly isRepG2 = new Uint16Array(12);
  private readonly isRep0Long = new Uint16Array(12 << 4);
  private readonly distanceSlots = new Uint16Array(4 << 6);
  private readonly distanceSpecial = new Uint16Array(115);
  private readonly distanceAlign = new Uint16Array(16);
  private readonly matchLength = newLengthCoder();
  private readonly repLength = newLengthCoder();
  private input: Uint8Array = new Uint8Array(0);
  private at = 0;
  private range = 0;
  private code = 0;

  /** `properties`: (pb · 5 + lp) · 9 + lc. @throws AppError `raster/damaged` */
  setProperties(properties: number): void {
    const literalContextBits = properties % 9;
    const literalPositionBits = Math.floor(properties / 9) % 5;
    if (properties >= 225 || literalContextBits + literalPositionBits > 4) throw damaged("A block of LZMA data is garbled.");
    this.literalContextBits = literalContextBits;
    this.literalPositionMask = (1 << literalPositionBits) - 1;
    this.positionMask = (1 << Math.floor(properties / 45)) - 1;
    this.literals = new Uint16Array(0x300 << (literalContextBits + literalPositionBits));
  }

  reset(): void {
    this.state = 0;
    this.distances = [0, 0, 0, 0];
    const tables = [
      this.literals,
      this.isMatch,
      this.isRep,
      this.isRepG0,
      this.isRepG1,
      this.isRepG2,
      this.isRep0Long,
      this.distanceSlots,
      this.distanceSpecial,
      this.distanceAlign,
      ...Object.values(this.matchLength),
      ...Object.values(this.repLength),
    ];
    for (const table of tables) table.fill(half);
  }

  /** Decodes `length` bytes of one chunk, fewer where `output` is full. */
  decode(chunk: Uint8Array, output: LzmaOutput, length: number): void {
    if (chunk.length < 5 || this.literals.length === 0) throw damaged("A block of LZMA data ends too early.");
    this.input = chunk;
    this.at = 5;
    this.range = 0xffffffff;
    this.code = (((chunk[1] ?? 0) << 24) | ((chunk[2] ?? 0) << 16) | ((chunk[3] ?? 0) << 8) | (chunk[4] ?? 0)) >>> 0;
    const end = Math.min(output.bytes.length, output.written + length);
    while (output.written < end) this.step(output, end);
  }

  private step(output: LzmaOutput, end: number): void {
    const position = (output.written - output.dictionaryStart) & this.positionMask;
    if (this.bit(this.isMatch, (this.state << 4) + position) === 0) {
      this.literal(output);
      return;
    }
    let length: number;
    if (this.bit(this.isRep, this.state) === 0) {
      length = this.length(this.matchLength, position);
      const distance = this.distance(length);
      this.distances = [distance, this.distances[0], this.distances[1], this.distances[2]];
      this.state = this.state < 7 ? 7 : 10;
    } else {
      if (this.bit(this.isRepG0, this.state) === 0) {
        if (this.bit(this.isRep0Long, (this.state << 4) + position) === 0) {
          this.state = this.state < 7 ? 9 : 11;
          this.copy(output, 1, end);
          return;
        }
      } else this.recall();
      length = this.length(this.repLength, position);
      this.state = this.state < 7 ? 8 : 11;
    }
    this.copy(output, length + 2, end);
  }

  /** One of the last distances becomes the last. */
  private recall(): void {
    const [a, b, c, d] = this.distances;
    if (this.bit(this.isRepG1, this.state) === 0) this.distances = [b, a, c, d];
    else if (this.bit(this.isRepG2, this.state) === 0) this.distances = [c, a, b, d];
    else this.distances = [d, a, b, c];
  }

  private literal(output: LzmaOutput): void {
    const { bytes, written, dictionaryStart } = output;
    const before = written > dictionaryStart ? (bytes[written - 1] ?? 0) : 0;
    const place = (written - dictionaryStart) & this.literalPositionMask;
    const base = 0x300 * ((place << this.literalContextBits) + (before >> (8 - this.literalContextBits)));
    let symbol = 1;
    if (this.state >= 7) {
      const from = written - this.distances[0] - 1;
      if (from < dictionaryStart) throw damaged("A block of LZMA data is garbled.");
      let match = bytes[from] ?? 0;
      while (symbol < 0x100) {
        const matchBit = (match >> 7) & 1;
        match <<= 1;
        const bit = this.bit(this.literals, base + ((1 + matchBit) << 8) + symbol);
        symbol = (symbol << 1) | bit;
        if (matchBit !== bit) break;
      }
    }
    while (symbol < 0x100) symbol = (symbol << 1) | this.bit(this.literals, base + symbol);
    bytes[written] = symbol;
    output.written++;
    this.state = this.state < 4 ? 0 : this.state < 10 ? this.state - 3 : this.state - 6;
  }

  private copy(output: LzmaOutput, length: number, end: number): void {
    const { bytes } = output;
    let from = output.written - this.distances[0] - 1;
    if (from < output.dictionaryStart) throw damaged("A block of LZMA data is garbled.");
    const to = Math.min(end, output.written + length);
    for (let i = output.written; i < to; i++) bytes[i] = bytes[from++] ?? 0;
    output.written = to;
  }

  private length(coder: LengthCoder, position: number): number {
    if (this.bit(coder.choice, 0) === 0) return this.tree(coder.low, position << 3, 3);
    if (this.bit(coder.choice, 1) === 0) return 8 + this.tree(coder.mid, position << 3, 3);
    return 16 + this.tree(coder.high, 0, 8);
  }

  private distance(length: number): number {
    const slot = this.tree(this.distanceSlots, Math.min(length, 3) << 6, 6);
    if (slot < 4) return slot;
    const directBits = (slot >> 1) - 1;
    const high = (2 | (slot & 1)) * 2 ** directBits;
    if (slot < 14) return high + this.reverseTree(this.distanceSpecial, high - slot, directBits);
    return high + this.direct(directBits - 4) * 16 + this.reverseTree(this.distanceAlign, 0, 4);
  }

  private tree(table: Uint16Array, base: number, bits: number): number {
    let symbol = 1;
    for (let i = 0; i < bits; i++) symbol = (symbol << 1) | this.bit(table, base + symbol);
    return symbol - (1 << bits);
  }

  private reverseTree(table: Uint16Array, base: number, bits: number): number {
    let symbol = 1;
    let value = 0;
    for (let i = 0; i < bits; i++) {
      const bit = this.bit(table, base + symbol);
      symbol = (symbol << 1) | bit;
      value |= bit << i;
    }
    return value;
  }

  private direct(bits: number): number {
    let value = 0;
    for (let i = 0; i < bits; i++) {
      this.range >>>= 1;
      const bit = this.code >= this.range ? 1 : 0;
      if (bit) this.code -= this.range;
      value = value * 2 + bit;
      if (this.range < topValue) this.shift();
    }
    return value;
  }

  private bit(table: Uint16Array, index: number): number {
    const probability = table[index] ?? half;
    const bound = (this.range >>> 11) * probability;
    let bit = 0;
    if (this.code < bound) {
      this.range = bound;
      table[index] = probability + ((2048 - probability) >> 5);
    } else {
      this.range -= bound;
      this.code -= bound;
      table[index] = probability - (probability >> 5);
      bit = 1;
    }
    if (this.range < topValue) this.shift();
    return bit;
  }

  private shift(): void {
    const next = this.input[this.at++];
    // A few bytes beyond the chunk cannot change what it says; more are a sign of garbled data.
    if (next === undefined && this.at > this.input.length + 8) throw damaged("A block of LZMA data ends too early.");
    this.range = (this.range << 8) >>> 0;
    this.code = ((this.code << 8) | (next ?? 0)) >>> 0;
  }
}

interface LengthCoder {
  readonly choice: Uint16Array;
  readonly low: Uint16Array;
  readonly mid: Uint16Array;
  readonly high: Uint16Array;
}

function newLengthCoder(): LengthCoder {
  return { choice: new Uint16Array(2), low: new Uint16Array(16 << 3), mid: new Uint16Array(16 << 3), high: new Uint16Array(256) };
}
