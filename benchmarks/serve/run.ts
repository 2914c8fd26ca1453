/**
 * How fast the server answers while the worker trains: map tiles (a window's worth at a time, as a map asks) and saves (one after the
 * other, as a person draws), beside the same on an idle worker. Goals: tile p95 ≤ 150 ms, save p95 ≤ 100 ms while training.
 *
 * npm run bench:serve [-- --minutes M]
 */
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tileOfLonLat } from "@reefline/geo/mercator";
import type { Edit } from "@reefline/schema/feature";
import type { Survey, SurveyImage } from "@reefline/schema/survey";
import { makeDemoSurvey } from "@reefline/test-kit/makeSurvey";
import { createTRPCClient, httpLink } from "@trpc/client";
import { z } from "zod";
import type { AppRouter } from "../../server/routers/appRouter.ts";
import { forkSibling } from "../../server/siblings.ts";
import { percentile } from "./percentile.ts";

const minutes = Number(process.argv[process.argv.indexOf("--minutes") + 1]) || 1;
const surveyPx = 3_072;
const tileCount = 400;
const tilesAtOnce = 6;
const saveCount = 150;
const goals = { tile: 150, save: 100 };

const folder = mkdtempSync(join(tmpdir(), "reefline-bench-serve-"));
const env = { REEFLINE_DATA: join(folder, "data"), REEFLINE_PORT: "0", TF_CPP_MIN_LOG_LEVEL: "2", NODE_ENV: "production" };
const say = (text: string) => process.stderr.write(`${text}\n`);

const server = forkSibling("server", { env, quiet: true });
const listening = z.object({ kind: z.literal("listening"), url: z.string() });
const url = await new Promise<string>((resolve, reject) => {
  server.once("message", (message) => resolve(listening.parse(message).url));
  server.once("exit", () => reject(new Error("The server did not start.")));
});
const worker = forkSibling("worker", { env, quiet: true });
const api = createTRPCClient<AppRouter>({ links: [httpLink({ url: `${url}/api/trpc` })] });

