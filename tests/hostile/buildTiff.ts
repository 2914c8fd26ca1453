/** One directory entry: tag, type (3 short, 4 long, 12 double, 2 ascii) and values; `count` may lie. */
export interface TiffEntry {
  tag: number;
  type: 2 | 3 | 4 | 12;
  values: number[];
  count?: number;
}

const sizes = { 2: 1, 3: 2, 4: 4, 12: 8 };

/**
 * A little-endian TIFF of one directory and one block of bytes, for tests that need a file no writer would make.
 * @param options.next offset of the directory after this one; "self" makes a loop
 */
export function buildTiff(entries: TiffEntry[], block: Uint8Array, options: { next?: number | "self"; entryCount?: number } = {}): Buffer {
  const blockOffset = 8;
  const ifdOffset = blockOffset + block.length + (block.length % 2);
  const sorted = [...entries].sort((a, b) => a.tag - b.tag);
  let extraOffset = ifdOffset + 2 + sorted.length * 12 + 4;
  const head = Buffer.alloc(extraOffset);
  head.write("II*\0", 0, "latin1");
  head.writeUInt32LE(ifdOffset, 4);
  head.set(block, blockOffset);
  head.writeUInt16LE(options.entryCount ?? sorted.length, ifdOffset);
  const extras: Buffer[] = [];
  sorted.forEach(({ tag, type, values, count }, i) => {
    const at = ifdOffset + 2 + i * 12;
    head.writeUInt16LE(tag, at);
    head.writeUInt16LE(type, at + 2);
    head.writeUInt32LE(count ?? values.length, at + 4);
    const bytes = Buffer.alloc(Math.max(4, values.length * sizes[type]));
    values.forEach((value, j) => {
      if (type === 3) bytes.writeUInt16LE(value, j * 2);
      else if (type === 4) bytes.writeUInt32LE(value, j * 4);
      else if (type === 12) bytes.writeDoubleLE(value, j * 8);
      else bytes.writeUInt8(value, j);
    });
    if (values.length * sizes[type] <= 4) head.set(bytes.subarray(0, 4), at + 8);
    else {
      head.writeUInt32LE(extraOffset, at + 8);
      extras.push(bytes);
      extraOffset += bytes.length;
    }
  });
  head.writeUInt32LE(options.next === "self" ? ifdOffset : (options.next ?? 0), ifdOffset + 2 + sorted.length * 12);
  return Buffer.concat([head, ...extras]);
}

export interface ImageOptions {
  widthPx: number;
  heightPx: number;
  tilePx?: number;
  samples?: number;
  bits?: number;
  compression?: number;
  photometric?: number;
  predictor?: number;
  sampleFormat?: number;
  blockBytes: number;
}

/** The entries of an ordinary georeferenced image whose single block lies at offset 8. */
export function imageEntries(options: ImageOptions): TiffEntry[] {
  const samples = options.samples ?? 1;
  const one = (tag: number, type: 3 | 4, value: number): TiffEntry => ({ tag, type, values: [value] });
  const entries: TiffEntry[] = [
    one(256, 4, options.widthPx),
    one(257, 4, options.heightPx),
    { tag: 258, type: 3, values: Array.from({ length: samples }, () => options.bits ?? 8) },
    one(259, 3, options.compression ?? 1),
    one(262, 3, options.photometric ?? (samples >= 3 ? 2 : 1)),
    one(277, 3, samples),
    one(317, 3, options.predictor ?? 1),
    one(339, 3, options.sampleFormat ?? 1),
    { tag: 33550, type: 12, values: [0.5, 0.5, 0] },
    { tag: 33922, type: 12, values: [0, 0, 0, 500_000, 5_800_000, 0] },
    { tag: 34735, type: 3, values: [1, 1, 0, 2, 1024, 0, 1, 1, 3072, 0, 1, 32633] },
  ];
  if (options.tilePx) {
    entries.push(one(322, 4, options.tilePx), one(323, 4, options.tilePx), one(324, 4, 8), one(325, 4, options.blockBytes));
  } else {
    entries.push(one(273, 4, 8), one(278, 4, options.heightPx), one(279, 4, options.blockBytes));
  }
  return entries;
}
