import { deflateSync } from "node:zlib";
import type { SampleType } from "@reefline/schema/survey";
import type { Samples } from "../array.ts";
import { newSamples } from "../decode/newSamples.ts";
import { type BandCount, countBlock } from "../statistics/bandStatistics.ts";
import { type TileSamples, tileSamples } from "./tileSamples.ts";

/** How tiles are stored. JPEG and WebP lose detail and take 8-bit images of one or three bands. */
export type TileCodec =
  | { readonly kind: "deflate" }
  | { readonly kind: "jpeg"; readonly quality: number }
  | { readonly kind: "webp"; readonly quality: number };

export interface TileFormat {
  readonly bandCount: number;
  readonly sampleType: SampleType;
  readonly hasMask: boolean;
  /** Written where a pixel is not valid. */
  readonly fillValue: number;
  readonly codec: TileCodec;
}

/** A tile's pixels within the rows of its level that are in memory. */
export interface TileCut {
  readonly data: Samples;
  readonly valid: Uint8Array;
  readonly tilePx: number;
  /** Width of the level. */
  readonly levelWidthPx: number;
  readonly colOff: number;
  /** Row of the buffer that the tile begins with, and rows of the level from there on. */
  readonly bufferRow: number;
  readonly heightPx: number;
  readonly allValid: boolean;
  readonly withStatistics: boolean;
}

export interface EncodedTile {
  readonly image: Uint8Array;
  readonly mask: Uint8Array | null;
  readonly counts: (BandCount | null)[] | null;
}

/** A mask is small and full of long runs: any deflate does. */
function deflateMask(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(deflateSync(bytes, { chunkSize: 1024 + bytes.length }));
}

/** Encodes tiles of one format one after the other; what repeats (tiles without any pixel, whole masks) is encoded once. */
export function tileEncoder(format: TileFormat): (cut: TileCut) => Promise<EncodedTile> {
  const known = new Map<string, Uint8Array>();
  const once = async (key: string, make: () => Uint8Array | Promise<Uint8Array>): Promise<Uint8Array> => {
    const found = known.get(key) ?? (await make());
    known.set(key, found);
    return found.slice();
  };
  const { bandCount, sampleType, codec } = format;
  let lossy = newSamples(sampleType, 0);
  let lossless: { readonly tilePx: number; readonly tile: TileSamples } | null = null;

  return async (cut) => {
    const { tilePx } = cut;
    const length = tilePx * tilePx * bandCount;
    const holding = cut.allValid ? "full" : whatHolds(cut);
    let counts: (BandCount | null)[] | null = null;
    const pack = () => {
      if (codec.kind !== "deflate") {
        if (lossy.length !== length) lossy = newSamples(sampleType, length);
        copyPixels(lossy, cut, format, holding !== "full");
        return encodeLossy(lossy, tilePx, bandCount, codec);
      }
      if (lossless?.tilePx !== tilePx) lossless = { tilePx, tile: tileSamples({ sampleType, bandCount, tilePx }) };
      const { tile } = lossless;
      copyPixels(tile.begin(), cut, format, holding !== "full");
      if (cut.withStatistics && holding !== "empty") {
        const valid = { bytes: cut.valid, offset: cut.bufferRow * cut.levelWidthPx + cut.colOff, pitch: cut.levelWidthPx };
        counts = tile.count(tileWidth(cut), cut.heightPx, holding === "full" ? null : valid);
      }
      return tile.encode();
    };
    const image = holding === "empty" ? await once(`image ${tilePx}`, pack) : await pack();
    if (cut.withStatistics) counts ??= countBlock(blockOf(cut, bandCount, holding === "full"));
    if (!format.hasMask) return { image, mask: null, counts };
    const packMask = () => deflateMask(packBits(cut));
    const isWhole = cut.heightPx === tilePx && cut.colOff + tilePx <= cut.levelWidthPx;
    if (holding === "empty") return { image, mask: await once(`empty mask ${tilePx}`, packMask), counts };
    if (holding === "full" && isWhole) return { image, mask: await once(`full mask ${tilePx}`, packMask), counts };
    return { image, mask: packMask(), counts };
  };
}

