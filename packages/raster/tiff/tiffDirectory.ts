/** TIFF 6.0 and BigTIFF image file directories, little-endian, as bytes. */

export type TiffFieldType = "ascii" | "short" | "long" | "long8" | "double";

export interface TiffField {
  readonly tag: number;
  readonly type: TiffFieldType;
  /** Numbers, or for `ascii` one text without its closing zero byte. */
  readonly values: readonly number[] | string;
}

const TYPE_CODE: Record<TiffFieldType, number> = { ascii: 2, short: 3, long: 4, double: 12, long8: 16 };
const TYPE_BYTES: Record<TiffFieldType, number> = { ascii: 1, short: 2, long: 4, double: 8, long8: 8 };

export interface TiffFlavour {
  readonly isBigTiff: boolean;
}

function fieldCount(field: TiffField): number {
  return typeof field.values === "string" ? Buffer.byteLength(field.values) + 1 : field.values.length;
}

function padToEight(length: number): number {
  return Math.ceil(length / 8) * 8;
}

/** Bytes that `encodeDirectory` writes: the entries, then the values that do not fit into them. Always a multiple of 8. */
export function directorySize(fields: readonly TiffField[], { isBigTiff }: TiffFlavour): number {
  const entryBytes = isBigTiff ? 20 : 12;
  const inlineBytes = isBigTiff ? 8 : 4;
  let size = padToEight((isBigTiff ? 16 : 6) + fields.length * entryBytes);
  for (const field of fields) {
    const bytes = fieldCount(field) * TYPE_BYTES[field.type];
    if (bytes > inlineBytes) size += padToEight(bytes);
  }
  return size;
}

function writeValues(target: Buffer, offset: number, field: TiffField): void {
  if (typeof field.values === "string") {
    target.write(field.values, offset, "utf8");
    return;
  }
  let at = offset;
  for (const value of field.values) {
    if (field.type === "short") target.writeUInt16LE(value, at);
    else if (field.type === "long") target.writeUInt32LE(value, at);
    else if (field.type === "long8") target.writeBigUInt64LE(BigInt(value), at);
    else target.writeDoubleLE(value, at);
    at += TYPE_BYTES[field.type];
  }
}

/**
 * One directory that will stand at byte `offset` of the file, linked to the next one at `nextOffset` (0: the last).
 * Fields are sorted by tag, as TIFF 6.0 demands. Throws a RangeError when a value does not fit its type.
 */
export function encodeDirectory(fields: readonly TiffField[], offset: number, nextOffset: number, flavour: TiffFlavour): Buffer {
  const { isBigTiff } = flavour;
  const target = Buffer.alloc(directorySize(fields, flavour));
  const inlineBytes = isBigTiff ? 8 : 4;
  const sorted = [...fields].sort((a, b) => a.tag - b.tag);
  let at = isBigTiff ? target.writeBigUInt64LE(BigInt(sorted.length), 0) : target.writeUInt16LE(sorted.length, 0);
  let valuesAt = padToEight((isBigTiff ? 16 : 6) + sorted.length * (isBigTiff ? 20 : 12));
  for (const field of sorted) {
    const count = fieldCount(field);
    const bytes = count * TYPE_BYTES[field.type];
    at = target.writeUInt16LE(field.tag, at);
    at = target.writeUInt16LE(TYPE_CODE[field.type], at);
    at = isBigTiff ? target.writeBigUInt64LE(BigInt(count), at) : target.writeUInt32LE(count, at);
    if (bytes <= inlineBytes) writeValues(target, at, field);
    else {
      if (isBigTiff) target.writeBigUInt64LE(BigInt(offset + valuesAt), at);
      else target.writeUInt32LE(offset + valuesAt, at);
      writeValues(target, valuesAt, field);
      valuesAt += padToEight(bytes);
    }
    at += inlineBytes;
  }
  if (isBigTiff) target.writeBigUInt64LE(BigInt(nextOffset), at);
  else target.writeUInt32LE(nextOffset, at);
  return target;
}

/** The file's first bytes (8, or 16 for BigTIFF), pointing at the first directory. */
export function encodeTiffHeader(firstDirectoryOffset: number, { isBigTiff }: TiffFlavour): Buffer {
  const target = Buffer.alloc(isBigTiff ? 16 : 8);
  target.write("II", 0, "latin1");
  if (isBigTiff) {
    target.writeUInt16LE(43, 2);
    target.writeUInt16LE(8, 4);
    target.writeBigUInt64LE(BigInt(firstDirectoryOffset), 8);
  } else {
    target.writeUInt16LE(42, 2);
    target.writeUInt32LE(firstDirectoryOffset, 4);
  }
  return target;
}
