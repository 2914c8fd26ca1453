import { readFileSync } from "node:fs";
import { lossNameSchema } from "@reefline/schema/training";
import type { Tensor, Tensor4D } from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { loadBackend, type Tf } from "../backends/backend.ts";
import { enableWasmTraining } from "../backends/wasmTraining.ts";
import { classLoss, trainingLoss } from "./classLoss.ts";
import { type Loss, losses } from "./loss.ts";

// Made by PyTorch: tests/golden/classLoss/make.py.
type Case = { shape: [number, number, number, number]; reefLoss: number; classLoss: number } & Record<
  "logits" | "target" | "valid" | "gradient",
  number[]
>;
const golden = JSON.parse(readFileSync(new URL("../../../tests/golden/classLoss/cases.json", import.meta.url), "utf8")) as Case[];

function gradientOf(tf: Tf, { shape, logits, target, valid }: Case) {
  return tf.tidy(() => {
    const [count, height, width, channels] = shape;
    const loss = trainingLoss("bce-dice", channels - 1);
    const y = tf.tensor4d(target, [count, height, width, 1]);
    const w = tf.tensor4d(valid, [count, height, width, 1]);
    const { value, grad } = tf.valueAndGrad((z: Tensor) => loss(tf, z as Tensor4D, y, w))(tf.tensor4d(logits, shape));
    return { value: value.dataSync()[0] ?? Number.NaN, gradient: Array.from(grad.dataSync()) };
  });
}

describe("the loss of a head that tells classes apart", async () => {
  const { tf } = await loadBackend();

  it.each(golden)("is PyTorch's, and so is its gradient ($shape)", (of) => {
    const { value, gradient } = gradientOf(tf, of);
    expect(value).toBeCloseTo(of.reefLoss + of.classLoss, 5);
    gradient.forEach((slope, i) => {
      expect(slope).toBeCloseTo(of.gradient[i] ?? Number.NaN, 5);
    });
  });

  it("leaves nothing behind, and is 0 where no class is known", () => {
    const before = tf.memory().numTensors;
    for (const of of golden) gradientOf(tf, of);
    expect(tf.memory().numTensors).toBe(before);
    const scores = tf.tensor4d([3, -1, 2, 0.5], [1, 1, 2, 2]);
    const value = classLoss(tf, scores, tf.tensor4d([0, 255], [1, 1, 2, 1]), tf.tensor4d([1, 1], [1, 1, 2, 1]));
    expect(value.dataSync()[0]).toBe(0);
  });

  it.each(lossNameSchema.options)("%s of reef and the loss of classes are summed, and so are their gradients", (name) => {
    const [of] = golden;
    if (!of) throw new RangeError("no case");
    const [count, height, width, channels] = of.shape;
    const tensor = (values: number[]) => tf.tensor4d(values, [count, height, width, values.length / (count * height * width)]);
    const answer = (loss: Loss, logits: number[], target: number[]) =>
      tf.tidy(() => {
        const { value, grad } = tf.valueAndGrad((z: Tensor) => loss(tf, z as Tensor4D, tensor(target), tensor(of.valid)))(tensor(logits));
        return { value: value.dataSync()[0] ?? Number.NaN, gradient: Array.from(grad.dataSync()) };
      });
    const whole = answer(trainingLoss(name, channels - 1), of.logits, of.target);
    const channel = (values: number[], wanted: (index: number) => boolean) => values.filter((_, i) => wanted(i % channels));
    const isReef = of.target.map((value) => (value > 0 ? 1 : 0));
    const reef = answer(
      losses[name],
      channel(of.logits, (k) => k === 0),
      isReef,
    );
    const told = answer(
      classLoss,
      channel(of.logits, (k) => k > 0),
      of.target,
    );
    expect(whole.value).toBeCloseTo(reef.value + told.value, 5);
    for (const [part, of] of [
      [reef.gradient, channel(whole.gradient, (k) => k === 0)],
      [told.gradient, channel(whole.gradient, (k) => k > 0)],
    ] as const)
      part.forEach((slope, i) => {
        expect(of[i]).toBeCloseTo(slope, 6);
      });
  });

  it("is the reef's own loss where none is told apart", () => {
    const [of] = golden;
    if (!of) throw new RangeError("no case");
    const [count, height, width] = of.shape;
    const reef = of.logits.filter((_, i) => i % of.shape[3] === 0);
    const binary = trainingLoss("bce-dice", 0);
    const target = of.target.map((value) => (value > 0 ? 1 : 0));
    const tensor = (values: number[]) => tf.tensor4d(values, [count, height, width, 1]);
    expect(binary(tf, tensor(reef), tensor(target), tensor(of.valid)).dataSync()[0]).toBeCloseTo(of.reefLoss, 5);
  });
});

describe("on WebAssembly", async () => {
  const { tf } = await loadBackend();
  await import("@tensorflow/tfjs-backend-wasm");

  it("has the same gradient", async () => {
    const before = tf.getBackend();
    await tf.setBackend("wasm");
    enableWasmTraining(tf);
    const answers = golden.map((of) => gradientOf(tf, of));
    await tf.setBackend(before);
    answers.forEach(({ value, gradient }, i) => {
      const of = golden[i];
      expect(value).toBeCloseTo((of?.reefLoss ?? Number.NaN) + (of?.classLoss ?? Number.NaN), 4);
      gradient.forEach((slope, at) => {
        expect(slope).toBeCloseTo(of?.gradient[at] ?? Number.NaN, 4);
      });
    });
  });
});
