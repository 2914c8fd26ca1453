import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { Grid } from "@reefline/schema/grid";
import type { SampleType } from "@reefline/schema/survey";
import { bytesPerSample } from "../decode/newSamples.ts";
import { directorySize, encodeDirectory, encodeTiffHeader, type TiffField } from "../tiff/tiffDirectory.ts";
import type { TileCodec } from "./cogTile.ts";
import { geoTags, type RawGeoKeys } from "./cogWriterGeoTags.ts";
import { type CogParts, writeFully } from "./cogWriterParts.ts";
import type { LevelSize, OverviewResampling } from "./overviewPyramid.ts";

export interface CogTags {
  readonly grid: Grid;
  readonly bandCount: number;
  readonly sampleType: SampleType;
  readonly nodata: number | null;
  readonly photometric: "rgb" | "grey";
  readonly hasMask: boolean;
  readonly overviewResampling: OverviewResampling;
  readonly bandNames: readonly string[];
  readonly rawGeoKeys: RawGeoKeys | undefined;
  readonly bigTiff: "auto" | "always";
  readonly codec: TileCodec;
  readonly colourTable: ColourTable | undefined;
  readonly valueScale: ValueScale | undefined;
}

/** Red, green and blue (0–255) of each of the 256 values of one 8-bit band. */
export type ColourTable = readonly (readonly [number, number, number])[];
/** What a stored value means: value · scale + offset. */
export interface ValueScale {
  readonly scale: number;
  readonly offset: number;
}

/** Where each tile lies in its level's bytes; offsets point behind the four-byte leader. */
interface TileIndex {
  readonly offsets: number[];
  readonly byteCounts: number[];
}

interface FinishedLevel {
  readonly size: LevelSize;
  readonly tilePx: number;
  readonly image: TileIndex;
  readonly mask: TileIndex;
  readonly sizeBytes: number;
}

const DEFLATE = 8;
const COMPRESSION: Record<TileCodec["kind"], number> = { deflate: DEFLATE, jpeg: 7, webp: 50001 };
const Y_CB_CR = 6;
const PALETTE = 3;
const UNSPECIFIED_EXTRA_SAMPLE = 0;
const REDUCED_IMAGE = 1;
const MASK = 4;
const COPY_BYTES = 8 * 2 ** 20;
/** Offsets of 32 bits reach 4 GB; the rest is left for the directories. */
const CLASSIC_DATA_LIMIT = 2 ** 32 - 256 * 2 ** 20;

const SAMPLE_FORMAT: Record<SampleType, number> = { uint8: 1, uint16: 1, uint32: 1, int16: 2, int32: 2, float32: 3, float64: 3 };

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function gdalMetadata({ bandNames, overviewResampling, valueScale }: CogTags): string {
  const items = bandNames.map((name, i) => `  <Item name="DESCRIPTION" sample="${i}" role="description">${escapeXml(name)}</Item>\n`);
  const scaled = valueScale
    ? `  <Item name="OFFSET" sample="0" role="offset">${valueScale.offset}</Item>\n  <Item name="SCALE" sample="0" role="scale">${valueScale.scale}</Item>\n`
    : "";
  const resampling = overviewResampling === "average" ? "AVERAGE" : "NEAREST";
  return `<GDALMetadata>\n  <Item name="OVERVIEW_RESAMPLING">${resampling}</Item>\n${items.join("")}${scaled}</GDALMetadata>\n`;
}

/** GDAL's promise about how the file is laid out (COG driver documentation, "Header ghost area"). */
function ghostArea(hasMask: boolean): string {
  const lines = [
    "LAYOUT=IFDS_BEFORE_DATA",
    "BLOCK_ORDER=ROW_MAJOR",
    "BLOCK_LEADER=SIZE_AS_UINT4",
    "BLOCK_TRAILER=LAST_4_BYTES_REPEATED",
    "KNOWN_INCOMPATIBLE_EDITION=NO",
  ];
  // The space leaves room for YES, which a program that edits the file in place would write.
  const text = `${lines.join("\n")}\n ${hasMask ? "MASK_INTERLEAVED_WITH_IMAGERY=YES\n" : ""}`;
  return `GDAL_STRUCTURAL_METADATA_SIZE=${String(text.length).padStart(6, "0")} bytes\n${text}`;
}

