import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { nameMatcher } from "@reefline/formats/photos/matchNames";
import fc from "fast-check";
import sharp from "sharp";
import { Upload } from "tus-js-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import yauzl from "yauzl";
import { readMaskPng } from "../../packages/formats/maskPng.ts";
import { openSurveyRaster } from "../../server/assets/openSurveyRaster.ts";
import { type RunningServer, type RunningWorker, reefline, startServer, startWorker, until } from "./program.ts";
import { openTestStore, temporaryFolder } from "./testStore.ts";

const folder = temporaryFolder();
const dataDir = join(folder.path, "data");
const photosDir = join(folder.path, "photos");
const masksDir = join(folder.path, "masks");
let server: RunningServer;
let worker: RunningWorker;
let surveyId: string;

/** Photos of sizes of their own: name, size as a browser shows it, whether its file lies turned. */
const made = [
  { name: "2018-10-06_a.png", width: 61, height: 37, turned: false },
  { name: "2018-1006-b.jpg", width: 44, height: 83, turned: true },
  { name: "site/2019-12-05.jpg", width: 120, height: 50, turned: false },
  { name: "grey16.png", width: 33, height: 21, turned: false },
] as const;

/** Red grows to the right, green downwards: every place tells where it is. */
function gradient(width: number, height: number): Buffer {
  const data = Buffer.alloc(width * height * 3);
  for (let i = 0; i < width * height; i++) data.set([(i % width) * 2, Math.floor(i / width) * 2, 90], i * 3);
  return data;
}

beforeAll(async () => {
  await mkdir(join(photosDir, "site"), { recursive: true });
  await mkdir(join(photosDir, "masks"), { recursive: true });
  await mkdir(join(masksDir, "site"), { recursive: true });
  for (const { name, width, height, turned } of made) {
    const path = join(photosDir, name);
    if (name === "grey16.png") {
      const data = Uint16Array.from({ length: width * height }, (_, i) => (i % width) * 1_000);
      await sharp(data, { raw: { width, height, channels: 1 } })
        .toColourspace("grey16")
        .png()
        .toFile(path);
      continue;
    }
    const image = sharp(gradient(width, height), { raw: { width, height, channels: 3 } });
    if (name.endsWith(".png")) await image.png().toFile(path);
    else if (!turned) await image.jpeg({ quality: 100, chromaSubsampling: "4:4:4" }).toFile(path);
    else {
      // Stored lying on its side; orientation 6 says: turn by 90° to show it.
      const lying = await image.rotate(270).raw().toBuffer();
      await sharp(lying, { raw: { width: height, height: width, channels: 3 } })
        .jpeg({ quality: 100, chromaSubsampling: "4:4:4" })
        .withMetadata({ orientation: 6 })
        .toFile(path);
    }
  }
  await writeFile(join(photosDir, "broken.jpg"), (await readFile(join(photosDir, "2018-1006-b.jpg"))).subarray(0, 900));
  await writeFile(join(photosDir, "no-photo.png"), "<html>not a photo</html>");
  await writeFile(join(photosDir, "notes.txt"), "no photo at all");
  await writeFile(join(photosDir, "script.jpg"), '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>1</script></svg>');
  // A header that promises 3.6 gigapixels, and a good file cut in its middle.
  const huge = Buffer.from(await readFile(join(photosDir, "2018-10-06_a.png")));
  huge.writeUInt32BE(60_000, 16);
  huge.writeUInt32BE(60_000, 20);
  huge.writeUInt32BE(crc32(huge.subarray(12, 29)), 29);
  await writeFile(join(photosDir, "huge.png"), huge);
  const whole = await readFile(join(photosDir, "site/2019-12-05.jpg"));
  await writeFile(join(photosDir, "cut.jpg"), whole.subarray(0, Math.floor(whole.length / 2)));
  await copyFile(join(photosDir, "2018-10-06_a.png"), join(photosDir, "masks", "x.png"));
  server = await startServer(dataDir);
  worker = startWorker(dataDir);
});
afterAll(async () => {
  await worker.stop();
  await server.stop();
  folder.remove();
});

