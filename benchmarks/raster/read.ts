/** Reading speed beside rasterio, per compression: whole rows, scattered windows, the whole image decimated. */
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { gridGsdMeters, rescaleGrid } from "@reefline/geo/grid";
import type { Raster } from "@reefline/raster/raster";
import { readScaled } from "@reefline/raster/resample/readScaled";
import { BlockCache } from "@reefline/raster/tiff/blockCache";
import { openGeoTiffFile } from "@reefline/raster/tiff/geotiffFile";
import type { Window } from "@reefline/schema/grid";
import { defaultLimits } from "@reefline/schema/limits";
import { z } from "zod";
import { median, pairedRatio } from "../pairedRatio.ts";

const rowsPx = 512;
const factor = 7;
const answerSchema = z.object({ seconds: z.number().optional(), paths: z.record(z.string(), z.string()).optional() });
type Answer = z.infer<typeof answerSchema>;

interface Task {
  readonly name: string;
  readonly request: object;
  /** Pixels of full resolution that it covers. */
  readonly pixels: number;
  readonly ours: (raster: Raster) => Promise<void>;
}

/**
 * Prints megapixels per second of ours and rasterio's and the ratio of their times, in turns.
 * @param python one that has rasterio, see peerPython.ts
 * @param path an 8-bit RGB GeoTIFF, of which at most 4096 × 4096 px are used
 * @param peerPath the script that answers for rasterio, benchmarks/raster/readPeer.py
 */
export async function benchReading(python: string, path: string, peerPath: string, rounds = 7): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "reefline-bench-read-"));
  const peer = startPeer(python, peerPath);
  try {
    const { paths = {} } = await peer.ask({ task: "copies", path, folder });
    process.stdout.write(
      `${"Reading, no block in memory".padEnd(30)} ${"ours".padStart(8)} ${"rasterio".padStart(9)}  Mpx/s   time, ours / rasterio (95 %)\n`,
    );
    for (const [codec, copy] of Object.entries(paths)) {
      const raster = await openGeoTiffFile(copy);
      const tasks = tasksFor(raster);
      await raster.close();
      for (const task of tasks) {
        const ours: number[] = [];
        const theirs: number[] = [];
        for (let round = -1; round < rounds; round++) {
          const mine = await timeOurs(copy, task);
          const { seconds = Number.NaN } = await peer.ask({ ...task.request, path: copy });
          // The first round warms up.
          if (round < 0) continue;
          ours.push(mine);
          theirs.push(seconds);
        }
        const { ratio, low, high } = pairedRatio(ours, theirs);
        const speed = (times: number[]) => (task.pixels / 1e6 / median(times)).toFixed(0);
        process.stdout.write(
          `${`${codec}, ${task.name}`.padEnd(30)} ${speed(ours).padStart(8)} ${speed(theirs).padStart(9)}          ${ratio.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})\n`,
        );
      }
    }
  } finally {
    peer.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function tasksFor({ grid }: Raster): Task[] {
  const { widthPx, heightPx } = grid;
  const sizePx = Math.min(512, widthPx, heightPx);
  // Coprime steps: spread over the image, never at a block's corner.
  const windows: Window[] = Array.from({ length: 32 }, (_, i) => ({
    colOff: (i * 1361 + 77) % (widthPx - sizePx + 1),
    rowOff: (i * 827 + 131) % (heightPx - sizePx + 1),
    widthPx: sizePx,
    heightPx: sizePx,
  }));
  const coarse = rescaleGrid(grid, gridGsdMeters(grid) * factor);
  return [
    {
      name: "rows",
      request: { task: "rows", rowsPx },
      pixels: widthPx * heightPx,
      ours: async (raster) => {
        for (let rowOff = 0; rowOff < heightPx; rowOff += rowsPx) {
          await raster.read({ colOff: 0, rowOff, widthPx, heightPx: Math.min(rowsPx, heightPx - rowOff) });
        }
      },
    },
    {
      name: "windows of 512",
      request: { task: "windows", windows },
      pixels: windows.length * sizePx * sizePx,
      ours: async (raster) => {
        for (const window of windows) await raster.read(window);
      },
    },
    {
      name: `whole, 1 / ${factor}`,
      request: { task: "decimated", factor },
      pixels: widthPx * heightPx,
      ours: async (raster) => {
        await readScaled(raster, coarse, { colOff: 0, rowOff: 0, widthPx: coarse.widthPx, heightPx: coarse.heightPx });
      },
    },
  ];
}

async function timeOurs(path: string, task: Task): Promise<number> {
  const started = performance.now();
  const raster = await openGeoTiffFile(path, defaultLimits, new BlockCache(defaultLimits.blockCacheBytes));
  try {
    await task.ours(raster);
  } finally {
    await raster.close();
  }
  return (performance.now() - started) / 1000;
}

function startPeer(python: string, script: string) {
  const child = spawn(python, [script], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    ask: async (request: object): Promise<Answer> => {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error("rasterio's side of the benchmark ended early; its message stands above.");
      return answerSchema.parse(JSON.parse(String(value)));
    },
    stop: () => child.stdin.end(),
  };
}
