/**
 * Map tiles as WebP beside TiTiler: two threads here, two worker processes there, the same cloud-optimised GeoTIFF, the same distinct tiles, caches
 * of decoded blocks off on both sides, one side after the other in turns. Goal: ≥ 3 × the requests per second at 1, 10 and 50 at once; ≤ 10 ms at
 * the median for tiles whose blocks are in memory.
 *
 * npm run bench:tiles [-- --repeats N] [--image PATH]   --image: of a GeoTIFF of your own instead of the synthetic survey
 */
import { spawn } from "node:child_process";
import { mkdtempSync, openAsBlob, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tileOfLonLat } from "@reefline/geo/mercator";
import type { Survey, SurveyImage } from "@reefline/schema/survey";
import { makeDemoSurvey } from "@reefline/test-kit/makeSurvey";
import { createTRPCClient, httpLink } from "@trpc/client";
import { z } from "zod";
import type { AppRouter } from "../../server/routers/appRouter.ts";
import { forkSibling } from "../../server/siblings.ts";
import { median, pairedRatio } from "../pairedRatio.ts";
import { peerPython } from "../peerPython.ts";
import { percentile } from "../serve/percentile.ts";

const repeats = Math.max(2, Number(process.argv[process.argv.indexOf("--repeats") + 1]) || 3);
const imageAt = process.argv.indexOf("--image");
const ownImage = imageAt < 0 ? null : (process.argv[imageAt + 1] ?? null);
const surveyPx = 4_096;
const tilesPerTurn = 150;
const peerPackages = ["titiler.application==0.22.4", "uvicorn==0.34.3"];
const say = (text: string) => process.stderr.write(`${text}\n`);

const folder = mkdtempSync(join(tmpdir(), "reefline-bench-tiles-"));
const dataDir = join(folder, "data");
const listening = z.object({ kind: z.literal("listening"), url: z.string() });

async function startReefline(extra: Record<string, string>): Promise<{ url: string; end: () => Promise<void> }> {
  const env = { REEFLINE_DATA: dataDir, REEFLINE_PORT: "0", REEFLINE_TILE_THREADS: "2", NODE_ENV: "production", ...extra };
  const child = forkSibling("server", { env, quiet: true });
  const url = await new Promise<string>((resolve, reject) => {
    child.once("message", (message) => resolve(listening.parse(message).url));
    child.once("exit", () => reject(new Error("The server did not start.")));
  });
  return { url, end: () => ended(child) };
}

function ended(child: {
  exitCode: number | null;
  once(event: "exit", then: () => void): unknown;
  kill(signal: "SIGTERM"): boolean;
}): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) return resolve();
    child.once("exit", resolve);
    child.kill("SIGTERM");
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => (address && typeof address === "object" ? resolve(address.port) : reject(new Error("No free port."))));
    });
  });
}

