import { randomFrom } from "@reefline/chips/random";
import type { Tensor, Tensor1D, Tensor4D } from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { tensorOperations } from "../network/networkTensors.ts";
import { adamStep } from "../training/adam.ts";
import { loadBackend } from "./backend.ts";
import { ownKernels } from "./ownKernels.ts";

const { tf, backend } = await loadBackend();
const kernels = backend.kind === "native-cpu" ? ownKernels(tf) : null;
const random = randomFrom(11);
const normals = (count: number): Float32Array => Float32Array.from({ length: count }, () => random.normal());
const tensor = (...shape: [number, number, number, number]): Tensor4D =>
  tf.tensor4d(normals(shape[0] * shape[1] * shape[2] * shape[3]), shape);

it("our kernels are in the binding that the set-up built", () => {
  expect(backend.kind !== "native-cpu" || kernels !== null).toBe(true);
});

/** The greatest difference, as a share of the greatest value. */
function difference(is: ArrayLike<number> | undefined, expected: ArrayLike<number>): number {
  const greatest = Math.max(...Array.from(expected, Math.abs), 1e-6);
  expect(is?.length).toBe(expected.length);
  return Math.max(...Array.from(expected, (value, i) => Math.abs(value - (is?.[i] ?? Number.NaN)))) / greatest;
}

/** Depthwise convolution with "same" padding and its gradients for dy, product by product in double precision. */
function byHand(x: Tensor4D, kernel: Tensor4D, stride: number, dyOf: (shape: [number, number, number, number]) => Tensor4D) {
  const [count, height, width, channels] = x.shape;
  const [k] = kernel.shape;
  const [rows, columns] = [Math.ceil(height / stride), Math.ceil(width / stride)];
  const before = (size: number, out: number) => Math.floor(Math.max(0, (out - 1) * stride + k - size) / 2);
  const dyTensor = dyOf([count, rows, columns, channels]);
  const [xs, ks, dy] = [x.dataSync(), kernel.dataSync(), dyTensor.dataSync()];
  const y = new Float64Array(dy.length);
  const dx = new Float64Array(xs.length);
  const dk = new Float64Array(ks.length);
  for (let out = 0; out < y.length; out++) {
    const c = out % channels;
    const column = Math.floor(out / channels) % columns;
    const row = Math.floor(out / channels / columns) % rows;
    const image = Math.floor(out / channels / columns / rows);
    for (let kh = 0; kh < k; kh++) {
      for (let kw = 0; kw < k; kw++) {
        const ih = row * stride + kh - before(height, rows);
        const iw = column * stride + kw - before(width, columns);
        if (ih < 0 || iw < 0 || ih >= height || iw >= width) continue;
        const [from, tap] = [((image * height + ih) * width + iw) * channels + c, (kh * k + kw) * channels + c];
        y[out] = (y[out] ?? 0) + (xs[from] ?? 0) * (ks[tap] ?? 0);
        dx[from] = (dx[from] ?? 0) + (dy[out] ?? 0) * (ks[tap] ?? 0);
        dk[tap] = (dk[tap] ?? 0) + (dy[out] ?? 0) * (xs[from] ?? 0);
      }
    }
  }
  return { y, dx, dk, dyTensor };
}

describe.skipIf(!kernels)("depthwise convolution", () => {
  it.each([
    [2, 9, 7, 16, 3, 1],
    [1, 8, 10, 37, 3, 2],
    [2, 6, 5, 48, 5, 1],
    [1, 11, 12, 20, 5, 2],
    [1, 1, 1, 17, 5, 1],
    [1, 2, 3, 5, 5, 2],
  ])("%i × %i × %i × %i, kernel %i, stride %i: value and both gradients", (count, height, width, channels, k, stride) => {
    const x = tensor(count, height, width, channels);
    const kernel = tensor(k, k, channels, 1);
    const { y, dx, dk, dyTensor } = byHand(x, kernel, stride, (shape) => tensor(...shape));
    expect(difference(tf.depthwiseConv2d(x, kernel, stride, "same").dataSync(), y)).toBeLessThan(1e-5);
    const grads = tf.grads((a: Tensor, b: Tensor) => tf.depthwiseConv2d(a as Tensor4D, b as Tensor4D, stride, "same"))(
      [x, kernel],
      dyTensor,
    );
    expect(difference(grads[0]?.dataSync(), dx)).toBeLessThan(1e-5);
    expect(difference(grads[1]?.dataSync(), dk)).toBeLessThan(1e-5);
    // Ours were meant, and not TensorFlow's by another way.
    expect(Array.from(kernels?.depthwise(x, kernel, stride).dataSync() ?? [])).toEqual(
      Array.from(tf.depthwiseConv2d(x, kernel, stride, "same").dataSync()),
    );
  });
});