async function waitFor<T>(what: string, probe: () => Promise<T | null | undefined | false>): Promise<T> {
  say(what);
  for (;;) {
    const found = await probe();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

async function timed(task: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await task();
  return performance.now() - startedAt;
}

/** Tiles of a map that is moved about at zooms from the whole survey to beyond its own pixels; none is asked for twice. */
function tileAddresses(image: SurveyImage, from: number, count: number): string[] {
  const { west, south, east, north } = image.bounds;
  return Array.from({ length: count }, (_, i) => {
    const at = from + i;
    const zoom = 17 + (at % 6);
    // Golden-ratio steps spread places evenly without repeating.
    const lon = west + ((at * 0.618034) % 1) * (east - west);
    const lat = south + ((at * 0.754878) % 1) * (north - south);
    const { x, y } = tileOfLonLat(zoom, lon, lat);
    return `${url}/tiles/imagery/${image.assetId}/${image.version}/${zoom}/${x}/${y}.webp`;
  });
}

async function measureTiles(image: SurveyImage, from: number): Promise<number[]> {
  const waiting = tileAddresses(image, from, tileCount);
  const times: number[] = [];
  const lane = async () => {
    for (let address = waiting.pop(); address; address = waiting.pop()) {
      const target = address;
      times.push(
        await timed(async () => {
          const answer = await fetch(target);
          if (answer.status !== 200 && answer.status !== 204) throw new Error(`${target} answered ${answer.status}`);
          await answer.arrayBuffer();
        }),
      );
    }
  };
  await Promise.all(Array.from({ length: tilesAtOnce }, lane));
  return times;
}

async function measureSaves({ id, image }: { id: string; image: SurveyImage }): Promise<number[]> {
  const times: number[] = [];
  const { west, south } = image.bounds;
  for (let i = 0; i < saveCount; i++) {
    const ring = Array.from({ length: 40 }, (_, k): [number, number] => {
      const angle = (k / 40) * 2 * Math.PI;
      return [west + 1e-4 + 2e-5 * Math.cos(angle), south + 1e-4 + 2e-5 * Math.sin(angle)];
    });
    ring.push(ring[0] ?? [west, south]);
    const edit: Edit = {
      id: randomUUID(),
      surveyId: id,
      puts: [
        {
          id: randomUUID(),
          baseRevision: 0,
          content: {
            layer: "label",
            class: "reef",
            notes: "",
            properties: {},
            provenance: { kind: "drawn" },
            geometry: { type: "Polygon", coordinates: [ring] },
            locked: false,
          },
        },
      ],
      deletes: [],
      inverseOf: null,
      title: "Draw reef",
    };
    times.push(await timed(() => api.edits.applyEdit.mutate(edit)));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return times;
}

function row(name: string, times: readonly number[], goal: number | null): string {
  const [p50, p95, p99] = [0.5, 0.95, 0.99].map((share) => percentile(times, share));
  const verdict = goal === null ? "" : (p95 ?? 0) <= goal ? `≤ ${goal} ms: yes` : `≤ ${goal} ms: NO`;
  const cell = (value: number | undefined) => `${(value ?? 0).toFixed(1)} ms`.padStart(10);
  return `${name.padEnd(24)}${String(times.length).padStart(6)}${cell(p50)}${cell(p95)}${cell(p99)}   ${verdict}`;
}

try {
  say(`Making a survey of ${surveyPx} × ${surveyPx} px`);
  const files = await makeDemoSurvey({ outDir: join(folder, "survey"), sizePx: surveyPx, seed: 5 });
  const { openAsBlob } = await import("node:fs");
  const blob = await openAsBlob(files.tif);
  const created = await fetch(`${url}/uploads`, {
    method: "POST",
    headers: {
      "Tus-Resumable": "1.0.0",
      "Upload-Length": String(blob.size),
      "Upload-Metadata": `filename ${Buffer.from("bench.tif").toString("base64")},surveyName ${Buffer.from("bench").toString("base64")}`,
    },
  });
  await fetch(new URL(created.headers.get("location") ?? "", url), {
    method: "PATCH",
    headers: { "Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream" },
    body: blob,
  });
  const survey = await waitFor("Importing", async () =>
    (await api.surveys.list.query()).find((one): one is Survey & { image: SurveyImage } => one.image !== null),
  );
  for (const [file, layer] of [
    [files.labels, "label"],
    [files.examined, "examined"],
  ] as const) {
    const answer = await fetch(`${url}/imports/labels?surveyId=${survey.id}&layer=${layer}`, {
      method: "POST",
      body: await openAsBlob(file),
    });
    if (!answer.ok) throw new Error(await answer.text());
  }
  say("Measuring with an idle worker");
  const idle = { tiles: await measureTiles(survey.image, 0), saves: await measureSaves(survey) };

  const config = { preset: "fast", seed: 1, budget: { kind: "minutes", minutes } } as const;
  const run = await api.runs.start.mutate({
    name: "bench",
    surveyIds: [survey.id],
    config: { ...config, unsharp: false, gsdMeters: null },
  });
  await waitFor("Waiting for the first training steps", async () => (await api.runs.history.query({ id: run.id })).length > 0);
  say("Measuring while the worker trains");
  const busyTiles = await measureTiles(survey.image, tileCount);
  const busySaves = await measureSaves(survey);
  const job = (await api.jobs.list.query()).find((one) => one.id === run.jobId);
  if (job?.state !== "running") throw new Error("Training ended before everything was measured: give it more --minutes.");

  process.stdout.write(
    [
      `${"".padEnd(24)}${"count".padStart(6)}${"p50".padStart(10)}${"p95".padStart(10)}${"p99".padStart(10)}   goal for p95`,
      row("tiles, idle worker", idle.tiles, null),
      row("tiles, while training", busyTiles, goals.tile),
      row("saves, idle worker", idle.saves, null),
      row("saves, while training", busySaves, goals.save),
      "",
    ].join("\n"),
  );
} finally {
  const ends = [server, worker].map(
    (child) => new Promise<void>((resolve) => (child.exitCode === null ? child.once("exit", () => resolve()) : resolve())),
  );
  for (const child of [server, worker]) child.kill("SIGTERM");
  await Promise.all(ends);
  rmSync(folder, { recursive: true, force: true });
}
