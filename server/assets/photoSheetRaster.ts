import { closeSync, openSync, readSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { pixelGrid } from "@reefline/geo/pixelCrs";
import { newSamples } from "@reefline/raster/decode/newSamples";
import type { Raster } from "@reefline/raster/raster";
import type { Window } from "@reefline/schema/grid";
import type { PhotoDecoder } from "./photoDecoder.ts";
import type { PhotoPixels } from "./photoFacts.ts";

/** A photo on its way onto the sheet. */
export interface SheetPhoto extends Window {
  readonly name: string;
  readonly path: string;
}

export interface PhotoSheet {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly photos: readonly SheetPhoto[];
  readonly pixels: PhotoPixels;
}

const blockPx = 512;

/**
 * A sheet of photos as one raster, to be read from top to bottom: a photo is decoded to a file in `folder` when its first row is asked for
 * and deleted once two windows have begun below it, so that no more is held than the photos side by side.
 */
export function photoSheetRaster(sheet: PhotoSheet, folder: string, decoder: PhotoDecoder): Raster {
  const { bandCount, sampleType, withAlpha } = sheet.pixels;
  const stored = bandCount + (withAlpha ? 1 : 0);
  const bytesPerSample = sampleType === "uint16" ? 2 : 1;
  const opened = new Map<SheetPhoto, Promise<{ file: number; path: string }>>();
  let rowBefore = 0;

  const openPhoto = (photo: SheetPhoto) => {
    const known = opened.get(photo);
    if (known) return known;
    const decode = async () => {
      await mkdir(folder, { recursive: true });
      const path = join(folder, `photo-${photo.colOff}-${photo.rowOff}.raw`);
      await decoder.decode(photo.path, sheet.pixels, path);
      return { file: openSync(path, "r"), path };
    };
    const opening = decode();
    opened.set(photo, opening);
    return opening;
  };
  const closePhoto = async (photo: SheetPhoto) => {
    const opening = opened.get(photo);
    opened.delete(photo);
    const ready = await opening?.catch(() => null);
    if (!ready) return;
    closeSync(ready.file);
    await rm(ready.path, { force: true });
  };

  return {
    grid: pixelGrid(sheet.widthPx, sheet.heightPx),
    sampleType,
    bandNames: bandCount === 1 ? ["grey"] : ["red", "green", "blue"],
    maskKind: "internal",
    nodata: null,
    levels: [{ widthPx: sheet.widthPx, heightPx: sheet.heightPx, blockWidthPx: blockPx, blockHeightPx: blockPx }],
    async read(window, { bands, signal } = {}) {
      const wanted = bands ?? Array.from({ length: bandCount }, (_, band) => band);
      const data = newSamples(sampleType, window.widthPx * window.heightPx * wanted.length);
      const valid = new Uint8Array(window.widthPx * window.heightPx);
      // The window before may still be read.
      const done = [...opened.keys()].filter((photo) => photo.rowOff + photo.heightPx <= rowBefore);
      rowBefore = window.rowOff;
      for (const photo of done) await closePhoto(photo);
      for (const photo of sheet.photos) {
        const left = Math.max(window.colOff, photo.colOff);
        const top = Math.max(window.rowOff, photo.rowOff);
        const right = Math.min(window.colOff + window.widthPx, photo.colOff + photo.widthPx);
        const bottom = Math.min(window.rowOff + window.heightPx, photo.rowOff + photo.heightPx);
        if (right <= left || bottom <= top) continue;
        signal?.throwIfAborted();
        const { file } = await openPhoto(photo);
        const samples = newSamples(sampleType, (right - left) * stored);
        const bytes = new Uint8Array(samples.buffer);
        for (let row = top; row < bottom; row++) {
          const at = ((row - photo.rowOff) * photo.widthPx + (left - photo.colOff)) * stored * bytesPerSample;
          readSync(file, bytes, 0, bytes.length, at);
          let target = (row - window.rowOff) * window.widthPx + (left - window.colOff);
          for (let source = 0; source < samples.length; source += stored, target++) {
            if (withAlpha && samples[source + bandCount] === 0) continue;
            valid[target] = 1;
            for (let i = 0; i < wanted.length; i++) data[target * wanted.length + i] = samples[source + (wanted[i] ?? 0)] ?? 0;
          }
        }
      }
      return {
        layout: "pixel-interleaved",
        sampleType,
        bandCount: wanted.length,
        widthPx: window.widthPx,
        heightPx: window.heightPx,
        data,
        valid,
      };
    },
    async close() {
      for (const photo of [...opened.keys()]) await closePhoto(photo);
    },
  };
}