describe.skipIf(!kernels)("2 × 2 max-pool", () => {
  it.each([
    [2, 6, 8, 16],
    [1, 7, 5, 3],
  ])("%i × %i × %i × %i: the gradient goes to the first of the largest", (count, height, width, channels) => {
    // Few different values: many windows hold their largest more than once.
    const x = tensor(count, height, width, channels).mul(1.5).round() as Tensor4D;
    const [rows, columns] = [Math.floor(height / 2), Math.floor(width / 2)];
    const dy = tensor(count, rows, columns, channels);
    const [xs, changes] = [x.dataSync(), dy.dataSync()];
    const expected = new Float32Array(xs.length);
    changes.forEach((change, out) => {
      const c = out % channels;
      const column = Math.floor(out / channels) % columns;
      const row = Math.floor(out / channels / columns) % rows;
      const image = Math.floor(out / channels / columns / rows);
      const places = [0, 1, 2, 3].map((k) => ((image * height + 2 * row + (k >> 1)) * width + 2 * column + (k & 1)) * channels + c);
      const largest = Math.max(...places.map((place) => xs[place] ?? 0));
      expected[places.find((place) => xs[place] === largest) ?? -1] = change;
    });
    const dx = tf.grad((a: Tensor) => tf.maxPool(a as Tensor4D, 2, 2, "valid"))(x, dy);
    expect(Array.from(dx.dataSync())).toEqual(Array.from(expected));
  });
});

describe.skipIf(!kernels)("the way up", () => {
  it.each([
    [2, 3, 5, 7, 4],
    [1, 1, 1, 16, 32],
  ])("%i × %i × %i × %i and a skip of %i channels: TensorFlow says the same, and so do the gradients", (count, height, width, a, b) => {
    const [low, skip] = [tensor(count, height, width, a), tensor(count, 2 * height, 2 * width, b)];
    const dy = tensor(count, 2 * height, 2 * width, a + b);
    const plain = (x: Tensor, y: Tensor) => tf.concat([tf.image.resizeNearestNeighbor(x as Tensor4D, [2 * height, 2 * width]), y], 3);
    const expected = tf.valueAndGrads(plain)([low, skip], dy);
    const ours = tf.valueAndGrads((x: Tensor, y: Tensor) => tensorOperations(tf).upsampleConcat(x as Tensor4D, y as Tensor4D))(
      [low, skip],
      dy,
    );
    expect(Array.from(ours.value.dataSync())).toEqual(Array.from(expected.value.dataSync()));
    ours.grads.forEach((grad, i) => {
      expect(difference(grad.dataSync(), expected.grads[i]?.dataSync() ?? [])).toBeLessThan(1e-6);
    });
    // Ours were meant.
    expect(Array.from(kernels?.upsampleConcat(low, skip).dataSync() ?? [])).toEqual(Array.from(expected.value.dataSync()));
  });
});