const run = (...args: string[]) => reefline(["--data", dataDir, "--json", ...args]);
async function json(...args: string[]) {
  const { code, stdout, stderr } = await run(...args);
  expect(stderr + stdout, args.join(" ")).toSatisfy(() => code === 0);
  return JSON.parse(stdout);
}
const photosOf = (id: string) => server.api.surveys.photos.query({ id });

/** As PNG wants it; zlib in Node 20 has none. */
function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** The mask of one photo, by a rule that leaves patches, holes, specks and corners that touch. */
function maskOf(width: number, height: number, seed: number): Uint8Array {
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return (x * 7 + y * 13 + ((x >> 3) ^ (y >> 2)) * seed) % 5 < 2 ? 255 : 0;
  });
}
const greyPng = (data: Uint8Array, width: number, height: number) =>
  sharp(data, { raw: { width, height, channels: 1 } })
    .toColourspace("b-w")
    .png()
    .toBuffer();

async function unzipped(bytes: Buffer): Promise<Map<string, Buffer>> {
  const zip = await new Promise<yauzl.ZipFile>((resolve, reject) =>
    yauzl.fromBuffer(bytes, { lazyEntries: true }, (error, file) => (file ? resolve(file) : reject(error))),
  );
  const files = new Map<string, Buffer>();
  await new Promise<void>((resolve, reject) => {
    zip.on("end", resolve).on("error", reject);
    zip.on("entry", (entry: yauzl.Entry) =>
      zip.openReadStream(entry, async (error, stream) => {
        if (!stream) return reject(error);
        const parts: Buffer[] = [];
        for await (const part of stream) parts.push(Buffer.from(part));
        files.set(entry.fileName, Buffer.concat(parts));
        zip.readEntry();
      }),
    );
    zip.readEntry();
  });
  return files;
}