async function startTitiler(): Promise<{ url: string; end: () => Promise<void> }> {
  const python = await peerPython(peerPackages);
  const port = await freePort();
  const env = { ...process.env, GDAL_CACHEMAX: "0", VSI_CACHE: "FALSE", GDAL_DISABLE_READDIR_ON_OPEN: "EMPTY_DIR" };
  const args = ["-m", "uvicorn", "titiler.application.main:app", "--workers", "2", "--host", "127.0.0.1", "--port", String(port)];
  const child = spawn(python, [...args, "--log-level", "error"], { env, stdio: ["ignore", "ignore", 2] });
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; ; tries++) {
    if (
      await fetch(`${url}/healthz`).then(
        (answer) => answer.ok,
        () => false,
      )
    )
      return { url, end: () => ended(child) };
    if (tries > 240 || child.exitCode !== null) throw new Error("TiTiler did not start.");
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

interface Place {
  readonly z: number;
  readonly x: number;
  readonly y: number;
}

/** Tiles well inside the image, since TiTiler refuses those beside it; from far out to its own pixels; none twice. */
function distinctTiles({ bounds }: SurveyImage): Place[] {
  const found = new Map<string, Place>();
  for (let at = 0; at < 40_000; at++) {
    const zoom = 18 + (at % 5);
    const { x, y } = tileOfLonLat(
      zoom,
      bounds.west + (0.15 + 0.7 * ((at * 0.618034) % 1)) * (bounds.east - bounds.west),
      bounds.south + (0.15 + 0.7 * ((at * 0.754878) % 1)) * (bounds.north - bounds.south),
    );
    found.set(`${zoom}/${x}/${y}`, { z: zoom, x, y });
  }
  return [...found.values()];
}

async function ask(addresses: readonly string[], atOnce: number): Promise<{ perSecond: number; times: number[] }> {
  const times: number[] = [];
  let next = 0;
  const startedAt = performance.now();
  const lane = async () => {
    for (let address = addresses[next++]; address !== undefined; address = addresses[next++]) {
      const askedAt = performance.now();
      const answer = await fetch(address);
      await answer.arrayBuffer();
      if (answer.status !== 200 && answer.status !== 204) throw new Error(`${address} answered ${answer.status}`);
      times.push(performance.now() - askedAt);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return { perSecond: (times.length / (performance.now() - startedAt)) * 1000, times };
}

const ends: (() => Promise<void>)[] = [];
try {
  if (!ownImage) say(`Making a survey of ${surveyPx} × ${surveyPx} px`);
  const tif = ownImage ?? (await makeDemoSurvey({ outDir: join(folder, "survey"), sizePx: surveyPx, seed: 5 })).tif;
  const first = await startReefline({});
  const worker = forkSibling("worker", { env: { REEFLINE_DATA: dataDir }, quiet: true });
  const blob = await openAsBlob(tif);
  const created = await fetch(`${first.url}/uploads`, {
    method: "POST",
    headers: {
      "Tus-Resumable": "1.0.0",
      "Upload-Length": String(blob.size),
      "Upload-Metadata": `filename ${Buffer.from("bench.tif").toString("base64")},surveyName ${Buffer.from("bench").toString("base64")}`,
    },
  });
  await fetch(new URL(created.headers.get("location") ?? "", first.url), {
    method: "PATCH",
    headers: { "Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream" },
    body: blob,
  });
  const api = createTRPCClient<AppRouter>({ links: [httpLink({ url: `${first.url}/api/trpc` })] });
  let survey: (Survey & { image: SurveyImage }) | undefined;
  while (!survey) {
    survey = (await api.surveys.list.query()).find((one): one is Survey & { image: SurveyImage } => one.image !== null);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  await ended(worker);
  const { image } = survey;
  const ours = (url: string) => (tile: Place) =>
    `${url}/tiles/imagery/${image.assetId}/${image.version}/${tile.z}/${tile.x}/${tile.y}.webp`;
  const tiles = distinctTiles(image);

  const warmTiles = tiles.slice(0, 60).map(ours(first.url));
  await ask(warmTiles, 4);
  const warm = (await ask([...warmTiles, ...warmTiles], 1)).times;
  await first.end();

  const reefline = await startReefline({ REEFLINE_LIMIT_BLOCK_CACHE_BYTES: "0" });
  ends.push(reefline.end);
  const titiler = await startTitiler();
  ends.push(titiler.end);
  const cog = encodeURIComponent(join(dataDir, "assets", image.assetId, "cog.tif"));
  const theirs = ({ z: zoom, x, y }: Place) => `${titiler.url}/cog/tiles/WebMercatorQuad/${zoom}/${x}/${y}.webp?url=${cog}`;
  await Promise.all([ask(tiles.slice(-20).map(ours(reefline.url)), 2), ask(tiles.slice(-20).map(theirs), 4)]);

  process.stdout.write(
    `${"at once".padEnd(10)}${["Reefline /s", "p50", "p95", "TiTiler /s", "p50", "p95"].map((name) => name.padStart(12)).join("")}   ratio\n`,
  );
  let from = 0;
  for (const atOnce of [1, 10, 50]) {
    const sides = { ours: { rates: [] as number[], times: [] as number[] }, theirs: { rates: [] as number[], times: [] as number[] } };
    for (let repeat = 0; repeat < repeats; repeat++) {
      const turn = Array.from({ length: tilesPerTurn }, (_, i) => tiles[(from + i) % tiles.length]).flatMap((tile) => tile ?? []);
      from += tilesPerTurn;
      for (const [side, address] of [
        [sides.ours, ours(reefline.url)],
        [sides.theirs, theirs],
      ] as const) {
        const { perSecond, times } = await ask(turn.map(address), atOnce);
        side.rates.push(perSecond);
        side.times.push(...times);
      }
    }
    const { ratio, low, high } = pairedRatio(sides.ours.rates, sides.theirs.rates);
    const cells = [sides.ours, sides.theirs].flatMap(({ rates, times }) => [
      median(rates).toFixed(1),
      `${percentile(times, 0.5).toFixed(1)} ms`,
      `${percentile(times, 0.95).toFixed(1)} ms`,
    ]);
    const told = `${ratio.toFixed(2)} × (${low.toFixed(2)}–${high.toFixed(2)}) ≥ 3: ${ratio >= 3 ? "yes" : "NO"}`;
    process.stdout.write(`${String(atOnce).padEnd(10)}${cells.map((cell) => cell.padStart(12)).join("")}   ${told}\n`);
  }
  const p50 = percentile(warm, 0.5);
  process.stdout.write(
    `Warm, one at a time: p50 ${p50.toFixed(1)} ms, p95 ${percentile(warm, 0.95).toFixed(1)} ms; ≤ 10 ms: ${p50 <= 10 ? "yes" : "NO"}\n`,
  );
} finally {
  await Promise.all(ends.map((end) => end()));
  rmSync(folder, { recursive: true, force: true });
}
