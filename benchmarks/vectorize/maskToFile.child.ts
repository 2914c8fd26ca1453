/**
 * From a mask to a FlatGeobuf file, a process each time so that starting counts; ends with one line of JSON:
 *
 *   file MASK.tif OUT.fgb          as gdal_polygonize does it: one polygon for each region of 1, in the raster's CRS, with DN
 *   memory MASK.bin SIZE OUT.fgb   the same from bytes in memory; seconds without starting and reading them
 *   made SIZE OUT.fgb              the same from a mask made row by row; seconds without making it
 */
import { readFile } from "node:fs/promises";
import process from "node:process";
import type { Grid } from "@reefline/schema/grid";
import type { ByteSource } from "@reefline/vectorize/byteSource";
import { outlineMaskFile, writeMaskOutlines } from "../../server/services/exports/outlineMaskFile.ts";
import { BlobMask } from "./blobMask.ts";

const [source, ...words] = process.argv.slice(2);
const [first = "", second = "", third = ""] = words;
if (source === "file") await fileToFile(first, second);
else if (source === "memory") await memoryToFile(first, Number(second), third);
else await madeToFile(Number(first), second);

function report(seconds: number, polygons: number): void {
  process.stdout.write(`${JSON.stringify({ seconds, polygons, peakMb: process.resourceUsage().maxRSS / 1024 })}\n`);
}

async function fileToFile(file: string, out: string): Promise<void> {
  report(0, (await outlineMaskFile(file, out)).regionCount);
}

function madeGrid(sizePx: number): Grid {
  const crs = {
    epsg: 32618,
    proj4: "+proj=utm +zone=18 +datum=WGS84 +units=m +no_defs",
    kind: "projected",
    metersPerUnit: 1,
    name: "",
  } as const;
  return { crs, transform: [0.05, 0, 352_000, 0, -0.05, 3_841_000], widthPx: sizePx, heightPx: sizePx };
}

async function memoryToFile(file: string, sizePx: number, out: string): Promise<void> {
  const bytes = await readFile(file);
  const mask: ByteSource = {
    grid: madeGrid(sizePx),
    read: async ({ rowOff, heightPx }) => ({ data: new Uint8Array(bytes.buffer, bytes.byteOffset + rowOff * sizePx, heightPx * sizePx) }),
  };
  const started = performance.now();
  const { regionCount } = await writeMaskOutlines(mask, out);
  report((performance.now() - started) / 1000, regionCount);
}

async function madeToFile(sizePx: number, out: string): Promise<void> {
  const started = performance.now();
  const blobs = new BlobMask(sizePx);
  let making = 0;
  const mask: ByteSource = {
    grid: madeGrid(sizePx),
    read: async ({ rowOff, heightPx }) => {
      const before = performance.now();
      const data = new Uint8Array(sizePx * heightPx);
      for (let row = 0; row < heightPx; row++) blobs.fillRow(rowOff + row, data, row * sizePx);
      making += performance.now() - before;
      return { data };
    },
  };
  const { regionCount } = await writeMaskOutlines(mask, out);
  report((performance.now() - started - making) / 1000, regionCount);
}
