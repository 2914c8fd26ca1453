import { crc32 } from "node:zlib";
import { AppError } from "@reefline/schema/errors";

export interface ZipEntry {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** 1 January 1980, as a DOS date: files of the same content give the same archive. */
const dosDate = (1 << 5) | 1;

/**
 * A ZIP archive (PKWARE APPNOTE 6.3) of uncompressed entries: weights do not compress.
 * @throws AppError "segmentation/too-large" above 2 GiB, where the format would need its 64-bit fields
 */
export function storedZip(entries: readonly ZipEntry[]): Uint8Array {
  if (entries.reduce((sum, { bytes }) => sum + bytes.length, 0) > 2 ** 31) {
    throw new AppError("limit", "segmentation/too-large", "This model is too large for one archive: export it as ONNX.");
  }
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const { name, bytes } of entries) {
    const encoded = new TextEncoder().encode(name);
    /** What the entry's own header and its line in the directory have in common. */
    const common = fields([
      [2, 20],
      [2, 0x0800],
      [2, 0],
      [2, 0],
      [2, dosDate],
      [4, crc32(bytes)],
      [4, bytes.length],
      [4, bytes.length],
      [2, encoded.length],
      [2, 0],
    ]);
    const header = [fields([[4, 0x04034b50]]), common, encoded, bytes];
    const line = [
      fields([
        [4, 0x02014b50],
        [2, 20],
      ]),
      common,
      fields([
        [2, 0],
        [2, 0],
        [2, 0],
        [4, 0],
        [4, offset],
      ]),
      encoded,
    ];
    parts.push(...header);
    directory.push(...line);
    offset += length(header);
  }
  const end = fields([
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, entries.length],
    [2, entries.length],
    [4, length(directory)],
    [4, offset],
    [2, 0],
  ]);
  return new Uint8Array(Buffer.concat([...parts, ...directory, end]));
}

const length = (parts: readonly Uint8Array[]): number => parts.reduce((sum, part) => sum + part.length, 0);

/** Little-endian numbers of 2 or 4 bytes, one after the other. */
function fields(list: readonly (readonly [2 | 4, number])[]): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(list.reduce((sum, [size]) => sum + size, 0)));
  let at = 0;
  for (const [size, value] of list) {
    if (size === 2) bytes.setUint16(at, value, true);
    else bytes.setUint32(at, value, true);
    at += size;
  }
  return new Uint8Array(bytes.buffer);
}
