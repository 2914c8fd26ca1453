/**
 * Whole surveys of growing size through the product: import, the first view of the map, prediction, outlines; with the peak memory of
 * every process. Surveys are the middle of a painted one, repeated and mirrored, stored as photogrammetry programs store them.
 *
 *   npm run bench:survey -- [--px 10000,20000,50000] [--whole 20000] [--rows 3000] [--minutes 1.5]
 *
 * Surveys wider than `--whole` are predicted over their uppermost `--rows` pixels only (two swaths and more); what the whole would take is
 * extrapolated. Each size is made, measured and deleted before the next; the disk it needs is told and looked for first, and all of it is
 * given back however the run ends. The table at the end has one row per size; a size that fails says so there and the next one goes on.
 */
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { tileOfLonLat } from "@reefline/geo/mercator";
import type { SurveyImage } from "@reefline/schema/survey";
import { surveySchema } from "@reefline/schema/survey";
import { makeDemoSurvey } from "@reefline/test-kit/makeSurvey";
import { createTRPCClient, httpLink } from "@trpc/client";
import { z } from "zod";
import type { AppRouter } from "../../server/routers/appRouter.ts";
import { forkSibling } from "../../server/siblings.ts";
import { reefline } from "../reeflineCli.ts";
import { mirroredRows } from "./mirroredRows.ts";
import { watchMemory } from "./peakMemory.ts";
import { writeStripTiff } from "./stripTiff.ts";

const { values } = parseArgs({
  options: {
    px: { type: "string" },
    /** The same by its earlier name. */
    sizes: { type: "string", default: "10000,20000" },
    whole: { type: "string", default: "20000" },
    rows: { type: "string", default: "3000" },
    minutes: { type: "string", default: "1.5" },
  },
});
const gsdMeters = 0.03;
const tilesAtOnce = 6;
const folder = mkdtempSync(join(tmpdir(), "reefline-bench-survey-"));
const dataDir = join(folder, "data");
const say = (text: string) => process.stderr.write(`${text}\n`);
const lines: string[] = [];
const tell = (name: string, value: string): void => {
  lines.push(`  ${name.padEnd(44)}${value}`);
  say(`  ${name}: ${value}`);
};

async function seconds(task: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await task();
  return (performance.now() - startedAt) / 1_000;
}

/** Every tile of a map of 1280 × 800 px around a place. */
function viewTiles(url: string, image: SurveyImage, zoom: number, lon: number, lat: number): string[] {
  const centre = tileOfLonLat(zoom, lon, lat);
  const tiles: string[] = [];
  for (let dy = -2; dy <= 2; dy++) {
    for (let dx = -3; dx <= 3; dx++) {
      tiles.push(`${url}/tiles/imagery/${image.assetId}/${image.version}/${zoom}/${centre.x + dx}/${centre.y + dy}.webp`);
    }
  }
  return tiles;
}

async function fetchAll(addresses: readonly string[]): Promise<void> {
  const waiting = [...addresses];
  const lane = async () => {
    for (let address = waiting.pop(); address; address = waiting.pop()) {
      const answer = await fetch(address);
      if (answer.status !== 200 && answer.status !== 204) throw new Error(`${address} answered ${answer.status}`);
      await answer.arrayBuffer();
    }
  };
  await Promise.all(Array.from({ length: tilesAtOnce }, lane));
}

/** The uppermost rows of a survey, from edge to edge. */
async function upperRows(image: SurveyImage, rows: number): Promise<string> {
  const { west, south, east, north } = image.bounds;
  const bottom = north - ((north - south) * rows) / image.grid.heightPx;
  const ring = [
    [west, bottom],
    [east, bottom],
    [east, north],
    [west, north],
    [west, bottom],
  ];
  const path = join(folder, "area.geojson");
  await writeFile(path, JSON.stringify({ type: "Polygon", coordinates: [ring] }));
  return path;
}

/** Gigabytes of disk that a size needs at most: the source, its parts and the COG being put together of them, the prediction's layers. */
const diskNeedGB = (sizePx: number): number => (sizePx ** 2 * (3 + 2 * 3.2 + 3)) / 1e9 + 1;

