import { beyondLimit, damaged } from "./rasterError.ts";
import type { Source } from "./source.ts";
import { typeBytes } from "./tiffTags.ts";

const pageBytes = 1 << 16;
const pagesKept = 32;

/** Reads small pieces of a source through a few cached pages, never more than asked for, never past the end. */
export class PagedReader {
  private readonly pages = new Map<number, Promise<Uint8Array>>();
  readonly source: Source;
  readonly littleEndian: boolean;

  constructor(source: Source, littleEndian: boolean) {
    this.source = source;
    this.littleEndian = littleEndian;
  }

  /** Exactly `length` bytes. Throws AppError `raster/damaged` past the end. */
  async bytes(offset: number, length: number): Promise<DataView> {
    if (!Number.isSafeInteger(offset) || offset < 0 || offset + length > this.source.sizeBytes) {
      throw damaged("The file points to data beyond its own end.");
    }
    const first = Math.floor(offset / pageBytes);
    const last = Math.floor((offset + Math.max(1, length) - 1) / pageBytes);
    if (last - first > 2) return view(await this.source.read(offset, length), length);
    const joined = new Uint8Array(length);
    for (let page = first; page <= last; page++) {
      const data = await this.page(page);
      const from = Math.max(offset, page * pageBytes);
      const to = Math.min(offset + length, page * pageBytes + data.length);
      if (to > from) joined.set(data.subarray(from - page * pageBytes, to - page * pageBytes), from - offset);
    }
    return view(joined, length);
  }

  private page(index: number): Promise<Uint8Array> {
    const found = this.pages.get(index);
    if (found) return found;
    const loaded = this.source.read(index * pageBytes, pageBytes);
    this.pages.set(index, loaded);
    const oldest = this.pages.keys().next();
    if (this.pages.size > pagesKept && !oldest.done) this.pages.delete(oldest.value);
    return loaded;
  }
}

