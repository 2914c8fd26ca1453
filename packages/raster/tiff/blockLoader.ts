import type { Packed } from "../decode/inflateRows.ts";
import type { BlockCache, Sized } from "./blockCache.ts";
import { DecodeGate } from "./decodeGate.ts";
import type { ImageLayout } from "./guard.ts";
import { damaged, throwIfAborted } from "./rasterError.ts";

/** Compressed bytes of one merged read, unless a single block is larger. */
const mergedBytes = 4 * 2 ** 20;
/** Bytes between two blocks that are read and thrown away rather than asked for apart. */
const gapBytes = 64 * 2 ** 10;
const readsAtOnce = 4;
/** Parts of blocks that are unpacked without a pause in which others have their turn and the reader may be told to stop. */
const partsInARow = 6;
let partsDone = 0;
/** Of one read: few, so that a reader that is told to stop leaves little undone behind. */
const decodesAtOnce = 4;
/** Decoded bytes under way in the whole process, and how many blocks: native decoders share four threads by default. */
const gate = new DecodeGate(256 * 2 ** 20, 8);

/** Where a block's bytes lie. Tags may hold any kind of number; these must be whole. */
export interface BlockPlace {
  readonly offset: number;
  readonly length: number;
}

export async function blockPlace(image: ImageLayout, index: number): Promise<BlockPlace> {
  return checkedPlace(
    image.blockOffsets.peek(index) ?? (await image.blockOffsets.at(index)),
    image.blockByteCounts.peek(index) ?? (await image.blockByteCounts.at(index)),
  );
}

function checkedPlace(offset: number, length: number): BlockPlace {
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0) {
    throw damaged("The file does not say where its pixels are.");
  }
  return { offset, length };
}

/** Blocks of one image and what is done with them. */
export interface BlockWork<Block extends Sized> {
  readonly image: ImageLayout;
  /** Blocks are cached under this and their index. */
  readonly keyPrefix: string;
  readonly cache: BlockCache;
  readonly blockBytesLimit: number;
  readonly decode: (index: number, bytes: Uint8Array) => Promise<Block>;
  /** Called once per block, in any order; null where a sparse file stores none. */
  readonly consume: (index: number, block: Block | null) => void;
  /** Unpacks what is wanted of a block and consumes it in one go; taken where the cache would not keep the whole block. */
  readonly consumePart?: ((index: number, packed: Packed) => void) | null;
}

/**
 * Gives each block to `consume`: from the cache, or read and decoded. Blocks that lie close together in the file are read at
 * once. A block that several readers want is decoded once. Stops between blocks when aborted, and at the first failure.
 */
export async function loadBlocks<Block extends Sized>(
  work: BlockWork<Block>,
  indexes: readonly number[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const missing: { index: number; place: BlockPlace }[] = [];
  for (const index of indexes) {
    const kept = work.cache.peek<Block>(`${work.keyPrefix}${index}`);
    if (kept) {
      work.consume(index, kept);
      continue;
    }
    const place = await blockPlace(work.image, index);
    if (place.offset === 0 || place.length === 0) work.consume(index, null);
    else missing.push({ index, place });
  }
  if (missing.length === 0) return;
  const groups = mergeReads(missing, (place) => checkAgainstFile(work, place));
  await inTurns(groups, readsAtOnce, signal, (group) => loadGroup(work, group, signal));
}

interface ReadGroup {
  readonly blocks: { readonly index: number; readonly place: BlockPlace }[];
  readonly start: number;
  end: number;
}

async function loadGroup<Block extends Sized>(work: BlockWork<Block>, group: ReadGroup, signal: AbortSignal | undefined): Promise<void> {
  // Only read when a block is not already being decoded for another reader; not aborted, since others may have joined by then.
  let reading: Promise<Uint8Array> | null = null;
  const bytesOf = async ({ offset, length }: BlockPlace): Promise<Uint8Array> => {
    reading ??= work.image.source.read(group.start, group.end - group.start);
    const bytes = await reading;
    if (bytes.length < offset - group.start + length) throw damaged("The file ends before its image does.");
    return bytes.subarray(offset - group.start, offset - group.start + length);
  };
  const consumePart = work.cache.budgetBytes < decodedBytes(work.image) ? work.consumePart : null;
  await inTurns(group.blocks, decodesAtOnce, signal, async ({ index, place }) => {
    if (consumePart) {
      consumePart(index, packedNow(work.image, place) ?? (await bytesOf(place)));
      if (++partsDone % partsInARow === 0) await new Promise((resolve) => setImmediate(resolve));
      return;
    }
    const block = await work.cache.get<Block>(`${work.keyPrefix}${index}`, async () => {
      const bytes = await bytesOf(place);
      return gate.pass(decodedBytes(work.image), () => work.decode(index, bytes));
    });
    work.consume(index, block);
  });
}

/** A block's bytes where they can be read at once. */
function packedNow({ source }: ImageLayout, { offset, length }: BlockPlace): Packed | null {
  if (!source.readNow) return null;
  const fill = (into: Uint8Array): void => {
    if ((source.readNow?.(offset, into) ?? 0) < into.length) throw damaged("The file ends before its image does.");
  };
  return { length, fill };
}

function decodedBytes(image: ImageLayout): number {
  const { blockWidthPx, blockHeightPx, bitsPerSample } = image;
  return blockWidthPx * blockHeightPx * (image.planar ? 1 : image.samplesPerPixel) * Math.max(1, bitsPerSample / 8);
}

function checkAgainstFile<Block extends Sized>({ image, blockBytesLimit }: BlockWork<Block>, { offset, length }: BlockPlace): void {
  if (length > blockBytesLimit * 2) throw damaged("A block of pixels claims to be impossibly large.");
  if (offset + length > image.source.sizeBytes) throw damaged("The file ends before its image does.");
}

/** Blocks in the order of the file, those that are neighbours there put together. */
export function mergeReads(
  blocks: readonly { readonly index: number; readonly place: BlockPlace }[],
  check: (place: BlockPlace) => void = () => {},
): ReadGroup[] {
  const sorted = [...blocks].sort((a, b) => a.place.offset - b.place.offset);
  const groups: ReadGroup[] = [];
  let group: ReadGroup | null = null;
  for (const block of sorted) {
    check(block.place);
    const end = block.place.offset + block.place.length;
    if (group && block.place.offset <= group.end + gapBytes && Math.max(end, group.end) - group.start <= mergedBytes) {
      group.blocks.push(block);
      group.end = Math.max(end, group.end);
    } else {
      group = { blocks: [block], start: block.place.offset, end };
      groups.push(group);
    }
  }
  return groups;
}

/** Runs `task` for every item, a few at a time. Stops at the first failure and when aborted. */
async function inTurns<Item>(
  items: readonly Item[],
  atOnce: number,
  signal: AbortSignal | undefined,
  task: (item: Item) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (;;) {
      throwIfAborted(signal);
      const item = items[next++];
      if (item === undefined) return;
      try {
        await task(item);
      } catch (error) {
        next = items.length;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(atOnce, items.length)) }, worker));
}