async function requireRoom(sizePx: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = (bavail * bsize) / 1e9;
  const need = diskNeedGB(sizePx);
  say(`${sizePx} px need up to ${need.toFixed(0)} GB of disk; ${free.toFixed(0)} GB are free in ${tmpdir()}`);
  if (free < need) throw new Error(`needs ${need.toFixed(0)} GB of disk, ${free.toFixed(0)} GB are free (TMPDIR says where)`);
}

/** What the table at the end says of a size. */
interface Row {
  readonly size: string;
  importMBs?: string;
  firstView?: string;
  predictMpxs?: string;
  outlines?: string;
  peaks?: string;
  failed?: string;
}
const table: Row[] = [];

const env = { REEFLINE_DATA: dataDir, REEFLINE_PORT: "0", TF_CPP_MIN_LOG_LEVEL: "2", NODE_ENV: "production" };
const server = forkSibling("server", { env, quiet: true });
const url = await new Promise<string>((resolve, reject) => {
  server.once("message", (message) => resolve(z.object({ kind: z.literal("listening"), url: z.string() }).parse(message).url));
  server.once("exit", () => reject(new Error("The server did not start.")));
});
const startWorker = () => forkSibling("worker", { env, quiet: true });
let worker = startWorker();
const ended = (child: ChildProcess) =>
  new Promise<void>((resolve) => (child.exitCode === null && child.signalCode === null ? child.once("exit", () => resolve()) : resolve()));
const api = createTRPCClient<AppRouter>({ links: [httpLink({ url: `${url}/api/trpc` })] });
const memory = watchMemory();
/** The painted survey that the large ones are made of. */
let groundPath = "";

try {
  say("Painting ground and training a model on it");
  const painted = await makeDemoSurvey({ outDir: join(folder, "painted"), sizePx: 4_096, seed: 1 });
  groundPath = painted.tif;
  await reefline(dataDir, ["survey", "add", painted.tif, "--name", "painted"]);
  await reefline(dataDir, ["labels", "import", painted.labels, "--survey", "painted"]);
  await reefline(dataDir, ["labels", "import", painted.examined, "--survey", "painted", "--as", "examined"]);
  await reefline(dataDir, ["train", "--survey", "painted", "--model", "bench", "--seed", "1", "--minutes", values.minutes, "--no-check"]);

  for (const sizePx of (values.px ?? values.sizes).split(",").map(Number)) {
    const row: Row = { size: `${sizePx} × ${sizePx}` };
    table.push(row);
    await measure(sizePx, row).catch((error: unknown) => {
      row.failed = error instanceof Error ? error.message : String(error);
      tell("failed", row.failed);
    });
    rmSync(join(folder, "survey.tif"), { force: true });
  }
  process.stdout.write(`${lines.join("\n")}\n\n${tableText(table)}\n`);
} finally {
  memory.stop();
  for (const child of [server, worker]) child.kill("SIGTERM");
  await Promise.all([server, worker].map(ended));
  rmSync(folder, { recursive: true, force: true });
}