function view(bytes: Uint8Array, length: number): DataView {
  if (bytes.byteLength < length) throw damaged("The file is shorter than it says.");
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

interface Entry {
  readonly type: number;
  readonly count: number;
  /** Where the values lie, in the entry itself when they fit there. */
  readonly offset: number;
}

/** One image file directory: its entries checked against the file's size, values read when asked for. */
export class TiffDirectory {
  private readonly entries: ReadonlyMap<number, Entry>;
  private readonly reader: PagedReader;

  constructor(reader: PagedReader, entries: ReadonlyMap<number, Entry>) {
    this.reader = reader;
    this.entries = entries;
  }

  has(tag: number): boolean {
    return this.entries.has(tag);
  }

  count(tag: number): number {
    return this.entries.get(tag)?.count ?? 0;
  }

  /** All values of a numeric tag; empty when absent. Throws AppError when it holds more than `maxCount`. */
  async numbers(tag: number, maxCount: number): Promise<number[]> {
    const entry = this.entries.get(tag);
    if (!entry) return [];
    if (entry.count > maxCount) throw damaged(`The file's tag ${tag} holds ${entry.count} values where at most ${maxCount} make sense.`);
    return Array.from(await this.slice(entry, 0, entry.count));
  }

  /** The first value of a numeric tag, or null. */
  async number(tag: number): Promise<number | null> {
    const entry = this.entries.get(tag);
    if (!entry || entry.count === 0) return null;
    return (await this.slice(entry, 0, 1))[0] ?? null;
  }

  /** An ASCII or byte tag as text without what follows the first NUL; null when absent or longer than `maxLength`. */
  async text(tag: number, maxLength: number): Promise<string | null> {
    const bytes = await this.raw(tag, maxLength);
    if (!bytes) return null;
    const text = Buffer.from(bytes).toString("utf8");
    const end = text.indexOf("\0");
    return end < 0 ? text : text.slice(0, end);
  }

  /** The bytes of a tag, or null when absent or longer than `maxBytes`. */
  async raw(tag: number, maxBytes: number): Promise<Uint8Array | null> {
    const entry = this.entries.get(tag);
    if (!entry) return null;
    const length = entry.count * (typeBytes[entry.type] ?? 1);
    if (length > maxBytes) return null;
    const found = await this.reader.bytes(entry.offset, length);
    return new Uint8Array(found.buffer, found.byteOffset, length).slice();
  }

  /** A long numeric tag read piece by piece. */
  array(tag: number): LongArray | null {
    const entry = this.entries.get(tag);
    return entry ? new LongArray(entry.count, (first, count) => this.slice(entry, first, count)) : null;
  }

  private async slice(entry: Entry, first: number, count: number): Promise<Float64Array> {
    const size = typeBytes[entry.type] ?? 1;
    const data = await this.reader.bytes(entry.offset + first * size, count * size);
    const values = new Float64Array(count);
    const le = this.reader.littleEndian;
    for (let i = 0; i < count; i++) values[i] = numberAt(data, i * size, entry.type, le);
    return values;
  }
}

/** Values of a tag that may be long (block offsets), read in pieces of `pieceCount` and kept for the last few pieces. */
class LongArray {
  private static readonly pieceCount = 8192;
  private static readonly piecesKept = 64;
  private readonly pieces = new Map<number, Promise<Float64Array>>();
  /** Those of `pieces` that have arrived. */
  private readonly arrived = new Map<number, Float64Array>();
  private readonly load: (first: number, count: number) => Promise<Float64Array>;
  readonly length: number;

  constructor(length: number, load: (first: number, count: number) => Promise<Float64Array>) {
    this.length = length;
    this.load = load;
  }

  async at(index: number): Promise<number> {
    const piece = Math.floor(index / LongArray.pieceCount);
    const values = await this.piece(piece);
    return values[index - piece * LongArray.pieceCount] ?? 0;
  }

  /** The same at once where its piece is in memory, else undefined. */
  peek(index: number): number | undefined {
    const piece = Math.floor(index / LongArray.pieceCount);
    return this.arrived.get(piece)?.[index - piece * LongArray.pieceCount];
  }

  private piece(piece: number): Promise<Float64Array> {
    const found = this.pieces.get(piece);
    if (found) return found;
    const first = piece * LongArray.pieceCount;
    const loaded = this.load(first, Math.min(LongArray.pieceCount, this.length - first));
    this.pieces.set(piece, loaded);
    const forget = (key: number) => {
      this.pieces.delete(key);
      this.arrived.delete(key);
    };
    // One that could not be read is asked for again next time.
    loaded.then(
      (values) => this.pieces.get(piece) === loaded && this.arrived.set(piece, values),
      () => this.pieces.get(piece) === loaded && forget(piece),
    );
    const oldest = this.pieces.keys().next();
    if (this.pieces.size > LongArray.piecesKept && !oldest.done) forget(oldest.value);
    return loaded;
  }
}

function numberAt(data: DataView, at: number, type: number, le: boolean): number {
  switch (type) {
    case 3:
      return data.getUint16(at, le);
    case 4:
    case 13:
      return data.getUint32(at, le);
    case 5:
      return data.getUint32(at, le) / data.getUint32(at + 4, le);
    case 6:
      return data.getInt8(at);
    case 8:
      return data.getInt16(at, le);
    case 9:
      return data.getInt32(at, le);
    case 10:
      return data.getInt32(at, le) / data.getInt32(at + 4, le);
    case 11:
      return data.getFloat32(at, le);
    case 12:
      return data.getFloat64(at, le);
    case 16:
    case 18:
      return Number(data.getBigUint64(at, le));
    case 17:
      return Number(data.getBigInt64(at, le));
    default:
      return data.getUint8(at);
  }
}

export interface DirectoryLimits {
  readonly ifdCount: number;
  readonly tagCount: number;
}

/**
 * Follows the chain of directories. Every offset and count is checked against the file's size before anything is read.
 * @throws AppError `raster/damaged` for loops and data beyond the end, `raster/limit` for too many directories or tags
 */
export async function walkDirectories(reader: PagedReader, bigTiff: boolean, limits: DirectoryLimits): Promise<TiffDirectory[]> {
  const le = reader.littleEndian;
  const header = await reader.bytes(0, bigTiff ? 16 : 8);
  if (bigTiff && (header.getUint16(4, le) !== 8 || header.getUint16(6, le) !== 0)) throw damaged("The BigTIFF header is malformed.");
  let offset = bigTiff ? Number(header.getBigUint64(8, le)) : header.getUint32(4, le);
  const directories: TiffDirectory[] = [];
  const visited = new Set<number>();
  while (offset !== 0) {
    if (visited.has(offset)) throw damaged("The file's list of images runs in a circle.");
    visited.add(offset);
    if (directories.length >= limits.ifdCount)
      throw beyondLimit(`The file holds more than ${limits.ifdCount} images; Reefline reads one image and its overviews.`);
    const { directory, next } = await readDirectory(reader, offset, bigTiff, limits.tagCount);
    directories.push(directory);
    offset = next;
  }
  if (directories.length === 0) throw damaged("The TIFF file holds no image.");
  return directories;
}

async function readDirectory(
  reader: PagedReader,
  offset: number,
  bigTiff: boolean,
  tagLimit: number,
): Promise<{ directory: TiffDirectory; next: number }> {
  const le = reader.littleEndian;
  const countBytes = bigTiff ? 8 : 2;
  const entryBytes = bigTiff ? 20 : 12;
  const head = await reader.bytes(offset, countBytes);
  const count = bigTiff ? Number(head.getBigUint64(0, le)) : head.getUint16(0, le);
  if (count > tagLimit)
    throw beyondLimit(
      `The file describes an image with ${count} tags; real ones have at most ${tagLimit}. The file is damaged or not what it seems.`,
    );
  const body = await reader.bytes(offset + countBytes, count * entryBytes + (bigTiff ? 8 : 4));
  const entries = new Map<number, Entry>();
  for (let i = 0; i < count; i++) {
    const at = i * entryBytes;
    const type = body.getUint16(at + 2, le);
    const size = typeBytes[type];
    if (size === undefined) continue;
    const valueCount = bigTiff ? Number(body.getBigUint64(at + 4, le)) : body.getUint32(at + 4, le);
    const valueAt = at + (bigTiff ? 12 : 8);
    const inline = valueCount * size <= (bigTiff ? 8 : 4);
    const pointer = bigTiff ? Number(body.getBigUint64(valueAt, le)) : body.getUint32(valueAt, le);
    const valueOffset = inline ? offset + countBytes + valueAt : pointer;
    // A tag whose values lie beyond the end is as good as absent; the tags that are needed are asked for by name.
    if (valueOffset + valueCount * size > reader.source.sizeBytes) continue;
    const id = body.getUint16(at, le);
    if (!entries.has(id)) entries.set(id, { type, count: valueCount, offset: valueOffset });
  }
  const nextAt = count * entryBytes;
  const next = bigTiff ? Number(body.getBigUint64(nextAt, le)) : body.getUint32(nextAt, le);
  return { directory: new TiffDirectory(reader, entries), next };
}
