import { type FileHandle, mkdir, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { z } from "zod";

/**
 * A COG under way is a folder of parts beside its target. A part holds the tiles that were finished between two checkpoints, one file
 * per level, and the state to go on from: the rows of every level that fill no tile yet. A part counts from the moment its journal
 * (`part-0007.json`, flushed, then renamed into place) is there and its files have the lengths and checksums it names.
 */

const levelSchema = z.object({
  bytes: z.number().int().nonnegative(),
  crc: z.number().int().nonnegative(),
  /** Compressed bytes of each tile, and of its mask, without GDAL's leader and trailer. */
  images: z.array(z.number().int().nonnegative()),
  masks: z.array(z.number().int().nonnegative()),
});

const partSchema = z.object({
  rowsDone: z.number().int().nonnegative(),
  levels: z.array(levelSchema),
  state: z.object({ bytes: z.number().int().nonnegative(), crc: z.number().int().nonnegative() }),
  notes: z.unknown(),
});
export type PartRecord = z.infer<typeof partSchema>;
export type PartLevel = z.infer<typeof levelSchema>;

const partName = (index: number) => `part-${String(index).padStart(4, "0")}`;
const READ_BYTES = 8 * 2 ** 20;

export interface CogParts {
  /** Finished parts, oldest first. */
  readonly finished: readonly PartRecord[];
  /** Bytes of a level's tiles in all parts and the one under way. */
  levelPath(part: number, level: number): string;
  append(level: number, tiles: readonly { image: Uint8Array; mask: Uint8Array | null }[]): Promise<void>;
  /** The last finished part's state; null before the first. */
  readState(): Promise<Buffer | null>;
  /** Ends the part under way. @param durable flush and journal it, so that a later attempt goes on from here */
  finishPart(rowsDone: number, state: readonly Uint8Array[], notes: unknown, durable: boolean): Promise<void>;
  abandon(): Promise<void>;
}

/** GDAL's structural metadata promises each block as: size in 4 bytes, data, the data's last 4 bytes again. */
function withLeaderAndTrailer(data: Uint8Array): Uint8Array[] {
  const leader = Buffer.allocUnsafe(4);
  leader.writeUInt32LE(data.length, 0);
  return [leader, data, data.subarray(data.length - 4)];
}

/** A disk that becomes full takes the first part of a write, and refuses the rest only when asked again. */
export async function writeFully(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

async function checksumOf(path: string): Promise<{ bytes: number; crc: number } | null> {
  const file = await open(path, "r").catch(() => null);
  if (file === null) return null;
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  let crc = 0;
  let bytes = 0;
  try {
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, bytes);
      if (bytesRead === 0) return { bytes, crc };
      crc = crc32(buffer.subarray(0, bytesRead), crc);
      bytes += bytesRead;
    }
  } finally {
    await file.close();
  }
}

async function isWhole(folder: string, index: number, part: PartRecord): Promise<boolean> {
  const wanted = [...part.levels.map((level, i) => ({ name: `level-${i}`, ...level })), { name: "state", ...part.state }];
  for (const { name, bytes, crc } of wanted) {
    const found = await checksumOf(join(folder, `${partName(index)}.${name}`));
    if (found === null || found.bytes !== bytes || found.crc !== crc) return false;
  }
  return true;
}

async function readParts(folder: string, key: string, levelCount: number): Promise<PartRecord[]> {
  const parts: PartRecord[] = [];
  if ((await readFile(join(folder, "key"), "utf8").catch(() => null)) !== key) return parts;
  for (;;) {
    const text = await readFile(join(folder, `${partName(parts.length)}.json`), "utf8").catch(() => null);
    if (text === null) return parts;
    const part = partSchema.safeParse(parseJson(text));
    if (!part.success || part.data.levels.length !== levelCount || !(await isWhole(folder, parts.length, part.data))) return parts;
    parts.push(part.data);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => null);
  // Windows cannot flush a folder; there the rename alone has to do.
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

async function writeFlushed(path: string, pieces: readonly Uint8Array[]): Promise<void> {
  await rm(path, { force: true });
  const file = await open(path, "wx");
  try {
    for (const piece of pieces) await file.writeFile(piece);
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Opens the folder of a COG under way. Parts of an earlier attempt are kept up to the first that is missing, cut short or changed,
 * if that attempt had the same `key`; everything else in the folder is removed.
 */
export async function openCogParts(folder: string, key: string, levelCount: number): Promise<CogParts> {
  await mkdir(folder, { recursive: true });
  const finished = await readParts(folder, key, levelCount);
  if (finished.length === 0) {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "key"), key);
  }
  let files: (FileHandle | null)[] = new Array<FileHandle | null>(levelCount).fill(null);
  let levels: PartLevel[] = [];
  const begin = () => {
    files = new Array<FileHandle | null>(levelCount).fill(null);
    levels = files.map(() => ({ bytes: 0, crc: 0, images: [], masks: [] }));
  };
  begin();
  const levelPath = (part: number, level: number) => join(folder, `${partName(part)}.level-${level}`);

  async function fileOf(level: number): Promise<FileHandle> {
    const known = files[level];
    if (known) return known;
    const path = levelPath(finished.length, level);
    // A file of its own even if a crashed, or still running, earlier attempt has one of this name.
    await rm(path, { force: true });
    const file = await open(path, "wx");
    files[level] = file;
    return file;
  }

  async function closeFiles(flush: boolean): Promise<void> {
    for (let level = 0; level < levelCount; level++) {
      const file = flush ? await fileOf(level) : files[level];
      if (flush) await file?.sync();
      await file?.close();
      files[level] = null;
    }
  }

  return {
    finished,
    levelPath,
    async append(level, tiles) {
      const entry = levels[level];
      if (entry === undefined) throw new RangeError(`there is no level ${level}`);
      const file = await fileOf(level);
      const pieces: Uint8Array[] = [];
      for (const { image, mask } of tiles) {
        pieces.push(...withLeaderAndTrailer(image));
        entry.images.push(image.length);
        if (mask === null) continue;
        pieces.push(...withLeaderAndTrailer(mask));
        entry.masks.push(mask.length);
      }
      const bytes = Buffer.concat(pieces);
      entry.crc = crc32(bytes, entry.crc);
      const at = entry.bytes;
      entry.bytes += bytes.length;
      await writeFully(file, bytes, at);
    },
    async readState() {
      return finished.length === 0 ? null : readFile(join(folder, `${partName(finished.length - 1)}.state`));
    },
    async finishPart(rowsDone, state, notes, durable) {
      const name = partName(finished.length);
      await closeFiles(durable);
      const record: PartRecord = { rowsDone, levels, state: { bytes: 0, crc: 0 }, notes };
      if (durable) {
        await writeFlushed(join(folder, `${name}.state`), state);
        for (const piece of state) {
          record.state.bytes += piece.length;
          record.state.crc = crc32(piece, record.state.crc);
        }
        await writeFlushed(join(folder, `${name}.json.tmp`), [Buffer.from(JSON.stringify(record))]);
        await rename(join(folder, `${name}.json.tmp`), join(folder, `${name}.json`));
        await flushFolder(folder);
      }
      finished.push(record);
      begin();
    },
    async abandon() {
      await Promise.allSettled(files.map((file) => file?.close()));
      begin();
    },
  };
}
