import { type FileHandle, open } from "node:fs/promises";
import { promisify } from "node:util";
import { deflate } from "node:zlib";
import type { SampleType } from "@reefline/schema/survey";
import type { Samples } from "./array.ts";
import { newSamples } from "./newSamples.ts";
import type { LevelSize } from "./overviewPyramid.ts";
import { encodePredictor } from "./predictorEncode.ts";

const deflateAsync = promisify(deflate);

/** Tiles being compressed at once; zlib runs on libuv's threads. */
const TILES_IN_FLIGHT = 8;

export interface LevelLayout {
  readonly size: LevelSize;
  readonly bandCount: number;
  readonly sampleType: SampleType;
  readonly tilePx: number;
  readonly hasMask: boolean;
  /** Written where a pixel is not valid. */
  readonly fillValue: number;
  readonly compressionLevel: number;
}

/** Where each tile lies in a level's spool file; offsets point behind the four-byte leader. */
export interface TileIndex {
  readonly offsets: number[];
  readonly byteCounts: number[];
}

/** One level of a COG while its rows arrive: a band of tile height in memory, finished tiles in a spool file, row-major. */
export interface LevelSpool {
  readonly size: LevelSize;
  readonly tilePx: number;
  readonly path: string;
  readonly image: TileIndex;
  readonly mask: TileIndex;
  readonly sizeBytes: number;
  /** One row, interleaved, and one valid byte per pixel. */
  pushRow(data: Samples, valid: Uint8Array): Promise<void>;
  /** Waits for tiles in flight and closes the spool file. */
  finish(): Promise<void>;
  /** Closes the spool file whatever state it is in. */
  abandon(): Promise<void>;
}

/** GDAL's structural metadata promises each block as: size in 4 bytes, data, the data's last 4 bytes again. */
function withLeaderAndTrailer(data: Buffer): Buffer {
  const block = Buffer.allocUnsafe(data.length + 8);
  block.writeUInt32LE(data.length, 0);
  data.copy(block, 4);
  data.copy(block, 4 + data.length, data.length - 4);
  return block;
}

/** Bits of a mask tile, most significant first, rows padded to whole bytes. */
function packMask(valid: Uint8Array, levelWidthPx: number, colOff: number, heightPx: number, tilePx: number): Uint8Array {
  const rowBytes = Math.ceil(tilePx / 8);
  const packed = new Uint8Array(rowBytes * tilePx);
  const widthPx = Math.min(tilePx, levelWidthPx - colOff);
  for (let row = 0; row < heightPx; row++) {
    for (let col = 0; col < widthPx; col++) {
      if (valid[row * levelWidthPx + colOff + col] === 1) {
        const at = row * rowBytes + (col >> 3);
        packed[at] = (packed[at] ?? 0) | (128 >> (col & 7));
      }
    }
  }
  return packed;
}

export async function openLevelSpool(path: string, layout: LevelLayout): Promise<LevelSpool> {
  const { size, bandCount, sampleType, tilePx, hasMask, fillValue, compressionLevel } = layout;
  const file: FileHandle = await open(path, "wx");
  const rowSamples = size.widthPx * bandCount;
  const band = newSamples(sampleType, rowSamples * Math.min(tilePx, size.heightPx));
  const bandValid = new Uint8Array(size.widthPx * Math.min(tilePx, size.heightPx));
  const image: TileIndex = { offsets: [], byteCounts: [] };
  const mask: TileIndex = { offsets: [], byteCounts: [] };
  const inFlight: Promise<{ image: Buffer; mask: Buffer | null }>[] = [];
  let sizeBytes = 0;
  let rowsInBand = 0;
  let rowsSeen = 0;
  let isClosed = false;

  function cutTile(colOff: number, heightPx: number): Samples {
    const tile = newSamples(sampleType, tilePx * tilePx * bandCount);
    const widthPx = Math.min(tilePx, size.widthPx - colOff);
    if (fillValue !== 0 && (widthPx < tilePx || heightPx < tilePx)) tile.fill(fillValue);
    for (let row = 0; row < heightPx; row++) {
      const from = row * rowSamples + colOff * bandCount;
      tile.set(band.subarray(from, from + widthPx * bandCount), row * tilePx * bandCount);
    }
    return tile;
  }

  async function compressTile(colOff: number, heightPx: number): Promise<{ image: Buffer; mask: Buffer | null }> {
    const options = { level: compressionLevel };
    const bytes = encodePredictor(cutTile(colOff, heightPx), tilePx, bandCount);
    const packed = hasMask ? packMask(bandValid, size.widthPx, colOff, heightPx, tilePx) : null;
    const [imageBytes, maskBytes] = await Promise.all([
      deflateAsync(bytes, options),
      packed === null ? null : deflateAsync(packed, options),
    ]);
    return { image: imageBytes, mask: maskBytes };
  }

  async function append(data: Buffer, index: TileIndex): Promise<void> {
    const block = withLeaderAndTrailer(data);
    index.offsets.push(sizeBytes + 4);
    index.byteCounts.push(data.length);
    await file.writev([block], sizeBytes);
    sizeBytes += block.length;
  }

  async function drain(leaveInFlight: number): Promise<void> {
    while (inFlight.length > leaveInFlight) {
      const tile = await inFlight.shift();
      if (tile === undefined) return;
      await append(tile.image, image);
      if (tile.mask !== null) await append(tile.mask, mask);
    }
  }

  async function flushBand(): Promise<void> {
    for (let colOff = 0; colOff < size.widthPx; colOff += tilePx) {
      await drain(TILES_IN_FLIGHT - 1);
      const tile = compressTile(colOff, rowsInBand);
      // The rejection is met by `drain`; until then it must not count as unhandled.
      tile.catch(() => undefined);
      inFlight.push(tile);
    }
    rowsInBand = 0;
  }

  return {
    size,
    tilePx,
    path,
    image,
    mask,
    get sizeBytes() {
      return sizeBytes;
    },
    async pushRow(data, valid) {
      const at = rowsInBand * rowSamples;
      band.set(data, at);
      bandValid.set(valid, rowsInBand * size.widthPx);
      for (let col = 0; col < size.widthPx; col++) {
        if (valid[col] === 0) band.fill(fillValue, at + col * bandCount, at + (col + 1) * bandCount);
      }
      rowsInBand++;
      rowsSeen++;
      if (rowsInBand === tilePx || rowsSeen === size.heightPx) await flushBand();
    },
    async finish() {
      await drain(0);
      isClosed = true;
      await file.close();
    },
    async abandon() {
      await Promise.allSettled(inFlight);
      if (!isClosed) await file.close();
      isClosed = true;
    },
  };
}
