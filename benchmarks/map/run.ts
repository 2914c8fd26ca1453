/**
 * How smooth the map stays with many polygons: a made survey with 50,000 labels of about 40 corners in our page, beside the same polygons as one
 * plain GeoJSON source and beside the bare map, in a real headless browser (software rendering: compare, do not read the times as a laptop's).
 *
 * npm run bench:map [-- --count N] [--rounds R]
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tileOfLonLat } from "@reefline/geo/mercator";
import type { Survey, SurveyImage } from "@reefline/schema/survey";
import { makeTinySurvey } from "@reefline/test-kit/makeTinySurvey";
import { createTRPCClient, httpLink } from "@trpc/client";
import { z } from "zod";
import type { AppRouter } from "../../server/routers/appRouter.ts";
import { forkSibling } from "../../server/siblings.ts";
import { ensureBrowser } from "../../setup/browser.ts";
import { ensureMapWorker } from "../../setup/mapWorker.ts";
import { ensurePages } from "../../setup/pages.ts";
import { median } from "../pairedRatio.ts";
import { projectRoot, reefline } from "../reeflineCli.ts";
import { percentile } from "../serve/percentile.ts";
import { madeLabels } from "./madeLabels.ts";
import { servePeerPages } from "./peerPages.ts";
import { type MapMeasurement, measurePage } from "./watchedPage.ts";

const numberAfter = (flag: string, otherwise: number) => Number(process.argv[process.argv.indexOf(flag) + 1]) || otherwise;
const count = numberAfter("--count", 50_000);
const rounds = numberAfter("--rounds", 3);
const say = (text: string) => process.stderr.write(`${text}\n`);

const folder = mkdtempSync(join(tmpdir(), "reefline-bench-map-"));
const dataDir = join(folder, "data");
await ensurePages();
ensureMapWorker();
const executablePath = await ensureBrowser();

say("Making the survey.");
const { tif } = await makeTinySurvey({ outDir: folder, widthPx: 3_001, heightPx: 2_503, gsdMeters: 0.12 });
await reefline(dataDir, ["survey", "add", tif, "--name", "Many reefs"]);
const server = forkSibling("server", { env: { REEFLINE_DATA: dataDir, REEFLINE_PORT: "0", NODE_ENV: "production" }, quiet: true });
const listening = z.object({ kind: z.literal("listening"), url: z.string() });
const url = await new Promise<string>((resolve, reject) => {
  server.once("message", (message) => resolve(listening.parse(message).url));
  server.once("exit", () => reject(new Error("The server did not start.")));
});
const api = createTRPCClient<AppRouter>({ links: [httpLink({ url: `${url}/api/trpc` })] });

/** Every tile over the survey from far out to two levels past the fitting view, then a sample of the nearer ones; none twice. */
function tileAddresses({ bounds }: SurveyImage, version: string): { zoom: number; address: string }[] {
  const addresses: { zoom: number; address: string }[] = [];
  for (let zoom = 10; zoom <= 22; zoom++) {
    const from = tileOfLonLat(zoom, bounds.west, bounds.north);
    const to = tileOfLonLat(zoom, bounds.east, bounds.south);
    const all: string[] = [];
    for (let x = from.x; x <= to.x; x++) for (let y = from.y; y <= to.y; y++) all.push(`${zoom}/${x}/${y}`);
    const step = Math.max(1, Math.floor(all.length / 30));
    for (let i = 0; i < all.length; i += step) addresses.push({ zoom, address: `${url}/tiles/features/${version}/${all[i]}.mvt` });
  }
  return addresses;
}

