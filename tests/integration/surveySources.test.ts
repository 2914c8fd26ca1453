import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { liesAsImagery } from "@reefline/geo/shiftGrid";
import type { SurveyImage } from "@reefline/schema/survey";
import { makeTinySurvey } from "@reefline/test-kit/makeTinySurvey";
import { Upload } from "tus-js-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSurveyRaster } from "../../server/assets/openSurveyRaster.ts";
import { serveBytes, type TestHost, testHost } from "../hostile/remoteHost.ts";
import { type RunningServer, type RunningWorker, reefline, startServer, startWorker, until } from "./program.ts";
import { box, content, edit, openTestStore, temporaryFolder } from "./testStore.ts";

const folder = temporaryFolder();
const dataDir = join(folder.path, "data");
const golden = (name: string) => fileURLToPath(new URL(`../golden/mosaic/${name}`, import.meta.url));
let server: RunningServer;
let worker: RunningWorker;
let away: TestHost;
let cog: Buffer;
let etag = '"first"';
let remoteEnv: Record<string, string>;

beforeAll(async () => {
  const files = await makeTinySurvey({ outDir: join(folder.path, "survey"), widthPx: 1_300, heightPx: 900 });
  cog = await readFile(files.tif);
  away = await testHost(
    serveBytes(
      () => cog,
      () => ({ ETag: etag }),
    ),
  );
  remoteEnv = { REEFLINE_ALLOW_HOSTS: `127.0.0.1:${away.port}`, REEFLINE_ALLOW_LOOPBACK: "1" };
  server = await startServer(dataDir, remoteEnv);
  worker = startWorker(dataDir, [], remoteEnv);
});
afterAll(async () => {
  await worker.stop();
  await server.stop();
  await away.close();
  folder.remove();
});

const run = (...args: string[]) => reefline(["--data", dataDir, "--json", ...args], remoteEnv);
async function json(...args: string[]) {
  const { code, stdout, stderr } = await run(...args);
  expect(stderr + stdout, args.join(" ")).toSatisfy(() => code === 0);
  return JSON.parse(stdout);
}
const imported = (id: string, differs: (image: SurveyImage) => boolean = () => true) =>
  until("the image is there", async () => {
    const { image } = await server.api.surveys.get.query({ id });
    return image && differs(image) ? image : null;
  });

/** The tile that holds the middle of an image. */
function middleTile({ assetId, version, bounds }: SurveyImage, z = 18): string {
  const x = Math.floor((((bounds.west + bounds.east) / 2 + 180) / 360) * 2 ** z);
  const lat = (((bounds.south + bounds.north) / 2) * Math.PI) / 180;
  const y = Math.floor(((1 - Math.asinh(Math.tan(lat)) / Math.PI) / 2) * 2 ** z);
  return `${server.url}/tiles/imagery/${assetId}/${version}/${z}/${x}/${y}.webp`;
}

