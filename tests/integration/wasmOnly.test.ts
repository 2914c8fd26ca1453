import { join } from "node:path";
import { readModel } from "@reefline/segmentation/modelFiles/modelFiles";
import { makeTinySurvey } from "@reefline/test-kit/makeTinySurvey";
import { expect, it, onTestFinished } from "vitest";
import { reefline } from "./program.ts";
import { temporaryFolder } from "./testStore.ts";

it("a machine with WebAssembly alone trains a model, which then predicts", async () => {
  const folder = temporaryFolder();
  onTestFinished(() => folder.remove());
  const files = await makeTinySurvey({ outDir: join(folder.path, "survey"), seed: 5 });
  const run = async (...words: string[]) => {
    const { code, stdout, stderr } = await reefline(["--data", join(folder.path, "data"), "--json", ...words], {
      REEFLINE_BACKEND: "wasm",
    });
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    return JSON.parse(stdout);
  };
  await run("survey", "add", files.tif, "--name", "Flat");
  await run("labels", "import", files.labels, "--survey", "Flat");
  await run("labels", "import", files.examined, "--survey", "Flat", "--as", "examined");
  const trained = await run("train", "--survey", "Flat", "--model", "m", "--preset", "fast", "--epochs", "1", "--no-check");
  const { backend, steps } = (await readModel(join(folder.path, "data", "models", trained.model.id))).card;
  expect(backend.kind).toBe("wasm");
  expect(steps).toBeGreaterThan(5);
  const { engine } = await run("predict", "--survey", "Flat", "--model", "m");
  expect(["onnxruntime", "wasm"]).toContain(engine.name);
}, 120_000);
