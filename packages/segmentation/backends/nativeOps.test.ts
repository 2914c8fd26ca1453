import { describe, expect, it } from "vitest";
import { loadBackend } from "./backend.ts";
import { nativeOps } from "./nativeOps.ts";

const { tf } = await loadBackend();
const native = nativeOps(tf);

describe("convolveBiasRelu", () => {
  it.skipIf(native === null)("is convolution, bias and ReLU, layer by layer of one shape, and leaves no tensor behind", () => {
    const before = tf.memory().numTensors;
    for (const seed of [1, 2]) {
      tf.tidy(() => {
        const x = tf.randomNormal<import("@tensorflow/tfjs").Rank.R4>([1, 11, 6, 5], 0, 1, "float32", seed);
        const kernel = tf.randomNormal<import("@tensorflow/tfjs").Rank.R4>([3, 3, 5, 7], 0, 1, "float32", seed + 10);
        const bias = tf.randomNormal<import("@tensorflow/tfjs").Rank.R1>([7], 0, 1, "float32", seed + 20);
        const made = native?.convolveBiasRelu(x, kernel, bias);
        expect(made?.shape).toEqual([1, 11, 6, 7]);
        const wanted = tf.relu(tf.conv2d(x, kernel, 1, "same").add(bias)).dataSync();
        const seen = made?.dataSync() ?? [];
        expect(wanted.every((value, i) => Math.abs(value - (seen[i] ?? Number.NaN)) < 1e-4)).toBe(true);
      });
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});