function tileFields(index: TileIndex, shift: number, isBigTiff: boolean): TiffField[] {
  return [
    { tag: 324, type: isBigTiff ? "long8" : "long", values: index.offsets.map((offset) => offset + shift) },
    { tag: 325, type: "long", values: index.byteCounts },
  ];
}

function imageFields(level: FinishedLevel, isOverview: boolean, tags: CogTags): TiffField[] {
  const { bandCount, sampleType, photometric, nodata, codec } = tags;
  const isFloat = SAMPLE_FORMAT[sampleType] === 3;
  const perBand = (value: number) => new Array<number>(bandCount).fill(value);
  const shownBands = photometric === "rgb" ? 3 : 1;
  const fields: TiffField[] = [
    { tag: 256, type: "long", values: [level.size.widthPx] },
    { tag: 257, type: "long", values: [level.size.heightPx] },
    { tag: 258, type: "short", values: perBand(bytesPerSample[sampleType] * 8) },
    { tag: 259, type: "short", values: [COMPRESSION[codec.kind]] },
    { tag: 262, type: "short", values: [tags.colourTable ? PALETTE : photometric === "grey" ? 1 : codec.kind === "jpeg" ? Y_CB_CR : 2] },
    { tag: 277, type: "short", values: [bandCount] },
    { tag: 284, type: "short", values: [1] },
    { tag: 322, type: "short", values: [level.tilePx] },
    { tag: 323, type: "short", values: [level.tilePx] },
    { tag: 339, type: "short", values: perBand(SAMPLE_FORMAT[sampleType]) },
  ];
  if (codec.kind === "deflate") fields.push({ tag: 317, type: "short", values: [isFloat ? 3 : 2] });
  // As the JPEG streams say: chroma of half the width and height.
  if (codec.kind === "jpeg" && photometric === "rgb") fields.push({ tag: 530, type: "short", values: [2, 2] });
  if (tags.colourTable) {
    const table = tags.colourTable;
    // All reds, then greens, then blues, of 16 bits each.
    const values = [0, 1, 2].flatMap((channel) => Array.from({ length: 256 }, (_, i) => (table[i]?.[channel] ?? 0) * 257));
    fields.push({ tag: 320, type: "short", values });
  }
  if (isOverview) fields.push({ tag: 254, type: "long", values: [REDUCED_IMAGE] });
  if (bandCount > shownBands) {
    fields.push({ tag: 338, type: "short", values: new Array<number>(bandCount - shownBands).fill(UNSPECIFIED_EXTRA_SAMPLE) });
  }
  if (nodata !== null) fields.push({ tag: 42113, type: "ascii", values: Number.isNaN(nodata) ? "nan" : String(nodata) });
  if (!isOverview) fields.push({ tag: 42112, type: "ascii", values: gdalMetadata(tags) }, ...geoTags(tags.grid, tags.rawGeoKeys));
  return fields;
}

function maskFields(level: FinishedLevel, isOverview: boolean): TiffField[] {
  return [
    { tag: 254, type: "long", values: [MASK | (isOverview ? REDUCED_IMAGE : 0)] },
    { tag: 256, type: "long", values: [level.size.widthPx] },
    { tag: 257, type: "long", values: [level.size.heightPx] },
    { tag: 258, type: "short", values: [1] },
    { tag: 259, type: "short", values: [DEFLATE] },
    { tag: 262, type: "short", values: [4] },
    { tag: 277, type: "short", values: [1] },
    { tag: 284, type: "short", values: [1] },
    { tag: 322, type: "short", values: [level.tilePx] },
    { tag: 323, type: "short", values: [level.tilePx] },
    { tag: 339, type: "short", values: [1] },
  ];
}