describe.skipIf(!kernels)("batch norm", () => {
  it.each([
    [4, 13, 11, 16, "relu"],
    [2, 9, 9, 24, "relu6"],
    [3, 5, 7, 200, "none"],
    [1, 64, 65, 3, "relu6"],
    [2, 1, 1, 5, "relu"],
  ] as const)("%i × %i × %i × %i, %s: TensorFlow's kernels say the same", (count, height, width, channels, activation) => {
    const x: Tensor4D = tensor(count, height, width, channels)
      .mul(2)
      .add(tf.tensor1d(normals(channels)).mul(30));
    const [gamma, beta] = [tf.tensor1d(normals(channels)).mul(2) as Tensor1D, tf.tensor1d(normals(channels)).add(1) as Tensor1D];
    const dy = tensor(count, height, width, channels);
    const plain = (a: Tensor, b: Tensor, c: Tensor) => {
      const { mean, variance } = tf.moments(a, [0, 1, 2]);
      const z = a
        .sub(mean)
        .mul(b.mul(tf.rsqrt(variance.add(1e-3))))
        .add(c);
      return activation === "none" ? z : activation === "relu" ? z.relu() : z.relu6();
    };
    const expected = tf.valueAndGrads(plain)([x, gamma, beta], dy);
    const { y, mean, variance, saved } = kernels?.batchNorm(x, gamma, beta, 1e-3, activation) ?? { saved: [] };
    const grads = kernels?.batchNormGrad(dy, saved, 1e-3, activation) ?? [];
    const moments = tf.moments(x, [0, 1, 2]);
    expect(difference(mean?.dataSync(), moments.mean.dataSync())).toBeLessThan(1e-5);
    expect(difference(variance?.dataSync(), moments.variance.dataSync())).toBeLessThan(1e-4);
    expect(difference(y?.dataSync(), expected.value.dataSync())).toBeLessThan(1e-4);
    // A value within a rounding of an edge of the activation may fall on either side of it.
    const median = (of: number[]) => of.sort((a, b) => a - b)[Math.floor(of.length / 2)] ?? Number.NaN;
    grads.forEach((grad, i) => {
      const [is, other] = [grad.dataSync(), expected.grads[i]?.dataSync() ?? []];
      const greatest = Math.max(...Array.from(other, Math.abs), 1e-3);
      expect(median(Array.from(other, (value, k) => Math.abs(value - (is[k] ?? Number.NaN)))) / greatest).toBeLessThan(1e-4);
      expect(difference(is, other)).toBeLessThan(2e-2);
    });
    expect(grads).toHaveLength(3);
  });

  it("passes on what is no number, so that a training that went astray is seen", () => {
    const y = kernels?.batchNorm(tf.fill([1, 2, 2, 2], Number.NaN) as Tensor4D, tf.ones([2]), tf.zeros([2]), 1e-3, "relu").y;
    expect(Array.from(y?.dataSync() ?? [0]).every(Number.isNaN)).toBe(true);
  });

  it("refuses what does not fit, with a sentence, and goes on", () => {
    expect(() => kernels?.batchNorm(tensor(1, 2, 2, 4), tf.ones([3]), tf.zeros([4]), 1e-3, "relu")).toThrow(/one value for each channel/);
    expect(kernels?.batchNorm(tensor(1, 2, 2, 4), tf.ones([4]), tf.zeros([4]), 1e-3, "none").y.shape).toEqual([1, 2, 2, 4]);
  });
});

describe.skipIf(!kernels)("the flat vector of weights", () => {
  const shapes = [[3, 3, 2, 4], [7], [1, 1, 5, 1]];

  it("is taken apart into shapes and put together again", () => {
    const flat = tf.tensor1d(normals(84));
    const pieces = kernels?.unpack(flat, shapes) ?? [];
    expect(pieces.map(({ shape }) => shape)).toEqual(shapes);
    expect(pieces.flatMap((piece) => Array.from(piece.dataSync()))).toEqual(Array.from(flat.dataSync()));
    expect(Array.from(kernels?.pack(pieces).dataSync() ?? [])).toEqual(Array.from(flat.dataSync()));
  });

  it("is refused where it is longer than the pieces", () => {
    expect(() => kernels?.unpack(tf.tensor1d(normals(85)), shapes)).toThrow(/as long as the vector/);
  });
});

describe.skipIf(!kernels)("Adam", () => {
  it.each([null, 0.25])("the formula, with rates times %s", (factor) => {
    const length = 40_000;
    const [weights, m, gradient] = [normals(length), normals(length), normals(length)];
    const v = normals(length).map(Math.abs);
    const state = { m: tf.tensor1d(m), v: tf.tensor1d(v), step: 6 };
    const scale = factor === null ? null : tf.tensor1d(new Float32Array(length).fill(factor));
    const next = adamStep(tf, tf.tensor1d(weights), tf.tensor1d(gradient), state, 0.01, scale).dataSync();
    const rate = ((0.01 * Math.sqrt(1 - 0.999 ** 7)) / (1 - 0.9 ** 7)) * (factor ?? 1);
    const nextM = gradient.map((g, i) => 0.9 * (m[i] ?? 0) + 0.1 * g);
    const nextV = gradient.map((g, i) => 0.999 * (v[i] ?? 0) + 0.001 * g * g);
    expect(difference(state.m.dataSync(), nextM)).toBeLessThan(1e-6);
    expect(difference(state.v.dataSync(), nextV)).toBeLessThan(1e-6);
    expect(
      difference(
        next,
        weights.map((w, i) => w - (rate * (nextM[i] ?? 0)) / (Math.sqrt(nextV[i] ?? 0) + 1e-7)),
      ),
    ).toBeLessThan(1e-5);
  });
});