async function measure(sizePx: number, row: Row): Promise<void> {
  const name = `${sizePx} px`;
  const megapixels = sizePx ** 2 / 1e6;
  lines.push("", `${sizePx} × ${sizePx} px, ${(megapixels / 1_000).toFixed(2)} gigapixels`);
  await requireRoom(sizePx);
  // A worker of its own, so that no peak is what training or another size left with the process.
  worker.kill("SIGTERM");
  await ended(worker);
  worker = startWorker();
  say(`Making ${name}`);
  const tif = join(folder, "survey.tif");
  await writeStripTiff(tif, { widthPx: sizePx, heightPx: sizePx, gsdMeters }, await mirroredRows(groundPath, sizePx));
  const bytes = statSync(tif).size;

  memory.reset();
  let added: unknown;
  const importSeconds = await seconds(async () => {
    added = await reefline(dataDir, ["survey", "add", tif, "--name", name]);
  });
  rmSync(tif);
  const { id, image } = surveySchema.parse(added);
  if (!image) throw new Error("The import left no image.");
  tell(
    "import",
    `${importSeconds.toFixed(0)} s, ${(bytes / 1e6 / importSeconds).toFixed(0)} MB/s of ${(bytes / 1e9).toFixed(2)} GB; stored ${(image.sizeBytes / 1e9).toFixed(2)} GB`,
  );

  const { west, south, east, north } = image.bounds;
  const [lon, lat] = [(west + east) / 2, (south + north) / 2];
  const fitZoom = Math.floor(Math.log2((800 * 360) / (512 * (east - west)))) + 1;
  const firstView = `${(await seconds(() => fetchAll(viewTiles(url, image, fitZoom, lon, lat)))).toFixed(2)} s`;
  tell("first view, the whole survey (35 tiles)", firstView);
  Object.assign(row, { importMBs: `${(bytes / 1e6 / importSeconds).toFixed(0)} MB/s`, firstView });
  tell("view at full resolution (35 tiles)", `${(await seconds(() => fetchAll(viewTiles(url, image, 22, lon, lat)))).toFixed(2)} s`);
  tell("peak memory, import and tiles, MiB", peaks());
  const highest = memory.peaksMiB();
  const remember = () => {
    for (const [program, peak] of memory.peaksMiB()) highest.set(program, Math.max(peak, highest.get(program) ?? 0));
  };

  memory.reset();
  const isWhole = sizePx <= Number(values.whole);
  const area = isWhole ? [] : ["--area", await upperRows(image, Number(values.rows))];
  const predictSeconds = await seconds(() => reefline(dataDir, ["predict", "--survey", id, "--model", "bench", ...area]));
  const predicted = isWhole ? megapixels : (megapixels * Number(values.rows)) / sizePx;
  const rate = predicted / predictSeconds;
  tell(
    isWhole ? "prediction of all of it" : `prediction of ${values.rows} rows`,
    `${predictSeconds.toFixed(0)} s, ${rate.toFixed(1)} Mpx/s of the survey${isWhole ? "" : `; the whole would take ${(megapixels / rate / 60).toFixed(0)} min`}`,
  );
  tell("peak memory, prediction, MiB", peaks());
  row.predictMpxs = `${rate.toFixed(2)}${isWhole ? "" : ` over ${values.rows} rows: ${(megapixels / rate / 60).toFixed(0)} min for all`}`;
  remember();

  memory.reset();
  let exported: unknown;
  const outlineSeconds = await seconds(async () => {
    exported = await reefline(dataDir, ["export", "--survey", id, "--layer", "prediction", "--out", join(folder, "reefs.geojson")]);
  });
  tell("outlines, written as GeoJSON", `${outlineSeconds.toFixed(1)} s; ${JSON.stringify(exported)}`);
  tell("peak memory, outlines, MiB", peaks());
  row.outlines = `${outlineSeconds.toFixed(1)} s`;
  remember();
  row.peaks = peaksText(highest);
  await api.surveys.remove.mutate({ id });
}

function tableText(rows: readonly Row[]): string {
  const head = ["size, px", "import", "first view", "prediction, Mpx/s", "outlines", "peak memory of each process, MiB"];
  const cells = rows.map(({ size, importMBs, firstView, predictMpxs, outlines, peaks, failed }) => [
    size,
    ...[importMBs, firstView, predictMpxs, outlines].map((cell) => cell ?? "–"),
    failed ? `FAILED: ${failed}` : (peaks ?? "–"),
  ]);
  return [head, head.map(() => "---"), ...cells].map((line) => `| ${line.join(" | ")} |`).join("\n");
}

function peaks(): string {
  return peaksText(memory.peaksMiB());
}

function peaksText(highest: ReadonlyMap<string, number>): string {
  return [...highest]
    .sort((a, b) => b[1] - a[1])
    .map(([program, mebibytes]) => `${program} ${mebibytes.toFixed(0)}`)
    .join(", ");
}
