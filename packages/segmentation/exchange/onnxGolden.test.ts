import { readFileSync, writeFileSync } from "node:fs";
import type { Architecture } from "@reefline/schema/training";
import { describe, expect, it } from "vitest";
import { loadBackend } from "../backends/backend.ts";
import { makePredictor } from "../engines/predictor.ts";
import { madeCard, madePixels, madeValues } from "../modelFiles/madeModel.ts";
import { exportOnnx } from "./onnxExport.ts";

/** As tests/golden/onnx/make.py knows it. */
const architecture: Architecture = { kind: "unet", baseFilters: 3, depth: 2, bandCount: 3, patchPx: 2 };
const ofClasses: Architecture = { ...architecture, classCount: 3 };
const [widthPx, heightPx, tilePx] = [40, 24, 32];
const folder = new URL("../../../tests/golden/onnx/", import.meta.url);
const golden = (name: string): Buffer => readFileSync(new URL(name, folder));

describe("ONNX files that onnx.checker has passed and Python's onnxruntime has run", async () => {
  const card = madeCard(architecture);
  const values = madeValues(architecture, 11);
  const told = { card: madeCard(ofClasses), values: madeValues(ofClasses, 13) };
  const pixels = madePixels(widthPx * heightPx * 3, 12);
  const files = () => ({
    onnx: exportOnnx(card, values, "onnx"),
    deepness: exportOnnx(card, values, "deepness", { tilePx }),
    classes: exportOnnx(told.card, told.values, "onnx"),
    "classes-deepness": exportOnnx(told.card, told.values, "deepness", { tilePx }),
  });
  if (process.env.REEFLINE_WRITE_GOLDEN === "1") {
    for (const [name, bytes] of Object.entries(files())) writeFileSync(new URL(`${name}.onnx`, folder), bytes);
    writeFileSync(new URL("pixels.bin", folder), pixels);
  }

  it("are what we write, byte for byte", () => {
    for (const [name, bytes] of Object.entries(files())) expect(Buffer.from(bytes).equals(golden(`${name}.onnx`)), name).toBe(true);
  });

  it.each([
    ["reef or not", "probability.bin", () => ({ card, values })],
    ["classes", "classes.bin", () => told],
  ] as const)("answer as TensorFlow does: %s", async (_, file, model) => {
    const { tf } = await loadBackend();
    const predictor = makePredictor(tf, model().card, model().values);
    const bytes = golden(file);
    const expected = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    const probability = await predictor.predict(Uint8Array.from(golden("pixels.bin")), widthPx, heightPx, 1);
    predictor.dispose();
    expect(probability.length).toBe(expected.length);
    const planePx = widthPx * heightPx;
    probability.forEach((p, i) => {
      // Other programs are given background in place of reef of any class.
      const given = file === "classes.bin" && i < planePx ? 1 - p : p;
      expect(Math.abs(given - (expected[i] ?? Number.NaN))).toBeLessThan(1e-4);
    });
  });
});
