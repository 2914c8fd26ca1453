import { randomFrom } from "@reefline/chips/random";
import type { Tensor4D } from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { loadBackend } from "./backend.ts";
import { bceDiceLoss } from "./loss.ts";

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