describe("several images", () => {
  it("become one survey on the command line, on one grid; unlike ones are refused by name and leave nothing", async () => {
    const expected = JSON.parse(await readFile(golden("expected.json"), "utf8")).zone;
    const survey = await json("survey", "add", golden("zone-1.tif"), golden("zone-2.tif"), "--name", "Two zones");
    expect(survey.image).toMatchObject({
      grid: { widthPx: expected.widthPx, heightPx: expected.heightPx, crs: { epsg: expected.epsg } },
      maskKind: "internal",
      sourceFileName: "zone-1.tif and 1 more",
    });
    const { code, stderr } = await run("survey", "add", golden("zone-1.tif"), golden("finer-1.tif"), "--name", "Unlike");
    expect(code).toBe(1);
    expect(stderr).toMatch(/finer-1\.tif has 1 band and zone-1\.tif has 3 bands/);
    const { surveys } = await json("survey", "list");
    expect(surveys.map((one: { name: string }) => one.name)).toEqual(["Two zones"]);
  });

  it("sent by a browser at the same time become one survey, once, in the order that was chosen", async () => {
    const group = crypto.randomUUID();
    const send = async (name: string, groupIndex: number) => {
      const bytes = await readFile(golden(name));
      await new Promise<void>((resolve, reject) => {
        new Upload(bytes, {
          endpoint: `${server.url}/uploads`,
          retryDelays: [],
          metadata: {
            filename: name,
            surveyName: "Dropped",
            group,
            groupIndex: String(groupIndex),
            groupCount: "2",
            groupKind: "mosaic",
            onTop: "last",
          },
          onSuccess: () => resolve(),
          onError: reject,
        }).start();
      });
    };
    await Promise.all([send("fits-2.tif", 1), send("fits-1.tif", 0)]);
    const found = await until("the survey is there", async () =>
      (await server.api.surveys.list.query()).find((survey) => survey.name.startsWith("Dropped") && survey.image),
    );
    expect(found.image?.sourceFileName).toBe("fits-1.tif and 1 more");
    expect((await server.api.surveys.list.query()).filter((survey) => survey.name.startsWith("Dropped"))).toHaveLength(1);
    await until("the uploads are tidied away", async () => (await readdir(join(dataDir, "uploads"))).length === 0, 10);
  });

  it("may add bands to the first, which keeps its colours for a model", async () => {
    const survey = await json("survey", "add", golden("fits-1.tif"), "--bands", `${golden("degrees-2.tif")}:dsm`, "--name", "Stacked");
    const { image } = survey;
    expect(image.sampleType).toBe("float32");
    expect(image.bands.map((band: { name: string }) => band.name)).toEqual(["red", "green", "blue", "dsm"]);
    expect(image.bands[0].stretch).toEqual({ low: 0, high: 255 });
    const { store } = await openTestStore(dataDir);
    const raster = await openSurveyRaster(store, image);
    expect(raster.bandNames).toEqual(["red", "green", "blue", "dsm"]);
    const { data } = await raster.read({ colOff: 20, rowOff: 20, widthPx: 1, heightPx: 1 });
    expect(data).toHaveLength(4);
    for (const colour of data.subarray(0, 3)) expect(Number.isInteger(colour)).toBe(true);
    await raster.close();
    await store.close();
    const again = await run("survey", "add", golden("fits-1.tif"), "--bands", `${golden("degrees-2.tif")}:red`, "--name", "Twice red");
    expect(again).toMatchObject({ code: 1, stderr: expect.stringMatching(/Two bands would be called "red"/) });
  });
});

describe("a survey that is moved", () => {
  it("shows its imagery elsewhere under a new version, keeps its labels, and comes back to the bit", async () => {
    const { id } = await json("survey", "add", golden("fits-1.tif"), "--name", "Moved");
    const before = await imported(id);
    const { west, south } = before.bounds;
    await server.api.edits.applyEdit.mutate(
      edit(id, { puts: [{ id: crypto.randomUUID(), baseRevision: 0, content: content(box(west, south, 1e-5)) }] }),
    );
    const labels = (await server.api.features.inSurvey.query({ surveyId: id })).features;
    const middle: [number, number] = [(before.bounds.west + before.bounds.east) / 2, (before.bounds.south + before.bounds.north) / 2];
    const shift = {
      pairs: [
        { from: middle, to: [middle[0] + 0.01, middle[1]] as [number, number] },
        { from: [west, south] as [number, number], to: [west + 0.01, south] as [number, number] },
      ],
    };
    expect((await fetch(middleTile(before))).status).toBe(200);
    const moved = await server.api.surveys.shift.mutate({ id, shift, version: before.version });
    expect(moved.residualsMeters).toHaveLength(2);
    for (const residual of moved.residualsMeters) expect(residual).toBeLessThan(0.05);
    const after = await imported(id);
    expect(after.bounds.west - before.bounds.west).toBeCloseTo(0.01, 6);
    expect(after.version).not.toBe(before.version);
    expect((await fetch(middleTile(after))).status).toBe(200);
    expect((await fetch(middleTile({ ...before, version: after.version }))).status).toBe(204);
    expect((await server.api.features.inSurvey.query({ surveyId: id })).features).toEqual(labels);
    // A prediction's grid has the image's origin: one made before tells by it that the imagery has moved.
    expect(liesAsImagery(before.grid, after.grid)).toBe(false);
    const { store } = await openTestStore(dataDir);
    const raster = await openSurveyRaster(store, after);
    expect(raster.grid.transform).toEqual(after.grid.transform);
    await raster.close();
    await store.close();

    const stale = server.api.surveys.shift.mutate({ id, shift, version: before.version });
    await expect(stale).rejects.toThrow(/moved or replaced in the meantime/);
    await expect(server.api.surveys.shift.mutate({ id, shift: { by: { eastMeters: 2e5, northMeters: 0 } } })).rejects.toThrow(
      /20[01] km from where/,
    );
    await server.api.surveys.shift.mutate({ id, shift: { to: moved.before } });
    const back = await imported(id);
    expect(back.grid).toEqual(before.grid);
    expect(back.bounds).toEqual(before.bounds);
    expect(liesAsImagery(before.grid, back.grid)).toBe(true);
  });

  it("on the command line, by metres and back", async () => {
    const shifted = await json("survey", "shift", "Moved", "--east", "-1.5", "--north", "2");
    expect(shifted.survey.image.shift).toMatchObject({ eastMeters: -1.5, northMeters: 2 });
    const reset = await json("survey", "shift", "Moved", "--reset");
    expect(reset.survey.image.shift).toBeNull();
    expect((await run("survey", "shift", "Moved")).stderr).toMatch(/Say how far/);
  });
});