function tileWidth({ tilePx, levelWidthPx, colOff }: TileCut): number {
  return Math.min(tilePx, levelWidthPx - colOff);
}

function blockOf(cut: TileCut, bandCount: number, allValid: boolean) {
  return {
    data: cut.data,
    valid: cut.valid,
    bandCount,
    pitchPx: cut.levelWidthPx,
    offsetPx: cut.bufferRow * cut.levelWidthPx + cut.colOff,
    widthPx: tileWidth(cut),
    heightPx: cut.heightPx,
    allValid,
  };
}

function whatHolds(cut: TileCut): "full" | "empty" | "mixed" {
  let someValid = false;
  let someNot = false;
  for (let row = 0; row < cut.heightPx && !(someValid && someNot); row++) {
    const at = (cut.bufferRow + row) * cut.levelWidthPx + cut.colOff;
    const pixels = cut.valid.subarray(at, at + tileWidth(cut));
    if (!someNot && pixels.indexOf(0) !== -1) someNot = true;
    if (!someValid && pixels.indexOf(1) !== -1) someValid = true;
  }
  return someNot ? (someValid ? "mixed" : "empty") : "full";
}

/** The tile's samples, with the fill value beyond the image's edge and where a pixel is not valid. */
function copyPixels(tile: Samples, cut: TileCut, { bandCount, fillValue }: TileFormat, blank: boolean): void {
  const { tilePx, heightPx, levelWidthPx } = cut;
  const widthPx = tileWidth(cut);
  if (widthPx < tilePx || heightPx < tilePx) tile.fill(fillValue);
  for (let row = 0; row < heightPx; row++) {
    const from = (cut.bufferRow + row) * levelWidthPx + cut.colOff;
    const to = row * tilePx * bandCount;
    tile.set(cut.data.subarray(from * bandCount, (from + widthPx) * bandCount), to);
    if (!blank) continue;
    const valid = cut.valid.subarray(from, from + widthPx);
    for (let col = valid.indexOf(0); col !== -1; ) {
      const next = valid.indexOf(1, col);
      const end = next === -1 ? widthPx : next;
      tile.fill(fillValue, to + col * bandCount, to + end * bandCount);
      col = next === -1 ? -1 : valid.indexOf(0, end);
    }
  }
}

async function encodeLossy(
  tile: Samples,
  tilePx: number,
  bandCount: number,
  codec: Exclude<TileCodec, { kind: "deflate" }>,
): Promise<Uint8Array> {
  if (!(tile instanceof Uint8Array) || (bandCount !== 1 && bandCount !== 3))
    throw new RangeError("JPEG and WebP take 8-bit images of one or three bands");
  // Loaded where it is needed only: threads that deflate start sooner without it.
  const { default: sharp } = await import("sharp");
  const pixels = sharp(tile, { raw: { width: tilePx, height: tilePx, channels: bandCount } });
  const { quality } = codec;
  if (codec.kind === "webp") return new Uint8Array(await pixels.webp({ quality }).toBuffer());
  // Grey has to stay grey: three bands would not be what the directory says.
  const coloured = bandCount === 1 ? pixels.toColourspace("b-w") : pixels;
  return new Uint8Array(await coloured.jpeg({ quality, chromaSubsampling: "4:2:0", optimiseCoding: true }).toBuffer());
}

/** Bits of a mask tile, most significant first, rows padded to whole bytes. */
function packBits(cut: TileCut): Uint8Array {
  const rowBytes = Math.ceil(cut.tilePx / 8);
  const packed = new Uint8Array(rowBytes * cut.tilePx);
  const widthPx = tileWidth(cut);
  for (let row = 0; row < cut.heightPx; row++) {
    const at = (cut.bufferRow + row) * cut.levelWidthPx + cut.colOff;
    for (let col = 0; col < widthPx; col++) {
      if (cut.valid[at + col] === 1) {
        const byte = row * rowBytes + (col >> 3);
        packed[byte] = (packed[byte] ?? 0) | (128 >> (col & 7));
      }
    }
  }
  return packed;
}
