import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { newId } from "@reefline/schema/ids";
import { loadBackend } from "@reefline/segmentation/backends/backend";
import { loadPredictor } from "@reefline/segmentation/engines/predictor";
import { madeCard, madePixels, madeValues } from "@reefline/segmentation/modelFiles/madeModel";
import { writeModel } from "@reefline/segmentation/modelFiles/modelFiles";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asOneFile, exportModel } from "../../server/services/training/exportModel.ts";
import { importModel } from "../../server/services/training/importModel.ts";
import { listModels } from "../../server/services/training/training.ts";
import { insertModel } from "../../server/storage/runs.ts";
import { type RunningServer, startServer } from "./program.ts";
import { openTestStore, temporaryFolder } from "./testStore.ts";

const nothingSaid = { gsdMeters: null, bandNames: null, scale: null } as const;

describe("models go out and come in", async () => {
  const { tf } = await loadBackend();
  const architecture = { kind: "unet", baseFilters: 4, depth: 2, bandCount: 3, patchPx: 2 } as const;
  const folder = temporaryFolder();
  const { store, ctx } = await openTestStore(folder.path);
  const id = newId("model");
  const card = madeCard(architecture);
  let server: RunningServer;
  beforeAll(async () => {
    await writeModel(store.paths.model(id), card, madeValues(architecture, 9));
    await insertModel(store.db, store.projectId, { id, runId: null, name: "Récif nord / 1", createdAt: card.createdAt, card });
    server = await startServer(folder.path);
  });
  afterAll(async () => {
    await server.stop();
    await store.close();
    folder.remove();
  });

  it.each([
    ["model.onnx", "Récif-nord-1.onnx", "application/octet-stream"],
    ["deepness.onnx?tilePx=64", "Récif-nord-1-deepness.onnx", "application/octet-stream"],
    ["tfjs.zip", "Récif-nord-1-tfjs.zip", "application/zip"],
    ["reefline.zip", "Récif-nord-1-reefline.zip", "application/zip"],
  ])("downloads %s", async (file, name, type) => {
    const response = await fetch(`${server.url}/models/${id}/${file}`);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe(type);
    expect(response.headers.get("content-disposition")).toContain(encodeURIComponent(name));
    const bytes = new Uint8Array(await response.arrayBuffer());
    expect(bytes.length).toBe(Number(response.headers.get("content-length")));
    expect(bytes.length).toBeGreaterThan(10_000);
  });

  it("refuses what does not fit, and says so", async () => {
    const statusOf = async (path: string): Promise<number> => (await fetch(`${server.url}/models/${path}`)).status;
    expect(await statusOf(`${id}/deepness.onnx?tilePx=45`)).toBe(400);
    expect(await statusOf(`${id}/deepness.onnx?tilePx=many`)).toBe(400);
    expect(await statusOf(`${id}/weights.bin`)).toBe(404);
    expect(await statusOf(`${newId("model")}/model.onnx`)).toBe(404);
    expect(await statusOf("..%2f..%2freefline.sqlite/reefline.zip")).toBe(404);
  });

  it("an exported file comes back in and answers the same; what it says of itself need not be said again", async () => {
    const { files } = await exportModel(ctx, id, "onnx");
    const path = join(folder.path, "back.onnx");
    await writeFile(path, files[0]?.bytes ?? "");
    const asked = { path, name: "back", gsdMeters: null, bandNames: null, scale: null };
    const model = await importModel(ctx, asked);
    expect(model.card).toMatchObject({
      gsdMeters: card.gsdMeters,
      threshold: card.threshold,
      bandNames: card.bandNames,
      positiveClass: "reef",
    });
    expect((await listModels(ctx)).map(({ name }) => name)).toContain("back");
    const own = await loadPredictor(store.paths.model(id), { tf });
    const imported = await loadPredictor(store.paths.model(model.id));
    const pixels = madePixels(64 * 96 * 3, 2);
    const [a, b] = [await own.predict(pixels, 64, 96, 1), await imported.predict(pixels, 64, 96, 1)];
    expect(Math.max(...a.map((p, i) => Math.abs(p - (b[i] ?? Number.NaN))))).toBeLessThan(1e-4);
    own.dispose();
    imported.dispose();
    await expect(exportModel(ctx, model.id, "tfjs")).rejects.toMatchObject({ code: "segmentation/imported-model" });
  });

  it("a Keras model comes in, whole or as weights of a network of ours, and predicts", async () => {
    const golden = (name: string): string => fileURLToPath(new URL(`../golden/keras/${name}`, import.meta.url));
    const asked = { path: golden("classic.keras"), name: "classic", gsdMeters: 0.04, bandNames: null, scale: null };
    const whole = await importModel(ctx, asked);
    // Its own Rescaling says what it takes; its fixed side says how it is fed.
    expect(whole.card).toMatchObject({
      architecture: { kind: "imported-onnx", fileName: "classic.keras", tilePx: 32, values: "probability" },
      normalization: { std: [1, 1, 1] },
    });
    const predictor = await loadPredictor(store.paths.model(whole.id));
    const pixels = madePixels(64 * 96 * 3, 5);
    const probability = await predictor.predict(pixels, 64, 96, 1);
    expect(Math.max(...probability) - Math.min(...probability)).toBeGreaterThan(0.1);
    predictor.dispose();

    const weights = { ...asked, path: golden("course.weights.h5"), name: "course", bandNames: ["green", "red"], scale: 255 as const };
    const own = await importModel(ctx, { ...weights, unsharp: true });
    expect(own.card).toMatchObject({ architecture: { kind: "residual-unet", baseFilters: 1 }, unsharp: { radiusPx: 20, percent: 100 } });
    const { files } = await exportModel(ctx, own.id, "onnx");
    expect(files).toHaveLength(1);

    const refusals: [Partial<Parameters<typeof importModel>[1]>, RegExp][] = [
      [{ path: golden("refused.keras") }, /"odd one" \(LayerNormalization\)/],
      [{ path: golden("unet.weights.h5") }, /takes 4 bands/],
      [{ path: golden("sequential.keras"), bandNames: ["red", "nir"], scale: null }, /takes 3 bands|what values/],
      [{ path: golden("make.py") }, /not an ONNX file/],
    ];
    for (const [changed, why] of refusals) await expect(importModel(ctx, { ...asked, scale: 255, ...changed })).rejects.toThrow(why);
  });

  it("a model for another Reefline comes back in whole: what it was, what it answers, and on it can be trained", async () => {
    const path = join(folder.path, "again.zip");
    await writeFile(path, await asOneFile(await exportModel(ctx, id, "reefline")));
    const model = await importModel(ctx, { path, ...nothingSaid, name: null });
    expect(model).toMatchObject({ name: card.name, runId: null, card: { ...card } });
    expect(await readFile(join(store.paths.model(model.id), "weights.bin"))).toEqual(
      await readFile(join(store.paths.model(id), "weights.bin")),
    );
    const cut = (await readFile(path)).subarray(0, -400);
    const changed = Buffer.from(await readFile(path));
    changed.writeUInt8(255 - changed.readUInt8(changed.length >> 1), changed.length >> 1);
    const before = await listModels(ctx);
    for (const bytes of [cut, changed]) {
      await writeFile(path, bytes);
      await expect(importModel(ctx, { path, ...nothingSaid, name: null })).rejects.toMatchObject({
        code: expect.stringMatching(/^(keras\/not-keras|model\/not-reefline|segmentation\/broken-model)$/),
      });
    }
    expect(await listModels(ctx)).toEqual(before);
  });

  it("classes come back by name from a file of ours and from one for QGIS, and with them what each answers", async () => {
    const ofClasses = { ...architecture, classCount: 2 };
    const told = { ...madeCard(ofClasses), classes: ["live", "dead"] };
    const toldId = newId("model");
    await writeModel(store.paths.model(toldId), told, madeValues(ofClasses, 14));
    await insertModel(store.db, store.projectId, { id: toldId, runId: null, name: "told", createdAt: told.createdAt, card: told });
    const pixels = madePixels(64 * 64 * 3, 6);
    const answerOf = async (of: string): Promise<Float32Array> => {
      const predictor = await loadPredictor(store.paths.model(of), of === toldId ? { tf } : {});
      const answer = await predictor.predict(pixels, 64, 64, 1);
      predictor.dispose();
      return answer;
    };
    const own = await answerOf(toldId);
    for (const format of ["onnx", "deepness"] as const) {
      const path = join(folder.path, `told-${format}.onnx`);
      await writeFile(path, (await exportModel(ctx, toldId, format, { tilePx: 64 })).files[0]?.bytes ?? "");
      const model = await importModel(ctx, { path, ...nothingSaid, name: format });
      expect(model.card).toMatchObject({ classes: ["live", "dead"], positiveClass: "reef", architecture: { classChannels: [1, 2] } });
      const answer = await answerOf(model.id);
      expect(answer.length).toBe(3 * 64 * 64);
      expect(Math.max(...answer.map((p, i) => Math.abs(p - (own[i] ?? Number.NaN))))).toBeLessThan(1e-4);
      const dead = await importModel(ctx, { path, ...nothingSaid, name: "dead", channelNames: ["background", "other", "dead"] });
      expect(dead.card).toMatchObject({ classes: [], positiveClass: "dead", architecture: { channel: 2 } });
      const twice = importModel(ctx, { path, ...nothingSaid, name: "twice", channelNames: ["background", "reef", "reef"] });
      await expect(twice).rejects.toMatchObject({ code: "onnx/classes", message: expect.stringContaining("name every class once") });
    }
  });

  it("a browser sends a file, is told what it says of itself, mends what is missing, and has a model", async () => {
    const send = async (name: string, body: Uint8Array) => {
      const response = await fetch(`${server.url}/imports/models?fileName=${encodeURIComponent(name)}`, {
        method: "POST",
        body: new Blob([Uint8Array.from(body)]),
      });
      return { status: response.status, answer: await response.json() };
    };
    const staged = async () => (await readdir(store.paths.uploads)).filter((name) => name.startsWith("model-"));
    const classic = await readFile(fileURLToPath(new URL("../golden/keras/classic.keras", import.meta.url)));
    const { status, answer } = await send("My classic.keras", classic);
    expect({ status, look: answer.look }).toMatchObject({
      status: 200,
      look: { kind: "keras", name: "My classic", gsdMeters: null, bandCount: 3, scale: 1 },
    });
    const asked = { ...nothingSaid, stagedId: answer.stagedId, fileName: answer.fileName, name: "by browser" };
    await expect(server.api.models.import.mutate(asked)).rejects.toMatchObject({ data: { appError: { code: "onnx/gsd" } } });
    const model = await server.api.models.import.mutate({ ...asked, gsdMeters: 0.04 });
    expect(model.card.architecture).toMatchObject({ fileName: "My classic.keras" });
    expect((await listModels(ctx)).map(({ id: known }) => known)).toContain(model.id);
    const again = server.api.models.import.mutate({ ...asked, gsdMeters: 0.04 });
    await expect(again).rejects.toMatchObject({ data: { appError: { code: "model/not-staged" } } });

    const zip = await send("récif.zip", await asOneFile(await exportModel(ctx, id, "reefline")));
    expect(zip.answer.look).toMatchObject({ kind: "reefline", name: card.name, gsdMeters: card.gsdMeters, dice: null });
    await server.api.models.discard.mutate({ stagedId: zip.answer.stagedId });

    const refused = await send("notes.onnx", new TextEncoder().encode("not a model"));
    expect(refused).toMatchObject({ status: 400, answer: { appError: { code: "onnx/not-onnx" } } });
    expect(await staged()).toEqual([]);
    for (const stagedId of ["../../reefline.sqlite", "0".repeat(15)]) {
      await expect(server.api.models.discard.mutate({ stagedId })).rejects.toThrow();
    }
  });

  it("a file that cannot be a model leaves nothing behind", async () => {
    const before = await listModels(ctx);
    const path = join(folder.path, "no.onnx");
    await writeFile(path, (await readFile(join(folder.path, "back.onnx"))).subarray(0, 5_000));
    const asked = { path, name: "no", gsdMeters: 0.05, bandNames: null, scale: 1 } as const;
    await expect(importModel(ctx, asked)).rejects.toMatchObject({ code: expect.stringMatching(/^onnx\//) });
    await expect(importModel(ctx, { ...asked, path: join(folder.path, "none.onnx") })).rejects.toMatchObject({ code: "onnx/no-file" });
    await expect(importModel(ctx, { ...asked, path: folder.path })).rejects.toMatchObject({ code: "onnx/no-file" });
    expect(await listModels(ctx)).toEqual(before);
  });
});