describe("an image at a web address", () => {
  it("is off without a named host, on the command line and in the app", async () => {
    const off = await reefline(["--data", dataDir, "survey", "add", `${away.url}/flat.tif`, "--name", "Off"]);
    expect(off).toMatchObject({ code: 1, stderr: expect.stringMatching(/off.*--allow-hosts/) });
    const fields = { name: "Metadata", site: "", capturedAt: null, tideHeightMeters: null, tideDatum: "", notes: "" };
    for (const url of ["http://169.254.169.254/latest", "file:///etc/passwd", "http://localhost:1/a.tif"]) {
      await expect(server.api.surveys.addRemote.mutate({ fields, url, copyHere: false })).rejects.toThrow(/\.$/);
    }
    expect(away.ranges).toEqual([]);
  });

  it("is read in place by ranges, told when it changes, read anew, and copied", async () => {
    const fields = { name: "Away", site: "", capturedAt: null, tideHeightMeters: null, tideDatum: "", notes: "" };
    const { survey } = await server.api.surveys.addRemote.mutate({
      fields,
      url: `${away.url}/tiny%20flat.tif?signature=x`,
      copyHere: false,
    });
    const { id } = survey;
    const image = await imported(id);
    expect(image).toMatchObject({
      sourceFileName: "tiny flat.tif",
      remote: { etag, sizeBytes: cog.length },
      grid: { widthPx: 1_300, heightPx: 900 },
    });
    expect(await readdir(join(dataDir, "assets"))).not.toContain(image.assetId);
    expect((await fetch(middleTile(image))).status).toBe(200);
    expect(away.ranges.every((range) => /^bytes=\d+-\d+$/.test(range))).toBe(true);
    expect(await server.api.surveys.remoteState.query({ id })).toEqual({ problem: null });

    etag = '"second"';
    const { problem } = await server.api.surveys.remoteState.query({ id });
    expect(problem).toMatchObject({ code: "remote/changed", message: expect.stringMatching(/replaced since/) });
    expect(problem?.message).not.toContain("signature");
    await server.api.surveys.reimportRemote.mutate({ id, copyHere: false });
    const reread = await imported(id, (one) => one.assetId !== image.assetId);
    expect(reread.remote?.etag).toBe('"second"');
    expect((await fetch(middleTile(reread))).status).toBe(200);

    // Moved before it is copied: the copy lies where the survey lies.
    await server.api.surveys.shift.mutate({ id, shift: { by: { eastMeters: 4, northMeters: -3 } } });
    const moved = await imported(id);
    await server.api.surveys.reimportRemote.mutate({ id, copyHere: true });
    const copied = await imported(id, (one) => !one.remote);
    expect(copied.grid.transform).toEqual(moved.grid.transform);
    expect(copied.shift).toMatchObject({ eastMeters: 4, northMeters: -3 });
    await away.close();
    expect((await fetch(middleTile(copied))).status).toBe(200);
    await until("the download is tidied away", async () => (await readdir(join(dataDir, "uploads"))).length === 0, 10);
  });
});
