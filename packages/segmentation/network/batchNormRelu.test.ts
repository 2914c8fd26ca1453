import { randomFrom } from "@reefline/chips/random";
import type { Tensor, Tensor1D, Tensor4D } from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { loadBackend } from "../backends/backend.ts";
import { type BatchStatistics, batchNormRelu, batchNormReluPlain } from "./batchNormRelu.ts";

describe("fused batch norm and ReLU", async () => {
  const { tf, backend } = await loadBackend();

  it.skipIf(backend.kind === "wasm")("agrees with automatic differentiation of single operations: value, gradients, statistics", () => {
    const random = randomFrom(4);
    const normals = (count: number) => Float32Array.from({ length: count }, () => random.normal());
    const x = tf
      .tensor4d(normals(2 * 5 * 7 * 3), [2, 5, 7, 3])
      .mul(3)
      .add(1) as Tensor4D;
    const gamma = tf.tensor1d([0.7, -1.2, 1.5]);
    const beta = tf.tensor1d([0.1, 0.4, -0.3]);
    const weight = tf.tensor4d(normals(2 * 5 * 7 * 3), [2, 5, 7, 3]);
    const run = (layer: typeof batchNormRelu) => {
      const statistics: BatchStatistics[] = [];
      const loss = (a: Tensor, b: Tensor, c: Tensor) =>
        layer(tf, a as Tensor4D, b as Tensor1D, c as Tensor1D, (s) => statistics.push(s))
          .mul(weight)
          .sum();
      const { value, grads } = tf.valueAndGrads(loss)([x, gamma, beta]);
      const [{ mean, variance } = { mean: value, variance: value }] = statistics;
      return [value, ...grads, mean, variance].map((tensor) => Array.from(tensor.dataSync()));
    };
    const fused = run(batchNormRelu);
    const plain = run(batchNormReluPlain);
    expect(fused.map((values) => values.length)).toEqual([1, 210, 3, 3, 3, 3]);
    fused.forEach((values, i) => {
      values.forEach((value, k) => {
        expect(value).toBeCloseTo(plain[i]?.[k] ?? Number.NaN, 3);
      });
    });
    // Most gradients are not zero, so agreement says something.
    expect(fused[1]?.filter((value) => Math.abs(value) > 1e-3).length).toBeGreaterThan(80);
  });
});
