import { createHash, randomBytes } from "node:crypto";
import { type FileHandle, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { mostClasses } from "@reefline/schema/classes";
import { AppError } from "@reefline/schema/errors";
import { z } from "zod";
import { type BlendedColumns, packedPlaneBytes } from "./columnBlend.ts";
import { finalCols, swathRuns, type WindowPlan } from "./windowPlan.ts";

const headerSchema = z.object({
  format: z.literal("reefline-swath/4"),
  planHash: z.string(),
  index: z.number().int().nonnegative(),
  planeCount: z
    .number()
    .int()
    .min(1)
    .max(2 + mostClasses),
});
export type SwathHeader = z.infer<typeof headerSchema>;

const HEADER_LIMIT_BYTES = 4_096;
const DIGEST_BYTES = 32;

/** One plane of one group of columns. `above` and `below` are shared with the neighbouring swaths and wait for them. */
export interface SwathColumns {
  readonly colOff: number;
  readonly widthPx: number;
  /** 16 bits: 0 = nodata, else 1 + 65534 v. */
  readonly above: Uint16Array;
  readonly below: Uint16Array;
  /** Finished: 0 = nodata, else 1 + 254 v. */
  readonly own: Uint8Array;
}

const damaged = (): AppError =>
  new AppError("internal", "inference/swath-damaged", "A part of the prediction on disk is damaged, so it cannot be used: predict again.");

async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => null);
  // Windows cannot flush a folder; there the rename alone has to do.
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

function unpack(plan: WindowPlan, index: number, windowCol: number, plane: number, planeCount: number, packed: Uint8Array): SwathColumns {
  const runs = swathRuns(plan, index);
  const { colOff, widthPx } = finalCols(plan, windowCol);
  const planeBytes = packedPlaneBytes(plan, index, widthPx);
  if (packed.length !== 0 && packed.length !== planeBytes * planeCount) throw damaged();
  let at = plane * planeBytes;
  const wide = (heightPx: number): Uint16Array => {
    const values = new Uint16Array(widthPx * heightPx);
    if (packed.length > 0) {
      new Uint8Array(values.buffer).set(packed.subarray(at, at + values.byteLength));
      at += values.byteLength;
    }
    return values;
  };
  const above = wide(runs.above.heightPx);
  const below = wide(runs.below.heightPx);
  const count = widthPx * runs.own.heightPx;
  return { colOff, widthPx, above, below, own: packed.length > 0 ? packed.slice(at, at + count) : new Uint8Array(count) };
}

/** Writes one swath group of columns by group of columns; see `openSwath`. */
export interface SwathWriter {
  /** Columns from left to right; waits for those before, not for these. */
  push(columns: BlendedColumns): Promise<void>;
  /** Flushes and gives the file its name: from then on it never changes. */
  finish(): Promise<void>;
  /** Leaves nothing behind; after `finish` it does nothing. */
  abandon(): Promise<void>;
}

/**
 * Starts the file of one swath (a row of windows), under a temporary name until it is whole. Layout: header length (4 bytes,
 * little-endian), header as JSON; per group of columns its length (4 bytes; 0: all nodata) and what `BlendedColumns` packs; last the SHA-256
 * of all that. Nothing is compressed: the file is read once and deleted, and packing it would take longer than writing it does.
 */
export async function openSwath(path: string, header: Omit<SwathHeader, "format">): Promise<SwathWriter> {
  const folder = join(path, "..");
  await mkdir(folder, { recursive: true });
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  const file: FileHandle = await open(temporary, "wx");
  const hash = createHash("sha256");
  let last: Promise<void> = Promise.resolve();
  let isOpen = true;

  const write = async (bytes: Uint8Array): Promise<void> => {
    hash.update(bytes);
    await file.writeFile(bytes);
  };
  const lengthOf = (length: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(length);
    return bytes;
  };
  const text = Buffer.from(JSON.stringify({ format: "reefline-swath/4", ...header } satisfies SwathHeader), "utf8");
  await write(Buffer.concat([lengthOf(text.length), text]));

  return {
    async push({ packed }) {
      await last;
      last = write(lengthOf(packed?.length ?? 0)).then(() => (packed ? write(packed) : undefined));
      // The rejection is met by whoever comes next; until then it must not count as unhandled.
      last.catch(() => undefined);
    },
    async finish() {
      await last;
      await file.writeFile(hash.digest());
      await file.sync();
      isOpen = false;
      await file.close();
      await rename(temporary, path);
      await flushFolder(folder);
    },
    async abandon() {
      await Promise.allSettled([last]);
      if (!isOpen) return;
      isOpen = false;
      await file.close();
      await rm(temporary, { force: true });
    },
  };
}

/** The whole file, checked: its header and where what follows begins and ends. */
async function readWhole(path: string): Promise<{ file: Buffer; header: SwathHeader; from: number; end: number }> {
  const file = await readFile(path).catch(() => {
    throw damaged();
  });
  const end = file.length - DIGEST_BYTES;
  if (end < 4 || !createHash("sha256").update(file.subarray(0, end)).digest().equals(file.subarray(end))) throw damaged();
  const headerBytes = file.readUInt32LE(0);
  if (headerBytes > HEADER_LIMIT_BYTES || 4 + headerBytes > end) throw damaged();
  const header = headerSchema.parse(JSON.parse(file.toString("utf8", 4, 4 + headerBytes)));
  return { file, header, from: 4 + headerBytes, end };
}

/** Whether a file is what was written for this swath of this plan. */
export async function isWholeSwath(path: string, planHash: string, index: number): Promise<boolean> {
  const read = await readWhole(path).catch(() => null);
  return read?.header.planHash === planHash && read.header.index === index;
}

/** Bytes of disk all swaths of a plan need at most. */
export function swathDiskNeedBytes({ windows, planeCount }: { windows: WindowPlan; planeCount: number }): number {
  const rowBytes = windows.rowOffs.reduce((sum, _, index) => {
    const { above, own, below } = swathRuns(windows, index);
    return sum + 2 * above.heightPx + own.heightPx + 2 * below.heightPx;
  }, 0);
  return rowBytes * windows.gridWidthPx * planeCount;
}

/**
 * Some planes of a swath, group of columns by group of columns, checked as a whole before the first.
 * @throws AppError `inference/swath-damaged` when anything about the file is wrong, or it belongs to another plan
 */
export async function* readSwath(
  path: string,
  plan: WindowPlan,
  expected: { planHash: string; index: number; planes: readonly number[] },
): AsyncGenerator<SwathColumns[]> {
  const { file, header, from, end } = await readWhole(path);
  const { planHash, index, planes } = expected;
  if (header.planHash !== planHash || header.index !== index || planes.some((plane) => plane >= header.planeCount)) throw damaged();
  let at = from;
  for (let windowCol = 0; windowCol < plan.colOffs.length; windowCol++) {
    if (at + 4 > end) throw damaged();
    const length = file.readUInt32LE(at);
    if (at + 4 + length > end) throw damaged();
    const packed = file.subarray(at + 4, at + 4 + length);
    at += 4 + length;
    yield planes.map((plane) => unpack(plan, index, windowCol, plane, header.planeCount, packed));
  }
  if (at !== end) throw damaged();
}