/** Everything that stands before the tiles: header, ghost area, one directory per level (and per mask), full resolution first. */
function encodeHead(levels: readonly FinishedLevel[], tags: CogTags, isBigTiff: boolean): Buffer {
  const flavour = { isBigTiff };
  const ghost = Buffer.from(ghostArea(tags.hasMask), "latin1");
  const headerBytes = isBigTiff ? 16 : 8;
  const plainFields = levels.flatMap((level, i) => {
    const image = { index: level.image, level, fields: imageFields(level, i > 0, tags) };
    return tags.hasMask ? [image, { index: level.mask, level, fields: maskFields(level, i > 0) }] : [image];
  });
  const sizes = plainFields.map(({ index, fields }) => directorySize([...fields, ...tileFields(index, 0, isBigTiff)], flavour));
  const firstOffset = Math.ceil((headerBytes + ghost.length) / 8) * 8;
  const dataOffset = sizes.reduce((sum, size) => sum + size, firstOffset);
  // The smallest overview's tiles come first, so that one read of the file's start is enough to draw something.
  const shifts = new Map<FinishedLevel, number>();
  let at = dataOffset;
  for (const level of [...levels].reverse()) {
    shifts.set(level, at);
    at += level.sizeBytes;
  }
  const head = Buffer.alloc(dataOffset);
  encodeTiffHeader(firstOffset, flavour).copy(head, 0);
  ghost.copy(head, headerBytes);
  let offset = firstOffset;
  plainFields.forEach(({ index, level, fields }, i) => {
    const next = i === plainFields.length - 1 ? 0 : offset + (sizes[i] ?? 0);
    const all = [...fields, ...tileFields(index, shifts.get(level) ?? 0, isBigTiff)];
    encodeDirectory(all, offset, next, flavour).copy(head, offset);
    offset += sizes[i] ?? 0;
  });
  return head;
}

/** Offsets of a level's tiles, in the order they were written, all parts one after the other. */
function indexLevel(parts: CogParts, level: number, { size, tilePx }: { size: LevelSize; tilePx: number }): FinishedLevel {
  const image: TileIndex = { offsets: [], byteCounts: [] };
  const mask: TileIndex = { offsets: [], byteCounts: [] };
  let at = 0;
  const add = (index: TileIndex, byteCount: number) => {
    index.offsets.push(at + 4);
    index.byteCounts.push(byteCount);
    at += byteCount + 8;
  };
  for (const part of parts.finished) {
    const own = part.levels[level];
    own?.images.forEach((byteCount, i) => {
      add(image, byteCount);
      const maskBytes = own.masks[i];
      if (maskBytes !== undefined) add(mask, maskBytes);
    });
  }
  return { size, tilePx, image, mask, sizeBytes: at };
}

async function appendFile(target: FileHandle, position: number, sourcePath: string, buffer: Buffer, signal?: AbortSignal): Promise<number> {
  const source = await open(sourcePath, "r");
  let at = position;
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { bytesRead } = await source.read(buffer, 0, buffer.length);
      if (bytesRead === 0) return at;
      await writeFully(target, buffer.subarray(0, bytesRead), at);
      at += bytesRead;
    }
  } finally {
    await source.close();
  }
}

async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r").catch(() => null);
  // Windows cannot flush a folder; there the rename alone has to do.
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

export interface Assembly {
  /** Where the file is put together, on the same disk as `path`. */
  readonly temporary: string;
  readonly levels: readonly { readonly size: LevelSize; readonly tilePx: number }[];
  readonly tags: CogTags;
  readonly onProgress?: (fraction: number) => void;
  readonly signal?: AbortSignal;
}

/** Joins the finished parts into `path`: written beside it, flushed and renamed. The parts stay. */
export async function assembleCog(path: string, parts: CogParts, { temporary, levels, tags, onProgress, signal }: Assembly): Promise<void> {
  const finished = levels.map((layout, level) => indexLevel(parts, level, layout));
  const dataBytes = finished.reduce((sum, level) => sum + level.sizeBytes, 0);
  const head = encodeHead(finished, tags, tags.bigTiff === "always" || dataBytes > CLASSIC_DATA_LIMIT);
  // A file of its own even if an attempt that lost its job still writes to one of this name.
  await rm(temporary, { force: true });
  const file = await open(temporary, "wx");
  const buffer = Buffer.allocUnsafeSlow(COPY_BYTES);
  try {
    await writeFully(file, head, 0);
    let at = head.length;
    for (let level = levels.length - 1; level >= 0; level--) {
      for (const [part, { levels: own }] of parts.finished.entries()) {
        if ((own[level]?.bytes ?? 0) === 0) continue;
        at = await appendFile(file, at, parts.levelPath(part, level), buffer, signal);
        onProgress?.((at - head.length) / dataBytes);
      }
    }
    if (at !== head.length + dataBytes) throw new RangeError(`${at} bytes were written where ${head.length + dataBytes} were due`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  await flushFolder(dirname(path));
}
