import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadBackend } from "../backends/backend.ts";
import { Trainer } from "../training/trainer.ts";
import { trainingForward } from "../training/trainingForward.ts";
import { makeFoldedNetwork } from "./foldedNetwork.ts";
import { residualUnet } from "./residualUnet.ts";
import { unet } from "./unet.ts";

// Made by Keras: tests/golden/unet/make.py.
type Golden = { shape: [number, number, number, number]; base: number; depth: number; patch: 1 | 2; loss: number } & Record<string, string>;
const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../tests/golden/unet/${name}.json`, import.meta.url), "utf8")) as Golden;

function expectClose(actual: ArrayLike<number>, expected: Float32Array, tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  let [worst, largest] = [0, 1];
  for (let i = 0; i < expected.length; i++) {
    worst = Math.max(worst, Math.abs((actual[i] ?? Number.NaN) - (expected[i] ?? 0)));
    largest = Math.max(largest, Math.abs(expected[i] ?? 0));
  }
  expect(worst).toBeLessThan(tolerance * largest);
}

describe.each([
  ["U-Net", read("unet")],
  ["U-Net on patches", read("unet-patch")],
  ["residual U-Net", read("residual-unet")],
] as const)("%s beside Keras on the same weights", async (name, golden) => {
  const { tf, backend } = await loadBackend();
  const floats = (name: string): Float32Array => new Float32Array(Uint8Array.from(Buffer.from(golden[name] ?? "", "base64")).buffer);
  const [count, heightPx, widthPx, bandCount] = golden.shape;
  const { base: baseFilters, depth, patch: patchPx } = golden;
  const layout =
    name === "residual U-Net"
      ? residualUnet({ kind: "residual-unet", baseFilters, bandCount })
      : unet({ kind: "unet", baseFilters, depth, bandCount, patchPx });
  const native = backend.kind !== "wasm";
  const image = () => tf.tensor4d(floats("x"), [count, heightPx, widthPx, bandCount]);

  it("has as many weights and statistics", () => {
    expect(layout.weightCount).toBe(floats("weights").length);
    expect(layout.statisticsCount).toBe(floats("statistics").length);
  });

  it("predicts the same with batch norm folded in, at any temperature", () => {
    for (const temperature of [1, 2.5]) {
      const network = makeFoldedNetwork(
        tf,
        layout,
        { weights: floats("weights"), statistics: floats("statistics") },
        { temperature, classTemperature: 1 },
      );
      const logits = tf.tidy(() => network.logits(image()));
      expectClose(
        logits.dataSync(),
        floats("predicted").map((value) => value / temperature),
        1e-4,
      );
      tf.dispose(logits);
      network.dispose();
    }
  });

  it("gives the same logits in training", () => {
    const logits = tf.tidy(() =>
      trainingForward(tf, layout, tf.tensor1d(floats("weights")), tf.tensor1d(floats("statistics")), image(), ({ mean, variance }) =>
        tf.dispose([mean, variance]),
      ),
    );
    expectClose(logits.dataSync(), floats("trainingLogits"), 1e-4);
    logits.dispose();
  });

  it.skipIf(!native)("takes the same step: loss, weights, moving statistics", async () => {
    const zeros = () => new Float32Array(layout.weightCount);
    const before = tf.memory().numTensors;
    const trainer = new Trainer(tf, layout, {
      weights: floats("weights"),
      m: zeros(),
      v: zeros(),
      statistics: floats("statistics"),
      step: 0,
    });
    const loss = await trainer.step({ count, heightPx, widthPx, x: floats("x"), target: floats("target"), valid: floats("valid") }, 0.01);
    expect(loss).toBeCloseTo(golden.loss, 4);
    const { weights, m, statistics } = await trainer.values();
    // After one step Adam's first moment is a tenth of the gradient.
    expectClose(
      m.map((value) => value * 10),
      floats("gradient"),
      1e-4,
    );
    // Adam's first step is ±rate wherever the gradient is more than noise.
    const gradient = floats("gradient");
    const clear = (values: Float32Array) => values.filter((_, i) => Math.abs(gradient[i] ?? 0) > 1e-4);
    expect(clear(weights).length).toBeGreaterThan(layout.weightCount / 2);
    expectClose(clear(weights), clear(floats("weightsAfter")), 1e-4);
    expectClose(statistics, floats("statisticsAfter"), 1e-4);
    trainer.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
