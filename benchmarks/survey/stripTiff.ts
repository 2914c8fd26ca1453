import { open } from "node:fs/promises";

const rowsPerStrip = 16;

type Tag = { readonly id: number; readonly type: "short" | "long8" | "double"; readonly values: readonly number[] };
const typeCode = { short: 3, long8: 16, double: 12 } as const;
const typeBytes = { short: 2, long8: 8, double: 8 } as const;

/**
 * Writes an uncompressed RGB BigTIFF in strips, UTM zone 17N, as photogrammetry programs leave one: no tiles, no overviews.
 * @param rows bytes of rows of red, green, blue, from the top; `count` rows from `rowOff`
 * @param layout Aware Systems' BigTIFF description; GeoTIFF keys of OGC 19-008
 */
export async function writeStripTiff(
  path: string,
  { widthPx, heightPx, gsdMeters }: { widthPx: number; heightPx: number; gsdMeters: number },
  rows: (rowOff: number, count: number) => Uint8Array,
): Promise<void> {
  const rowBytes = widthPx * 3;
  const stripCount = Math.ceil(heightPx / rowsPerStrip);
  const headerBytes = 16;
  const strips = Array.from({ length: stripCount }, (_, strip) => ({
    offset: headerBytes + strip * rowsPerStrip * rowBytes,
    bytes: Math.min(rowsPerStrip, heightPx - strip * rowsPerStrip) * rowBytes,
  }));
  const tags: Tag[] = [
    { id: 256, type: "long8", values: [widthPx] },
    { id: 257, type: "long8", values: [heightPx] },
    { id: 258, type: "short", values: [8, 8, 8] },
    { id: 259, type: "short", values: [1] },
    { id: 262, type: "short", values: [2] },
    { id: 273, type: "long8", values: strips.map(({ offset }) => offset) },
    { id: 277, type: "short", values: [3] },
    { id: 278, type: "long8", values: [rowsPerStrip] },
    { id: 279, type: "long8", values: strips.map(({ bytes }) => bytes) },
    { id: 284, type: "short", values: [1] },
    { id: 33550, type: "double", values: [gsdMeters, gsdMeters, 0] },
    { id: 33922, type: "double", values: [0, 0, 0, 662_400, 3_689_100, 0] },
    { id: 34735, type: "short", values: [1, 1, 0, 3, 1024, 0, 1, 1, 1025, 0, 1, 1, 3072, 0, 1, 32617] },
  ];
  const directoryOffset = headerBytes + heightPx * rowBytes;
  const file = await open(path, "w");
  try {
    const header = Buffer.alloc(headerBytes);
    header.write("II", 0, "latin1");
    header.writeUInt16LE(43, 2);
    header.writeUInt16LE(8, 4);
    header.writeBigUInt64LE(BigInt(directoryOffset), 8);
    await file.write(header, 0, headerBytes, 0);
    const batch = 16 * rowsPerStrip;
    for (let rowOff = 0; rowOff < heightPx; rowOff += batch) {
      const bytes = rows(rowOff, Math.min(batch, heightPx - rowOff));
      await file.write(bytes, 0, bytes.length, headerBytes + rowOff * rowBytes);
    }
    const directory = directoryBytes(tags, directoryOffset);
    await file.write(directory, 0, directory.length, directoryOffset);
  } finally {
    await file.close();
  }
}

function directoryBytes(tags: readonly Tag[], offset: number): Buffer {
  const entriesEnd = 8 + tags.length * 20 + 8;
  const long = tags.reduce((sum, tag) => sum + Math.max(0, tag.values.length * typeBytes[tag.type] - 8), 0) + 8 * tags.length;
  const out = Buffer.alloc(entriesEnd + long);
  out.writeBigUInt64LE(BigInt(tags.length), 0);
  let free = entriesEnd;
  tags.forEach((tag, index) => {
    const at = 8 + index * 20;
    const bytes = tag.values.length * typeBytes[tag.type];
    out.writeUInt16LE(tag.id, at);
    out.writeUInt16LE(typeCode[tag.type], at + 2);
    out.writeBigUInt64LE(BigInt(tag.values.length), at + 4);
    const place = bytes <= 8 ? at + 12 : free;
    if (bytes > 8) {
      out.writeBigUInt64LE(BigInt(offset + free), at + 12);
      free += bytes;
    }
    tag.values.forEach((value, i) => {
      if (tag.type === "short") out.writeUInt16LE(value, place + 2 * i);
      else if (tag.type === "double") out.writeDoubleLE(value, place + 8 * i);
      else out.writeBigUInt64LE(BigInt(value), place + 8 * i);
    });
  });
  return out.subarray(0, free);
}
