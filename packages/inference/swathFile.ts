import { createHash, randomBytes } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { deflateRaw, inflateRaw } from "node:zlib";
import { AppError } from "@reefline/schema/errors";
import { z } from "zod";

const compress = promisify(deflateRaw);
const decompress = promisify(inflateRaw);

const headerSchema = z.object({
  format: z.literal("reefline-swath/1"),
  planHash: z.string(),
  index: z.number().int().nonnegative(),
  rowOff: z.number().int().nonnegative(),
  heightPx: z.number().int().positive(),
  widthPx: z.number().int().positive(),
  /** Of the decoded bytes. */
  sha256: z.string(),
});
export type SwathHeader = z.infer<typeof headerSchema>;

export interface SwathRef {
  readonly path: string;
  readonly index: number;
  readonly rowOff: number;
  readonly heightPx: number;
}

const HEADER_LIMIT_BYTES = 4_096;

const fileName = (index: number): string => `swath-${String(index).padStart(6, "0")}.bin`;

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Writes one finished swath (one byte per pixel, row by row): under a temporary name, flushed, renamed, the folder flushed. From then on
 * the file never changes. Layout: header length (4 bytes, little-endian), header as JSON, bytes deflated.
 */
export async function writeSwath(folder: string, header: Omit<SwathHeader, "format" | "sha256">, bytes: Uint8Array): Promise<SwathRef> {
  await mkdir(folder, { recursive: true });
  const full: SwathHeader = { format: "reefline-swath/1", ...header, sha256: sha256(bytes) };
  const text = Buffer.from(JSON.stringify(full), "utf8");
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  const body = await compress(bytes, { level: 1 });
  const path = join(folder, fileName(header.index));
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  const handle = await open(temporary, "wx");
  try {
    await handle.writeFile(Buffer.concat([length, text, body]));
    await handle.sync();
  } catch (error) {
    await handle.close();
    await rm(temporary, { force: true });
    throw error;
  }
  await handle.close();
  await rename(temporary, path);
  await flushFolder(folder);
  return { path, index: header.index, rowOff: header.rowOff, heightPx: header.heightPx };
}

/** A swath's header and bytes; throws AppError `inference/swath-damaged` when anything about the file is wrong. */
export async function readSwath(path: string): Promise<{ header: SwathHeader; bytes: Uint8Array }> {
  const damaged = (): AppError =>
    new AppError(
      "internal",
      "inference/swath-damaged",
      "A part of the prediction on disk is damaged, so it cannot be used: predict again.",
    );
  const file = await readFile(path);
  if (file.length < 4) throw damaged();
  const length = file.readUInt32LE(0);
  if (length > HEADER_LIMIT_BYTES || file.length < 4 + length) throw damaged();
  let header: SwathHeader;
  let bytes: Uint8Array;
  try {
    header = headerSchema.parse(JSON.parse(file.toString("utf8", 4, 4 + length)));
    const size = header.widthPx * header.heightPx;
    bytes = await decompress(file.subarray(4 + length), { maxOutputLength: size + 1 });
  } catch {
    throw damaged();
  }
  if (bytes.length !== header.widthPx * header.heightPx || sha256(bytes) !== header.sha256) throw damaged();
  return { header, bytes };
}

/** Whole, undamaged swaths of one plan in the folders of earlier attempts, by index. */
export async function findSwaths(folders: readonly string[], planHash: string): Promise<Map<number, SwathRef>> {
  const found = new Map<number, SwathRef>();
  for (const folder of folders) {
    const names = await readdir(folder).catch(() => [] as string[]);
    for (const name of names.filter((each) => /^swath-\d{6}\.bin$/.test(each)).sort()) {
      const path = join(folder, name);
      const read = await readSwath(path).catch(() => null);
      if (read?.header.planHash !== planHash || found.has(read.header.index)) continue;
      const { index, rowOff, heightPx } = read.header;
      found.set(index, { path, index, rowOff, heightPx });
    }
  }
  return found;
}
