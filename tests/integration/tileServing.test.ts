import { readdirSync, writeFileSync } from "node:fs";
import { Agent, get } from "node:http";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gridBounds } from "@reefline/geo/grid";
import { tileOfLonLat } from "@reefline/geo/mercator";
import { openGeoTiffFile } from "@reefline/raster/tiff/geotiffFile";
import { defaultLimits } from "@reefline/schema/limits";
import type { SurveyImage } from "@reefline/schema/survey";
import { makeDemoSurvey } from "@reefline/test-kit/makeSurvey";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundle } from "../../bin/bundle.mjs";
import { paintHere, type TileRequest } from "../../server/tiles/tilePainter.ts";
import { paintInThreads } from "../../server/tiles/tileThreads.ts";
import { type RunningServer, reefline, startServer, until } from "./program.ts";
import { temporaryFolder } from "./testStore.ts";

const folder = temporaryFolder();
const dataDir = join(folder.path, "data");
let server: RunningServer;
let image: SurveyImage;
let cog: string;

beforeAll(async () => {
  const { tif } = await makeDemoSurvey({ outDir: join(folder.path, "survey"), sizePx: 1024, seed: 3 });
  const added = await reefline(["--data", dataDir, "survey", "add", tif, "--name", "Many tiles"]);
  if (added.code !== 0) throw new Error(added.stderr);
  server = await startServer(dataDir, { REEFLINE_TILE_THREADS: "2", REEFLINE_LIMIT_BLOCK_CACHE_BYTES: "0" });
  const [survey] = await server.api.surveys.list.query();
  if (!survey?.image) throw new Error("The survey has no image.");
  image = survey.image;
  cog = join(dataDir, "assets", image.assetId, "cog.tif");
}, 240_000);
afterAll(async () => {
  await server.stop();
  folder.remove();
});

/** Places of tiles on the survey, none twice. */
function placesOf(count: number, zooms: readonly number[]): { z: number; x: number; y: number }[] {
  const { west, south, east, north } = image.bounds;
  const found = new Map<string, { z: number; x: number; y: number }>();
  for (let at = 0; found.size < count && at < 20_000; at++) {
    const z = zooms[at % zooms.length] ?? 20;
    const { x, y } = tileOfLonLat(z, west + ((at * 0.618034) % 1) * (east - west), south + ((at * 0.754878) % 1) * (north - south));
    found.set(`${z}/${x}/${y}`, { z, x, y });
  }
  return [...found.values()];
}

const pathOf = ({ z, x, y }: { z: number; x: number; y: number }) => `/tiles/imagery/${image.assetId}/${image.version}/${z}/${x}/${y}.webp`;

interface Asking {
  readonly answer: Promise<{ status: number; body: Buffer } | null>;
  leave(): void;
}

/** A request on a connection of its own; null where the client left before the answer was there. */
function ask(path: string, client = "map"): Asking {
  let leave = () => {};
  const answer = new Promise<{ status: number; body: Buffer } | null>((resolve) => {
    const headers = { "User-Agent": client };
    const sent = get({ host: "127.0.0.1", port: server.port, path, headers, agent: new Agent({ keepAlive: false }) }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts) }));
      response.on("error", () => resolve(null));
    });
    sent.on("error", () => resolve(null));
    leave = () => sent.destroy();
  });
  return { answer, leave: () => leave() };
}

const openFiles = () => (process.platform === "linux" ? readdirSync(`/proc/${server.process.pid}/fd`).length : 0);

