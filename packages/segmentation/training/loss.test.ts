import { randomFrom } from "@reefline/chips/random";
import type { Tensor4D } from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { loadBackend } from "../backends/backend.ts";
import { bceDiceLoss, losses } from "./loss.ts";

/** Straight from the definition, in double precision. */
function bruteForce(logits: readonly number[], target: readonly number[], valid: readonly number[]): number {
  let [bce, count, overlap, total] = [0, 0, 0, 0];
  logits.forEach((z, i) => {
    if (valid[i] !== 1) return;
    const p = 1 / (1 + Math.exp(-z));
    const y = target[i] ?? 0;
    bce -= y * Math.log(p) + (1 - y) * Math.log(1 - p);
    count++;
    overlap += p * y;
    total += p + y;
  });
  return bce / Math.max(1, count) + 1 - (2 * overlap + 1) / (total + 1);
}

describe("masked cross-entropy + soft Dice", async () => {
  const { tf } = await loadBackend();
  const shape: [number, number, number, number] = [2, 3, 5, 1];
  const random = randomFrom(9);
  const logits = Array.from({ length: 30 }, () => 2 * random.normal());
  const target = logits.map(() => (random.next() < 0.3 ? 1 : 0));
  const valid = logits.map(() => (random.next() < 0.7 ? 1 : 0));
  const loss = (z: readonly number[], y: readonly number[], w: readonly number[]) => {
    const yTensor = tf.tensor4d([...y], shape);
    const wTensor = tf.tensor4d([...w], shape);
    const f = (x: Tensor4D) => bceDiceLoss(tf, x, yTensor, wTensor);
    const { value, grad } = tf.valueAndGrad((x) => f(x as Tensor4D))(tf.tensor4d([...z], shape));
    return { value: value.dataSync()[0] ?? Number.NaN, gradient: Array.from(grad.dataSync()) };
  };

  it("equals the definition", () => {
    expect(loss(logits, target, valid).value).toBeCloseTo(bruteForce(logits, target, valid), 5);
  });

  it("has the gradient of the definition, and none where nothing counts", () => {
    const { gradient } = loss(logits, target, valid);
    gradient.forEach((value, i) => {
      const moved = (by: number) => bruteForce(logits.with(i, (logits[i] ?? 0) + by), target, valid);
      expect(value).toBeCloseTo((moved(1e-4) - moved(-1e-4)) / 2e-4, 5);
      if (valid[i] === 0) expect(Math.abs(value)).toBe(0);
    });
  });

  it("is defined on a batch without reef and on one where nothing counts", () => {
    const none = logits.map(() => 0);
    expect(loss(logits, none, valid).value).toBeCloseTo(bruteForce(logits, none, valid), 5);
    expect(loss(logits, target, none).value).toBeCloseTo(0, 6);
  });
});

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
const weighted = (values: number[], weights: number[]) =>
  sum(values.map((value, i) => value * (weights[i] ?? 0))) / Math.max(1, sum(weights));
const truthOf = (p: number, y: number) => (y === 1 ? p : 1 - p);

/** The losses from their papers' formulas, in double precision, on one row of pixels: neighbours are those before and after. */
const definitions = {
  bce: (p: number[], y: number[], v: number[]) =>
    weighted(
      p.map((value, i) => -Math.log(truthOf(value, y[i] ?? 0))),
      v,
    ),
  dice: (p: number[], y: number[], v: number[]) =>
    1 -
    (2 * sum(p.map((value, i) => value * (y[i] ?? 0) * (v[i] ?? 0))) + 1) /
      (sum(p.map((value, i) => (value + (y[i] ?? 0)) * (v[i] ?? 0))) + 1),
  focal: (p: number[], y: number[], v: number[]) =>
    weighted(
      p.map((value, i) => -((1 - truthOf(value, y[i] ?? 0)) ** 2) * Math.log(truthOf(value, y[i] ?? 0))),
      v,
    ),
  tversky: (p: number[], y: number[], v: number[]) => {
    const tp = sum(p.map((value, i) => value * (y[i] ?? 0) * (v[i] ?? 0)));
    const fp = sum(p.map((value, i) => value * (1 - (y[i] ?? 0)) * (v[i] ?? 0)));
    const fn = sum(p.map((value, i) => (1 - value) * (y[i] ?? 0) * (v[i] ?? 0)));
    return 1 - (tp + 1) / (tp + 0.3 * fp + 0.7 * fn + 1);
  },
  boundary: (p: number[], y: number[], v: number[]): number => {
    const near = y.map((_, i) => new Set(y.slice(Math.max(0, i - 3), i + 4)).size > 1);
    const entropy = weighted(
      p.map((value, i) => -Math.log(truthOf(value, y[i] ?? 0))),
      v.map((value, i) => value * (near[i] ? 5 : 1)),
    );
    return entropy + definitions.dice(p, y, v);
  },
};

describe("every loss by name", async () => {
  const { tf } = await loadBackend();
  const random = randomFrom(4);
  const shape: [number, number, number, number] = [1, 1, 41, 1];
  const logits = Array.from({ length: 41 }, () => 2 * random.normal());
  const target = logits.map((_, i) => (i > 9 && i < 17 ? 1 : 0));
  const valid = logits.map(() => (random.next() < 0.8 ? 1 : 0));
  const tensor = (values: number[]) => tf.tensor4d(values, shape);

  it.each(["bce", "dice", "focal", "tversky", "boundary"] as const)("%s equals its formula, and so does its gradient", (name) => {
    const exact = (z: number[]) =>
      definitions[name](
        z.map((value) => 1 / (1 + Math.exp(-value))),
        target,
        valid,
      );
    const { value, grad } = tf.valueAndGrad((z) => losses[name](tf, z as Tensor4D, tensor(target), tensor(valid)))(tensor(logits));
    expect(value.dataSync()[0]).toBeCloseTo(exact(logits), 5);
    grad.dataSync().forEach((slope, i) => {
      const moved = (by: number) => exact(logits.with(i, (logits[i] ?? 0) + by));
      expect(slope).toBeCloseTo((moved(1e-4) - moved(-1e-4)) / 2e-4, 5);
    });
  });

  it("bce-dice is the sum of both", () => {
    const at = (name: "bce" | "dice" | "bce-dice") =>
      losses[name](tf, tensor(logits), tensor(target), tensor(valid)).dataSync()[0] ?? Number.NaN;
    expect(at("bce-dice")).toBeCloseTo(at("bce") + at("dice"), 5);
  });
});