async function main(): Promise<void> {
  const found: Survey[] = await api.surveys.list.query();
  const survey = found[0];
  if (!survey?.image) throw new Error("The survey was not imported.");
  const { image } = survey;
  const labels = madeLabels(image.bounds, count);
  const labelsPath = join(folder, "labels.geojson");
  const text = JSON.stringify({ type: "FeatureCollection", features: labels });
  writeFileSync(labelsPath, text);
  const corners = labels.reduce((sum, { geometry }) => sum + geometry.coordinates.reduce((all, ring) => all + ring.length - 1, 0), 0);
  say(`Importing ${count} labels with ${corners} corners (${(text.length / 1e6).toFixed(0)} MB).`);
  const importStart = performance.now();
  const answer = await fetch(`${url}/imports/labels?surveyId=${survey.id}&fileName=labels.geojson`, { method: "POST", body: text });
  if (!answer.ok) throw new Error(await answer.text());
  const importSeconds = (performance.now() - importStart) / 1_000;

  const { lastEditSeq } = await api.features.open.query({ surveyId: survey.id });
  say("Asking for tiles.");
  const tiles: { zoom: number; ms: number; bytes: number }[] = [];
  let firstMs = 0;
  for (const { zoom, address } of tileAddresses(image, `${survey.id}/label/${lastEditSeq}`)) {
    const startedAt = performance.now();
    const body = await (await fetch(address, { headers: { "accept-encoding": "identity" } })).arrayBuffer();
    const ms = performance.now() - startedAt;
    if (firstMs === 0) firstMs = ms;
    else tiles.push({ zoom, ms, bytes: body.byteLength });
  }

  const peers = await servePeerPages({
    appUrl: url,
    image,
    maxZoom: 20,
    labelsPath,
    maplibreDir: join(projectRoot(), "node_modules/maplibre-gl/dist"),
  });
  const pages = [
    { name: "Reefline (vector tiles)", url: `${url}/surveys/${survey.id}`, outlines: true },
    { name: "plain GeoJSON source", url: `${peers.url}/geojson`, outlines: true },
    { name: "bare map", url: `${peers.url}/bare`, outlines: false },
  ];
  const measured = new Map<string, MapMeasurement[]>(pages.map(({ name }) => [name, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const page of pages) {
      say(`Round ${round} of ${rounds}: ${page.name}.`);
      measured.get(page.name)?.push(await measurePage(executablePath, page.url, page.outlines));
    }
  }
  peers.close();

  const of = (name: string, value: (one: MapMeasurement) => number | null): number[] =>
    (measured.get(name) ?? []).map(value).filter((one): one is number => one !== null);
  const cell = (values: number[], digits: number, scale = 1): string => {
    if (values.length === 0) return "–";
    const shown = values.map((value) => value / scale).sort((a, b) => a - b);
    return `${median(shown).toFixed(digits)} (${(shown[0] ?? 0).toFixed(digits)}–${(shown.at(-1) ?? 0).toFixed(digits)})`;
  };
  const rows: { what: string; digits: number; scale: number; value: (one: MapMeasurement) => number | null }[] = [
    { what: "pan, frame p50 (ms)", digits: 1, scale: 1, value: (one) => percentile(one.frames.pan, 0.5) },
    { what: "pan, frame p95 (ms)", digits: 1, scale: 1, value: (one) => percentile(one.frames.pan, 0.95) },
    { what: "zoom, frame p50 (ms)", digits: 1, scale: 1, value: (one) => percentile(one.frames.zoom, 0.5) },
    { what: "zoom, frame p95 (ms)", digits: 1, scale: 1, value: (one) => percentile(one.frames.zoom, 0.95) },
    { what: "first outlines (s)", digits: 1, scale: 1_000, value: (one) => one.firstOutlinesMs },
    { what: "transferred (MB)", digits: 1, scale: 1e6, value: (one) => one.transferredBytes },
    { what: "JS heap of the page (MB)", digits: 0, scale: 1e6, value: (one) => one.heapBytes },
    { what: "memory of page and workers (MB)", digits: 0, scale: 1e6, value: (one) => one.residentBytes },
  ];
  const [ours, plain, bare] = pages.map(({ name }) => name);
  const lines = [
    `| ${count} polygons, ${(corners / count).toFixed(0)} corners each; median (least–most) of ${rounds} | ${pages.map(({ name }) => name).join(" | ")} | ours ÷ plain | ours ÷ bare |`,
    "|---|---:|---:|---:|---:|---:|",
    ...rows.map(({ what, digits, scale, value }) => {
      const values = pages.map(({ name }) => of(name, value));
      const ratio = (other: string | undefined) => {
        const [a, b] = [of(ours ?? "", value), of(other ?? "", value)];
        return a.length > 0 && b.length > 0 ? (median(a) / median(b)).toFixed(2) : "–";
      };
      return `| ${what} | ${values.map((all) => cell(all, digits, scale)).join(" | ")} | ${ratio(plain)} | ${ratio(bare)} |`;
    }),
    "",
    `Import of the labels: ${importSeconds.toFixed(1)} s. First tile (waits until everything is in memory): ${firstMs.toFixed(0)} ms.`,
    `Tiles from zoom 10 to 22, ${tiles.length} distinct, each the first of its kind: p50 ${percentile(
      tiles.map(({ ms }) => ms),
      0.5,
    ).toFixed(1)} ms, p95 ${percentile(
      tiles.map(({ ms }) => ms),
      0.95,
    ).toFixed(
      1,
    )} ms, most ${Math.max(...tiles.map(({ ms }) => ms)).toFixed(0)} ms; largest ${(Math.max(...tiles.map(({ bytes }) => bytes)) / 1_024).toFixed(0)} KB before compression.`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

try {
  await main();
} finally {
  server.kill();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
// Browsers' sockets would keep it waiting.
process.exit();