describe("tiles of a running server", () => {
  it("answers a thousand requests at once, each with its own tile, and is as before afterwards", async () => {
    const places = placesOf(40, [19, 20, 21, 22]);
    const alone: Buffer[] = [];
    for (const place of places) {
      const answer = await ask(pathOf(place)).answer;
      expect(answer?.status).toBe(200);
      alone.push(answer?.body ?? Buffer.alloc(0));
    }
    // No tile is taken for another: nearly all of them differ.
    expect(new Set(alone.map((body) => body.toString("base64"))).size).toBeGreaterThan(30);
    const filesBefore = openFiles();
    const answers = await Promise.all(
      Array.from({ length: 1_000 }, (_, i) => ask(pathOf(places[i % places.length] ?? { z: 0, x: 0, y: 0 }), `map ${i % 7}`).answer),
    );
    const wrong = answers.filter((answer, i) => answer?.status !== 200 || !answer.body.equals(alone[i % places.length] ?? Buffer.alloc(0)));
    expect(wrong).toEqual([]);
    await until("the connections are closed", async () => openFiles() <= filesBefore + 5);
  }, 240_000);

  it("goes on when clients leave, waiting or while their tile is drawn", async () => {
    const places = placesOf(60, [20, 21, 22]);
    const first = places[0] ?? { z: 0, x: 0, y: 0 };
    const whole = await ask(pathOf(first)).answer;
    const filesBefore = openFiles();
    // More rounds than tiles may be drawn at once: a place that is not given back would be missed.
    for (let round = 0; round < 6; round++) {
      const asked = Array.from({ length: 120 }, (_, i) => ask(pathOf(places[(round + i) % places.length] ?? first), `map ${i % 3}`));
      // Some before they have begun, some when the first are answered, so that others are being drawn.
      for (const one of asked.filter((_, i) => i % 3 === 0)) one.leave();
      await Promise.race(asked.filter((_, i) => i % 3 === 1).map(({ answer }) => answer));
      for (const one of asked.filter((_, i) => i % 3 === 2)) one.leave();
      const stayed = await Promise.all(asked.filter((_, i) => i % 3 === 1).map(({ answer }) => answer));
      expect(stayed.map((answer) => answer?.status)).toEqual(stayed.map(() => 200));
    }
    const after = await ask(pathOf(first)).answer;
    expect(after?.status).toBe(200);
    expect(after && whole && after.body.equals(whole.body)).toBe(true);
    await until("the connections are closed", async () => openFiles() <= filesBefore + 5);
  }, 240_000);
});

describe("a tile thread that dies", () => {
  /** The program's own thread, which ends by `how` when a tile of zoom 29 is asked for. */
  async function dyingScript(name: string, how: string): Promise<string> {
    const { folder: bundles } = await bundle();
    const path = join(folder.path, name);
    const thread = pathToFileURL(join(bundles, "tiles.thread.js")).href;
    writeFileSync(
      path,
      // The program's own listener first: the port begins with the first, and would lose what comes before the second.
      `import { parentPort } from "node:worker_threads";
await import(${JSON.stringify(thread)});
parentPort.on("message", ({ request }) => { if (request?.z === 29) { ${how} } });
`,
    );
    return path;
  }

  it.each([
    ["ends", "process.exit(9);"],
    ["throws", "throw new Error('a fault');"],
    ["runs out of memory", "const held = []; for (;;) held.push(new Array(2e6).fill(0.5));"],
  ])(
    "(%s) takes one tile with it: those beside are drawn, and so are later ones",
    async (name, how) => {
      const script = await dyingScript(`${name.replaceAll(" ", "-")}.mjs`, how);
      const raster = await openGeoTiffFile(cog, defaultLimits);
      const { west, south, east, north } = gridBounds(raster.grid);
      await raster.close();
      const requestOf = (z: number, across: number): TileRequest => ({
        place: { bytes: { kind: "file", path: cog }, placed: null },
        key: "survey/1",
        kind: "imagery",
        bands: image.bands,
        style: null,
        ...{ z, ...tileOfLonLat(z, west + across * (east - west), (south + north) / 2) },
        sizePx: 256,
      });
      const painter = paintInThreads(2, defaultLimits, script);
      const right = paintHere(defaultLimits);
      const never = new AbortController().signal;
      const requests = Array.from({ length: 8 }, (_, i) => requestOf(21, 0.1 + 0.1 * i));
      const want = await Promise.all(requests.map((request) => right.paint(request, never)));
      for (let round = 0; round < 2; round++) {
        const painted = requests.map((request) => painter.paint(request, never));
        const doomed = expect(painter.paint(requestOf(29, 0.5), never)).rejects.toMatchObject({
          code: "tile/thread-ended",
          kind: "unavailable",
        });
        const leaving = new AbortController();
        // Drawn already, or stopped: either is right, never to answer is not.
        const left = painter
          .paint(requestOf(21, 0.95), leaving.signal)
          .catch((error) => expect(error).toMatchObject({ kind: "cancelled" }));
        leaving.abort();
        await Promise.all([doomed, left]);
        const got = await Promise.all(painted);
        expect(got.map((tile, i) => tile !== null && want[i] !== null && tile.body.equals(want[i]?.body ?? Buffer.alloc(0)))).toEqual(
          requests.map(() => true),
        );
      }
      await Promise.all([painter.close(), right.close()]);
    },
    240_000,
  );
});
