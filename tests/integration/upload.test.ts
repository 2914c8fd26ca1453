import { randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { makeTinySurvey } from "@reefline/test-kit/makeTinySurvey";
import { Upload } from "tus-js-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningServer, type RunningWorker, startServer, startWorker, until } from "./program.ts";
import { temporaryFolder } from "./testStore.ts";

const folder = temporaryFolder();
const dataDir = join(folder.path, "data");
let server: RunningServer;
let worker: RunningWorker;
let tif: Buffer;

beforeAll(async () => {
  const files = await makeTinySurvey({ outDir: join(folder.path, "survey"), widthPx: 900, heightPx: 700 });
  tif = await readFile(files.tif);
  server = await startServer(dataDir, { REEFLINE_LIMIT_UPLOAD_BYTES: String(8 * 2 ** 20) });
  worker = startWorker(dataDir);
});
afterAll(async () => {
  await worker.stop();
  await server.stop();
  folder.remove();
});

function upload(
  bytes: Buffer,
  metadata: Record<string, string>,
  change: Partial<ConstructorParameters<typeof Upload>[1]> = {},
): Promise<Upload> {
  return new Promise((resolve, reject) => {
    const sending: Upload = new Upload(bytes, {
      endpoint: `${server.url}/uploads`,
      metadata,
      chunkSize: 64 * 1024,
      retryDelays: [],
      onSuccess: () => resolve(sending),
      onError: reject,
      ...change,
    });
    sending.start();
  });
}

const imported = (name: string) =>
  until(`"${name}" is imported`, async () =>
    (await server.api.surveys.list.query()).find((survey) => survey.name === name && survey.image),
  );

describe("an upload", () => {
  it("cut off midway goes on where it was, over a restart of the server, and becomes a survey", async () => {
    let url = "";
    let sent = 0;
    await new Promise<void>((resolve) => {
      const first = new Upload(tif, {
        endpoint: `${server.url}/uploads`,
        metadata: { filename: "north flat.tif", surveyName: "North flat", site: "North", capturedAt: "2026-05-14" },
        chunkSize: 64 * 1024,
        retryDelays: [],
        onChunkComplete: (_size, accepted) => {
          if (accepted < tif.length / 2) return;
          sent = accepted;
          url = first.url ?? "";
          first.abort().then(resolve);
        },
      });
      first.start();
    });
    expect(sent).toBeLessThan(tif.length);
    expect(await server.api.surveys.list.query()).toEqual([]);
    await server.kill();
    server = await startServer(dataDir, { REEFLINE_LIMIT_UPLOAD_BYTES: String(8 * 2 ** 20) });
    let resumedFrom = -1;
    const uploadUrl = new URL(new URL(url).pathname, server.url).href;
    await upload(
      tif,
      {},
      {
        uploadUrl,
        onProgress: (bytes) => {
          if (resumedFrom < 0) resumedFrom = bytes;
        },
      },
    );
    expect(resumedFrom).toBeGreaterThan(0);
    const survey = await imported("North flat");
    expect(survey).toMatchObject({
      site: "North",
      capturedAt: "2026-05-14",
      image: { grid: { widthPx: 900, heightPx: 700 }, sourceFileName: "north flat.tif" },
    });
    await until("the uploaded file is tidied away", async () => (await readdir(join(dataDir, "uploads"))).length === 0, 10);
  });

  it("of the same name gets a name of its own, and its tiles are drawn", async () => {
    await upload(tif, { filename: "again.tif", surveyName: "North flat" });
    const survey = await imported("North flat (2)");
    const { assetId, version, bounds } = survey.image!;
    const z = 17;
    const x = Math.floor((((bounds.west + bounds.east) / 2 + 180) / 360) * 2 ** z);
    const lat = (((bounds.south + bounds.north) / 2) * Math.PI) / 180;
    const y = Math.floor(((1 - Math.asinh(Math.tan(lat)) / Math.PI) / 2) * 2 ** z);
    const address = `${server.url}/tiles/imagery/${assetId}/${version}/${z}/${x}/${y}.webp`;
    const tile = await fetch(address);
    expect(tile.status).toBe(200);
    expect(tile.headers.get("content-type")).toBe("image/webp");
    expect(tile.headers.get("cache-control")).toContain("immutable");
    expect((await tile.arrayBuffer()).byteLength).toBeGreaterThan(500);
    const again = await fetch(address, { headers: { "If-None-Match": tile.headers.get("etag") ?? "" } });
    expect(again.status).toBe(304);
    expect((await fetch(`${server.url}/tiles/imagery/${assetId}/${version}/${z}/0/0.webp`)).status).toBe(204);
    expect((await fetch(`${server.url}/tiles/imagery/${assetId}/othervrs/${z}/${x}/${y}.webp`)).status).toBe(404);
  });

  it("that is no image fails its import with one sentence and leaves nothing half made", async () => {
    await upload(randomBytes(200_000), { filename: "../../../evil.tif", surveyName: "Noise" });
    const job = await until("the import fails", async () => (await server.api.jobs.list.query()).find((one) => one.state === "failed"));
    expect(job.error?.message).toMatch(/^[A-Z].*\.$/);
    expect((await server.api.surveys.list.query()).find((survey) => survey.name === "Noise")?.image).toBeNull();
    const assets = await readdir(join(dataDir, "assets"));
    const surveys = await server.api.surveys.list.query();
    expect(assets.sort()).toEqual(surveys.flatMap((survey) => survey.image?.assetId ?? []).sort());
  });

  it("above the limit is refused before it is sent", async () => {
    const error = await upload(Buffer.alloc(9 * 2 ** 20), { filename: "huge.tif" }).catch((reason) => reason);
    expect(error.originalResponse.getStatus()).toBe(413);
  });
});

describe("labels", () => {
  it("are imported from a file of any declared CRS, exported, and tell what was left out", async () => {
    const survey = await imported("North flat");
    const truth = JSON.parse(await readFile(join(folder.path, "survey", "labels.geojson"), "utf8"));
    truth.features.push({ type: "Feature", properties: {}, geometry: { type: "Point", coordinates: [0, 0] } });
    const answer = await fetch(`${server.url}/imports/labels?surveyId=${survey.id}&layer=label&class=reef&fileName=labels.geojson`, {
      method: "POST",
      body: JSON.stringify(truth),
    });
    const report = await answer.json();
    expect(report).toMatchObject({ imported: truth.features.length - 1, skipped: 1 });
    const exported = await (await fetch(`${server.url}/exports/${survey.id}/label.geojson`)).json();
    expect(exported.features).toHaveLength(truth.features.length - 1);
    const [chosen] = exported.features;
    const selection = await (await fetch(`${server.url}/exports/${survey.id}/label.geojson?ids=${chosen.id}`)).json();
    expect(selection.features).toEqual([chosen]);
    await server.api.edits.undo.mutate({ surveyId: survey.id, editId: report.editId, newEditId: crypto.randomUUID() });
    expect((await server.api.features.inSurvey.query({ surveyId: survey.id })).features).toEqual([]);
    const bad = await fetch(`${server.url}/imports/labels?surveyId=${survey.id}`, { method: "POST", body: "<kml/>" });
    expect(bad.status).toBe(400);
    expect((await bad.json()).appError.message).toMatch(/XML/);
  });
});
