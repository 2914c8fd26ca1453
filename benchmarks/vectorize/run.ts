/**
 * Polygons from a mask of blobs beside gdal_polygonize, rasterio.features.shapes and d3-contour:
 *
 *   npm run bench:vectorize -- [--size 10000] [--rounds 5] [--python PATH]
 *
 * Traced in memory; from the mask in memory to a FlatGeobuf file; and from the same GeoTIFF to the same file as whole programs, start and
 * decoding included; turn by turn, a process each. The files hold the same: one polygon for each 4-connected region of 1 along pixel edges
 * in the raster's CRS, and DN; polygons, holes and area of both are printed. gdal_polygonize is taken with its defaults when the system has
 * it, from a mask whose 0 is nodata, and from one without, where it outlines the background as well. rasterio and pyogrio come by pip, once,
 * into the user's cache folder. d3-contour is asked once, since it takes minutes beyond 10,000². Above 20,000² only our own way runs, on a
 * mask that is never held whole.
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, open, rm } from "node:fs/promises";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { traceMask } from "@reefline/vectorize/traceMask";
import { contours } from "d3-contour";
import { z } from "zod";
import { median, pairedRatio } from "../pairedRatio.ts";
import { peerPython } from "../peerPython.ts";
import { projectRoot } from "../reeflineCli.ts";
import { BlobMask } from "./blobMask.ts";

const { values } = parseArgs({
  options: {
    size: { type: "string", default: "10000" },
    rounds: { type: "string", default: "5" },
    python: { type: "string" },
  },
});
const sizePx = Number(values.size);
const rounds = Number(values.rounds);
if (!(sizePx >= 500 && rounds >= 1)) throw new Error("--size is at least 500, --rounds at least 1.");
const largestHeldWhole = 20_000;
const maskToFile = fileURLToPath(new URL("./maskToFile.child.js", import.meta.url));

const resultSchema = z.object({ seconds: z.number(), polygons: z.number(), peakMb: z.number() });
type Result = z.infer<typeof resultSchema>;

await measure();

/** Runs a program and takes the line of JSON it ends with; the whole program's seconds where it does not say its own. */
async function run(command: string, args: readonly string[]): Promise<Result> {
  const started = performance.now();
  const child = spawn(command, args, { stdio: ["ignore", "pipe", 2] });
  let text = "";
  child.stdout?.on("data", (piece: Buffer) => {
    text += piece.toString();
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}.`);
  const result = resultSchema.parse(JSON.parse(text.trim().split("\n").at(-1) ?? ""));
  return result.seconds > 0 ? result : { ...result, seconds: (performance.now() - started) / 1000 };
}

function self(...words: string[]): Promise<Result> {
  return run(process.execPath, [maskToFile, ...words]);
}

async function measure(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "reefline-bench-vectorize-"));
  try {
    if (sizePx > largestHeldWhole) await measureStreamed(folder);
    else await measureBesidePeers(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureStreamed(folder: string): Promise<void> {
  const blobs = new BlobMask(sizePx);
  const { seconds, polygons, peakMb } = await self("made", String(sizePx), join(folder, "ours.fgb"));
  process.stdout.write(
    `${sizePx} × ${sizePx} px made row by row, ${blobs.blobCount} blobs, ${blobs.holeCount} holes → FlatGeobuf: ${polygons} polygons, ` +
      `${seconds.toFixed(1)} s (making the mask left out), peak memory ${peakMb.toFixed(0)} MB\n`,
  );
}

interface Contender {
  readonly name: string;
  readonly seconds: number[];
  peakMb: number;
  polygons: number;
  readonly once: () => Promise<Result>;
}

function contender(name: string, once: () => Promise<Result>): Contender {
  return { name, seconds: [], peakMb: 0, polygons: 0, once };
}

async function takeTurns(contenders: readonly Contender[], turns: number): Promise<void> {
  for (let round = 0; round < turns; round++)
    for (const each of contenders) {
      const { seconds, peakMb, polygons } = await each.once();
      each.seconds.push(seconds);
      each.peakMb = Math.max(each.peakMb, peakMb);
      each.polygons = polygons || each.polygons;
    }
}

function print(title: string, [ours, ...peers]: readonly Contender[]): void {
  if (!ours) return;
  process.stdout.write(`\n${title.padEnd(46)}  median s   slowest  polygons  peak MB   as long as ours (95 %)\n`);
  for (const each of [ours, ...peers]) {
    const { ratio, low, high } = pairedRatio(each.seconds, ours.seconds);
    const spread = each.seconds.length > 1 ? ` (${low.toFixed(1)} – ${high.toFixed(1)})` : " (one run)";
    process.stdout.write(
      `${each.name.padEnd(46)}${median(each.seconds).toFixed(2).padStart(10)}${Math.max(...each.seconds)
        .toFixed(2)
        .padStart(10)}` +
        `${(each.polygons || "").toString().padStart(10)}${(each.peakMb ? each.peakMb.toFixed(0) : "").padStart(9)}   ` +
        `${each === ours ? "1" : `${ratio.toFixed(1)} ×${spread}`}\n`,
    );
  }
}

async function measureBesidePeers(folder: string): Promise<void> {
  const python = values.python ?? (await peerPython(["rasterio==1.4.4", "pyogrio==0.13.0", "shapely==2.1.2", "numpy"]));
  const script = join(projectRoot(), "benchmarks/vectorize/peers.py");
  const peer = (...args: string[]): Promise<Result> => run(python, [script, ...args]);
  const blobs = new BlobMask(sizePx);
  const mask = new Uint8Array(sizePx * sizePx);
  for (let row = 0; row < sizePx; row++) blobs.fillRow(row, mask, row * sizePx);
  const [raw, tif] = [join(folder, "mask.bin"), join(folder, "mask.tif")];
  const file = await open(raw, "w");
  await file.writeFile(mask);
  await file.close();
  // As predicted masks are: what is not reef is nodata, so that gdal_polygonize leaves it out too.
  await peer("store", raw, String(sizePx), tif, "0");
  const unmasked = join(folder, "unmasked.tif");
  await peer("store", raw, String(sizePx), unmasked);
  process.stdout.write(
    `${sizePx} × ${sizePx} px, ${blobs.blobCount} blobs, ${blobs.holeCount} holes, ${rounds} rounds, load ${(loadavg()[0] ?? 0).toFixed(1)} on ${cpus().length} cores\n`,
  );

  traceMask(mask.subarray(0, sizePx * Math.min(sizePx, 1000)), sizePx, Math.min(sizePx, 1000));
  const tracing = [
    contender("Reefline, trace", async () => {
      const started = performance.now();
      const polygons = traceMask(mask, sizePx, sizePx).length;
      return { seconds: (performance.now() - started) / 1000, polygons, peakMb: 0 };
    }),
    contender("rasterio.features.shapes", () => peer("shapes", raw, String(sizePx))),
  ];
  await takeTurns(tracing, rounds);
  const d3 = contender("d3-contour (smooth off)", async () => {
    const started = performance.now();
    const [found] = contours().size([sizePx, sizePx]).smooth(false).thresholds([1])(mask as unknown as number[]);
    return { seconds: (performance.now() - started) / 1000, polygons: found?.coordinates.length ?? 0, peakMb: 0 };
  });
  await takeTurns([d3], 1);
  print("Mask in memory → polygons in memory", [...tracing, d3]);

  const outs = { ours: join(folder, "ours.fgb"), shapes: join(folder, "shapes.fgb"), gdal: join(folder, "gdal.fgb") };
  const hasGdal = spawnSync("gdal_polygonize.py", ["--help"], { stdio: "ignore" }).error === undefined;
  const gdalVersion = hasGdal ? spawnSync("gdalinfo", ["--version"], { encoding: "utf8" }).stdout?.split(",")[0] : null;
  const inOsgeo = hasGdal && spawnSync("python3", ["-c", "from osgeo import gdal, ogr"], { stdio: "ignore" }).status === 0;
  const systemPython = inOsgeo
    ? "python3"
    : spawnSync("/usr/bin/python3", ["-c", "from osgeo import gdal, ogr"], { stdio: "ignore" }).status === 0
      ? "/usr/bin/python3"
      : null;
  const memory = [
    contender("Reefline", () => self("memory", raw, String(sizePx), outs.ours)),
    ...(systemPython
      ? [
          contender(`gdal.Polygonize (${gdalVersion ?? "GDAL"})`, () =>
            run(systemPython, [script, "gdal-memory", raw, String(sizePx), outs.gdal]),
          ),
        ]
      : []),
    contender("rasterio.features.shapes + pyogrio", () => peer("shapes-memory", raw, String(sizePx), outs.shapes)),
  ];
  await takeTurns(memory, rounds);
  print("Mask in memory → FlatGeobuf", memory);
  // Each is started by the same small program, which takes the time: to start one from here, where the mask is in memory, takes longer.
  const program = (...command: string[]): Promise<Result> => peer("program", ...command);
  const gdal = async (from: string): Promise<Result> => {
    await rm(outs.gdal, { force: true });
    return program("gdal_polygonize.py", "-q", from, "-f", "FlatGeobuf", outs.gdal, "mask", "DN");
  };
  const files = [
    contender("Reefline", () => program(process.execPath, maskToFile, "file", tif, outs.ours)),
    contender("Reefline, file without nodata", () => program(process.execPath, maskToFile, "file", unmasked, outs.ours)),
    ...(hasGdal
      ? [
          contender("  gdal_polygonize.py, background outlined too", () => gdal(unmasked)),
          contender(`gdal_polygonize.py (${gdalVersion ?? "GDAL"})`, () => gdal(tif)),
        ]
      : []),
    contender("rasterio.features.shapes + pyogrio", () => program(python, script, "shapes-file", tif, outs.shapes)),
  ];
  await takeTurns(files, rounds);
  print("GeoTIFF → FlatGeobuf, whole programs", files);
  if (!hasGdal)
    process.stdout.write(
      "gdal_polygonize.py is not on this machine (Debian: gdal-bin, python3-gdal); rasterio calls the same GDAL function.\n",
    );
  for (const out of [outs.ours, hasGdal ? outs.gdal : outs.shapes])
    process.stdout.write(
      `${out === outs.ours ? "ours" : "theirs"}: ${spawnSync(python, [script, "count", out], { encoding: "utf8" }).stdout}`,
    );
}
