import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadBackend } from "../backends/backend.ts";
import { madeCard, madePixels, madeValues } from "../modelFiles/madeModel.ts";
import { writeModel } from "../modelFiles/modelFiles.ts";
import { chooseEngine } from "./chooseEngine.ts";
import { enginesHere } from "./enginesHere.ts";
import { loadPredictor } from "./predictor.ts";

describe("engines of prediction", async () => {
  const { backend } = await loadBackend();
  const architecture = { kind: "unet", baseFilters: 8, depth: 2, bandCount: 3, patchPx: 2 } as const;
  let modelDir = "";
  beforeAll(async () => {
    modelDir = await mkdtemp(join(tmpdir(), "reefline-engines-"));
    await writeModel(modelDir, madeCard(architecture), madeValues(architecture, 4));
  });
  afterAll(() => rm(modelDir, { recursive: true, force: true }));

  it("chooses one that is here, and says why not the others", async () => {
    const here = await enginesHere();
    const { choice, table } = await chooseEngine(modelDir, { windowPx: { widthPx: 190, heightPx: 120 } });
    expect(table.map(({ name }) => name).sort()).toEqual(here.map(({ name }) => name).sort());
    expect(here.find(({ name }) => name === choice.name)?.version).toBe(choice.version);
    for (const { name, mpxPerSecond, maxDifference, why } of table) {
      expect(Boolean(why)).toBe(name !== choice.name);
      if (mpxPerSecond !== null) expect(maxDifference).toBeLessThan(2 / 255);
    }
    const chosen = table.find(({ name }) => name === choice.name);
    expect(table.every(({ mpxPerSecond }) => mpxPerSecond === null || mpxPerSecond <= (chosen?.mpxPerSecond ?? 0))).toBe(true);
    const predictor = await loadPredictor(modelDir, { engine: choice });
    expect(predictor.engine).toEqual(choice);
    predictor.dispose();
  });

  it("keeps to what is allowed, WebAssembly in a process of its own", async () => {
    const { choice } = await chooseEngine(modelDir, { windowPx: 64, allowed: ["wasm"] });
    expect(choice.name).toBe("wasm");
    const wasm = await loadPredictor(modelDir, { engine: choice });
    const usual = await loadPredictor(modelDir);
    expect(usual.engine.name).toBe(backend.kind === "wasm" ? "wasm" : "native");
    const pixels = madePixels(40 * 24 * 3, 8);
    const valid = Uint8Array.from({ length: 40 * 24 }, (_, i) => (i % 5 === 0 ? 0 : 1));
    const [a, b] = await Promise.all([wasm.predict(pixels, 40, 24, 1, valid), usual.predict(pixels, 40, 24, 1, valid)]);
    a.forEach((p, i) => {
      expect(Math.abs(p - (b[i] ?? Number.NaN))).toBeLessThan(1e-4);
    });
    // Asked at once: each gets its own answer, also after one that is refused at once.
    const asked = await Promise.allSettled([
      wasm.predict(pixels, 40, 24, 1, valid),
      wasm.predict(pixels, 41, 24, 1),
      wasm.predict(pixels, 40, 24, 1),
    ]);
    expect(asked.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(asked[0]).toMatchObject({ value: a });
    expect(asked[1]).toMatchObject({ reason: { code: "segmentation/window-size" } });
    wasm.dispose();
    usual.dispose();
  });

  it("refuses an engine of another version, and one that is not here, in words", async () => {
    const [native] = await enginesHere();
    const engine = { name: "onnxruntime", threads: 1, version: "0.1.0" } as const;
    await expect(loadPredictor(modelDir, { engine })).rejects.toMatchObject({
      code: "segmentation/engine-missing",
      message: expect.stringContaining("begun with onnxruntime 0.1.0"),
    });
    const missing = (await enginesHere()).find(({ why }) => why !== null);
    if (missing) {
      const asked = { name: missing.name, threads: 1, version: native?.version ?? "" };
      await expect(loadPredictor(modelDir, { engine: asked })).rejects.toMatchObject({ code: "segmentation/engine-missing" });
      await expect(chooseEngine(modelDir, { windowPx: 64, allowed: [missing.name] })).rejects.toMatchObject({
        code: "segmentation/no-engine",
      });
    }
  });

  it("stops when it is told to", async () => {
    await expect(chooseEngine(modelDir, { windowPx: 64, signal: AbortSignal.abort() })).rejects.toMatchObject({ kind: "cancelled" });
  });
});