describe("a folder of photos", () => {
  it("becomes one survey in pixels; what cannot be read is told by name, and masks and other files are left out", async () => {
    const added = await run("survey", "add", photosDir, "--name", "Photos");
    expect(added.code, added.stderr).toBe(0);
    const survey = JSON.parse(added.stdout);
    surveyId = survey.id;
    expect(survey.image).toMatchObject({ photoCount: 4, gsdMeters: 1, grid: { crs: { name: "pixels" } } });
    const [job] = await server.api.jobs.list.query();
    const notes = (job!.result as { notes: string[] }).notes.join("\n");
    expect(notes).toMatch(/4 photos in 3 groups/);
    expect(notes).toMatch(/broken\.jpg: This image is damaged/);
    expect(notes).toMatch(/no-photo\.png: This is neither a JPEG nor a PNG/);
    expect(notes).toMatch(/script\.jpg: This is neither a JPEG nor a PNG/);
    expect(notes).toMatch(/huge\.png: This photo has 60000 × 60000 pixels, more than/);
    expect(notes).toMatch(/cut\.jpg: This image is damaged/);
    expect(notes).toMatch(/The folder masks \(1 files\) was left out/);
    expect(notes).toMatch(/1 × \.txt/);
    const photos = await photosOf(surveyId);
    expect(photos.map(({ name, group, widthPx, heightPx }) => ({ name, group, widthPx, heightPx }))).toEqual(
      [
        { name: "2018-10-06_a.png", group: "2018-10-06", widthPx: 61, heightPx: 37 },
        { name: "2018-1006-b.jpg", group: "2018-10-06", widthPx: 44, heightPx: 83 },
        { name: "grey16.png", group: "grey", widthPx: 33, heightPx: 21 },
        { name: "site/2019-12-05.jpg", group: "site 2019-12-05", widthPx: 120, heightPx: 50 },
      ].sort((a, b) => photos.findIndex(({ name }) => name === a.name) - photos.findIndex(({ name }) => name === b.name)),
    );
  });

  it("shows each photo unscaled, upright as a browser does, with nothing between", async () => {
    const { store } = await openTestStore(dataDir);
    const survey = await server.api.surveys.get.query({ id: surveyId });
    const raster = await openSurveyRaster(store, survey.image!);
    let measured = 0;
    for (const photo of await photosOf(surveyId)) {
      const { colOff, rowOff, widthPx, heightPx } = photo;
      const { data, valid } = await raster.read({ colOff, rowOff, widthPx, heightPx });
      measured += valid.reduce((sum, one) => sum + one, 0);
      expect(
        valid.every((one) => one === 1),
        photo.name,
      ).toBe(true);
      if (photo.name === "grey16.png") continue;
      for (const [x, y] of [
        [0, 0],
        [widthPx - 1, 0],
        [3, heightPx - 1],
        [widthPx >> 1, heightPx >> 1],
      ] as const) {
        const at = (y * widthPx + x) * 3;
        expect(Math.abs(data[at]! - x * 2), `${photo.name} red at ${x}, ${y}`).toBeLessThan(8);
        expect(Math.abs(data[at + 1]! - y * 2), `${photo.name} green at ${x}, ${y}`).toBeLessThan(8);
      }
    }
    const { widthPx, heightPx } = raster.grid;
    const { valid } = await raster.read({ colOff: 0, rowOff: 0, widthPx, heightPx });
    expect(valid.reduce((sum, one) => sum + one, 0)).toBe(measured);
    await raster.close();
    await store.close();
  });

  it("takes masks by name, exactly, and gives the same masks back", async () => {
    const masks = new Map<string, Uint8Array>();
    for (const [i, { name, width, height }] of made.entries()) {
      if (name === "grey16.png") continue;
      const mask = maskOf(width, height, i + 1);
      masks.set(name.replace(/\.[^.]*$/, ".png"), mask);
      await writeFile(join(masksDir, name.replace(/\.[^.]*$/, ".png")), await greyPng(mask, width, height));
    }
    await writeFile(join(masksDir, "stranger.png"), await greyPng(maskOf(9, 9, 1), 9, 9));
    await writeFile(join(masksDir, "grey16.png"), await greyPng(maskOf(32, 32, 1), 32, 32));
    const imported = await json("labels", "import", masksDir, "--survey", "Photos");
    expect(imported).toMatchObject({ examined: 3, report: { format: "masks", unknown: ["stranger.png"], missing: ["grey16.png"] } });
    expect(imported.report.refused[0]).toMatchObject({ name: "grey16.png", why: expect.stringMatching(/32 × 32 px .* 33 × 21 px/) });
    const photos = await photosOf(surveyId);
    expect(photos.filter(({ isExamined }) => isExamined)).toHaveLength(3);

    const zip = join(folder.path, "out.zip");
    await json("export", "--survey", "Photos", "--layer", "label", "--format", "masks", "--out", zip);
    const files = await unzipped(await readFile(zip));
    expect([...files.keys()].sort()).toEqual([...masks.keys()].sort());
    for (const [name, mask] of masks)
      expect(Buffer.from(Uint8Array.from(readMaskPng(files.get(name)!, 1e6).values)).equals(Buffer.from(mask)), name).toBe(true);

    const table = join(folder.path, "out.csv");
    await json("export", "--survey", "Photos", "--layer", "label", "--format", "csv", "--out", table);
    const lines = (await readFile(table, "utf8")).split("\r\n");
    const row = lines.find((line) => line.startsWith("site/2019-12-05.jpg"))!.split(",");
    const reef = masks.get("site/2019-12-05.png")!.reduce((sum, value) => sum + value / 255, 0);
    expect(row.slice(1, 7)).toEqual(["site 2019-12-05", "120", "50", "yes", expect.any(String), String(reef)]);
  });

  it.each(["geojson", "via", "coco"])("gives the same pixels back through %s", async (format) => {
    const out = join(folder.path, `labels.${format}.json`);
    await json("export", "--survey", "Photos", "--layer", "label", "--format", format, "--out", out);
    const name = `Copy by ${format}`;
    await json("survey", "add", photosDir, "--name", name);
    const imported = await json("labels", "import", out, "--survey", name);
    expect(imported.report.unknown).toEqual([]);
    expect(imported.examined).toBe(3);
    const zips = await Promise.all(
      ["Photos", name].map(async (survey, i) => {
        const zip = join(folder.path, `${format}-${i}.zip`);
        await json("export", "--survey", survey, "--layer", "label", "--format", "masks", "--out", zip);
        return unzipped(await readFile(zip));
      }),
    );
    for (const [mask, bytes] of zips[0]!) {
      expect(readMaskPng(zips[1]!.get(mask)!, 1e6).values, mask).toEqual(readMaskPng(bytes, 1e6).values);
    }
  });

  it("refuses masks of several values until told what they mean", async () => {
    const several = join(folder.path, "several");
    await mkdir(several, { recursive: true });
    const values = Uint8Array.from({ length: 33 * 21 }, (_, i) => (i % 33 < 5 ? 1 : i % 33 < 9 ? 2 : 0));
    await writeFile(join(several, "grey16.png"), await greyPng(values, 33, 21));
    const refused = await run("labels", "import", several, "--survey", "Photos");
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringMatching(/values 1, 2, and nothing says which is reef.*1=reef,2=unsure/),
    ]);
    const taken = await json("labels", "import", several, "--survey", "Photos", "--mask-classes", "1=reef,2=unsure");
    expect(taken.report.classes).toEqual({ reef: 1, unsure: 1 });
  });

  it("comes from a browser too, photo by photo, and its masks one after the other", async () => {
    const group = crypto.randomUUID();
    const names = ["2018-10-06_a.png", "site/2019-12-05.jpg", "../../escape.png"];
    for (const [index, name] of names.entries()) {
      const file = await readFile(join(photosDir, name.startsWith("..") ? "grey16.png" : name));
      await new Promise<void>((resolve, reject) =>
        new Upload(file, {
          endpoint: `${server.url}/uploads`,
          metadata: {
            filename: name.split("/").at(-1)!,
            photoName: name,
            surveyName: "From a browser",
            group,
            groupIndex: String(index),
            groupCount: "3",
            groupKind: "photos",
          },
          onSuccess: () => resolve(),
          onError: reject,
        }).start(),
      );
    }
    const survey = await until("the photos are there", async () => {
      const found = (await server.api.surveys.list.query()).find((one) => one.name === "From a browser");
      return found?.image ? found : null;
    });
    expect((await photosOf(survey.id)).map(({ name }) => name)).toEqual(["2018-10-06_a.png", "escape.png", "site/2019-12-05.jpg"]);
    await until("the uploads are gone", async () => (await readdir(join(dataDir, "uploads"))).length === 0 || null);
    const mask = await readFile(join(masksDir, "2018-10-06_a.png"));
    const ask = (path: string, query: Record<string, string>) =>
      fetch(`${server.url}/imports/${path}?${new URLSearchParams({ surveyId: survey.id, fileName: "2018-10-06_a.png", ...query })}`, {
        method: "POST",
        body: new Uint8Array(mask),
      });
    expect(await (await ask("masks/look", {})).json()).toMatchObject({
      widthPx: 61,
      heightPx: 37,
      counts: [{ value: "0" }, { value: "255" }],
    });
    expect(await (await ask("masks", { maskClasses: '{"255":"reef"}' })).json()).toMatchObject({
      examined: 1,
      report: { matched: ["2018-10-06_a.png"] },
    });
    expect((await ask("masks", { maskClasses: "{" })).status).toBe(400);
  });
});

it("finds every photo by its own name, whatever it is called", () => {
  const part = fc.string({ minLength: 1, maxLength: 12 }).filter((text) => !/[/\\:]/.test(text) && !/^\.*$/.test(text));
  fc.assert(
    fc.property(
      fc.uniqueArray(
        fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/")),
        { minLength: 1, maxLength: 9 },
      ),
      (names) => {
        const match = nameMatcher(names);
        for (const name of names) expect(match(name)).toEqual({ kind: "found", name });
      },
    ),
    { numRuns: 200 },
  );
});
