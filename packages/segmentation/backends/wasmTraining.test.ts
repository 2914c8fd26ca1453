import { randomFrom } from "@reefline/chips/random";
import type { Rank, Tensor, Tensor1D, Tensor4D } from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { batchNormActivation } from "../network/batchNormRelu.ts";
import { biasActivation } from "../network/biasActivation.ts";
import { initialValues } from "../network/initialValues.ts";
import { tensorOperations } from "../network/networkTensors.ts";
import { pretrainedUnet } from "../network/pretrainedUnet.ts";
import { unet } from "../network/unet.ts";
import { trainingLoss } from "../training/classLoss.ts";
import { Trainer } from "../training/trainer.ts";
import { trainingForward } from "../training/trainingForward.ts";
import { loadBackend, type Tf } from "./backend.ts";

// Both in one process: the packages share TensorFlow.js' core, which knows each backend by its name.
const { tf } = await loadBackend("wasm");
const native = await loadBackend("auto");
const reference = native.backend.kind === "wasm" ? { tf, name: "cpu" } : { tf: native.tf, name: "tensorflow" };

/** What `run` gives on WebAssembly and on native TensorFlow (where that is not here, on the plain JavaScript backend). */
async function onBoth<T>(run: (tf: Tf) => T): Promise<[wasm: T, reference: T]> {
  await tf.setBackend("wasm");
  const before = tf.memory().numTensors;
  const ours = run(tf);
  expect(tf.memory().numTensors).toBe(before);
  await reference.tf.setBackend(reference.name);
  const theirs = run(reference.tf);
  return [ours, theirs];
}

/** Largest difference, in units of the largest number of the reference. */
function relativeDifference(ours: Float32Array, theirs: Float32Array): number {
  expect(ours.length).toBe(theirs.length);
  let [worst, largest] = [0, 0];
  theirs.forEach((value, i) => {
    worst = Math.max(worst, Math.abs(value - (ours[i] ?? Number.NaN)));
    largest = Math.max(largest, Math.abs(value));
  });
  expect(largest).toBeGreaterThan(0);
  return worst / largest;
}

const numbers = (length: number, seed: number): Float32Array => {
  const random = randomFrom(seed);
  return Float32Array.from({ length }, () => random.normal());
};
const floats = (tensor: Tensor<Rank>): Float32Array => Float32Array.from(tensor.dataSync());

/** Gradients of Σ (f · noise) by every input. */
function gradients(tf: Tf, shapes: number[][], f: (...inputs: Tensor[]) => Tensor): Float32Array[] {
  return tf.tidy(() => {
    const inputs = shapes.map((shape, i) =>
      tf.tensor(
        numbers(
          shape.reduce((a, b) => a * b, 1),
          10 + i,
        ),
        shape,
      ),
    );
    const value = (...given: Tensor[]) => {
      const y = f(...given);
      return y
        .mul(tf.tensor(numbers(y.size, 99), y.shape))
        .sum()
        .asScalar();
    };
    return tf.grads(value)(inputs).map(floats);
  });
}

describe("on WebAssembly", () => {
  it.each([
    { k: 3, stride: 1, ci: 5, co: 7, height: 13, width: 9 },
    { k: 3, stride: 2, ci: 4, co: 8, height: 12, width: 18 },
    { k: 3, stride: 2, ci: 3, co: 9, height: 11, width: 7 },
    { k: 1, stride: 1, ci: 8, co: 4, height: 6, width: 10 },
    { k: 1, stride: 2, ci: 6, co: 12, height: 9, width: 8 },
    { k: 5, stride: 2, ci: 9, co: 16, height: 8, width: 15 },
    { k: 3, stride: 1, ci: 17, co: 24, height: 2, width: 300 },
  ] as const)(
    "a convolution of $k px, stride $stride, $ci to $co channels has native TensorFlow's gradients",
    async ({ k, stride, ci, co, height, width }) => {
      const [ours, theirs] = await onBoth((tf) =>
        gradients(
          tf,
          [
            [2, height, width, ci],
            [k, k, ci, co],
          ],
          (x, kernel) => tf.conv2d(x as Tensor4D, kernel as Tensor4D, stride, "same"),
        ),
      );
      ours.forEach((gradient, i) => {
        expect(relativeDifference(gradient, theirs[i] ?? new Float32Array())).toBeLessThan(1e-5);
      });
    },
  );

  it.each([
    { k: 3, stride: 1, c: 6, height: 7, width: 10 },
    { k: 5, stride: 2, c: 13, height: 9, width: 6 },
    { k: 3, stride: 2, c: 8, height: 8, width: 11 },
  ] as const)(
    "a depthwise convolution of $k px, stride $stride, $c channels has native TensorFlow's gradients",
    async ({ k, stride, c, height, width }) => {
      const [ours, theirs] = await onBoth((tf) =>
        gradients(
          tf,
          [
            [3, height, width, c],
            [k, k, c, 1],
          ],
          (x, kernel) => tf.depthwiseConv2d(x as Tensor4D, kernel as Tensor4D, stride, "same"),
        ),
      );
      ours.forEach((gradient, i) => {
        expect(relativeDifference(gradient, theirs[i] ?? new Float32Array())).toBeLessThan(1e-5);
      });
    },
  );

  it.each([
    { c: 8, height: 6, width: 10 },
    { c: 7, height: 9, width: 5 },
  ])(
    "a max-pool over $height × $width × $c has native TensorFlow's gradient, equals among the largest included",
    async ({ c, height, width }) => {
      const pooled: [number, number, number, number] = [2, Math.floor(height / 2), Math.floor(width / 2), c];
      const [ours, theirs] = await onBoth((tf) =>
        tf.tidy(() => {
          // Few different values: many windows hold their largest more than once.
          const x = tf
            .tensor(numbers(2 * height * width * c, 1), [2, height, width, c])
            .mul(2)
            .round();
          const dy = tf.tensor(
            numbers(
              pooled.reduce((product, side) => product * side),
              2,
            ),
            pooled,
          );
          return floats(tf.grad((of: Tensor) => tf.maxPool(of as Tensor4D, 2, 2, "valid"))(x, dy));
        }),
      );
      expect(Array.from(ours)).toEqual(Array.from(theirs));
    },
  );

  it.each([
    { a: 8, b: 4 },
    { a: 7, b: 5 },
  ])("the way up from $a channels beside $b has native TensorFlow's value and gradients", async ({ a, b }) => {
    const shapes = [
      [2, 3, 5, a],
      [2, 6, 10, b],
    ];
    const [ours, theirs] = await onBoth((tf) =>
      gradients(tf, shapes, (low, skip) =>
        tensorOperations(tf)
          .upsampleConcat(low as Tensor4D, skip as Tensor4D)
          .square(),
      ),
    );
    ours.forEach((gradient, i) => {
      expect(relativeDifference(gradient, theirs[i] ?? new Float32Array())).toBeLessThan(1e-5);
    });
  });

  it.each(["none", "relu", "relu6"] as const)(
    "batch norm and bias with %s have native TensorFlow's values, gradients and statistics",
    async (activation) => {
      const [ours, theirs] = await onBoth((tf) => {
        const seen: Float32Array[] = [];
        const collect = ({ mean, variance }: { mean: Tensor1D; variance: Tensor1D }) => {
          seen.push(floats(mean), floats(variance));
          tf.dispose([mean, variance]);
        };
        const norm = gradients(tf, [[2, 19, 23, 11], [11], [11]], (x, gamma, beta) =>
          // Far from zero, so that a careless variance shows.
          batchNormActivation(tf, x.mul(3).add(200) as Tensor4D, gamma as Tensor1D, beta as Tensor1D, 1e-3, activation, collect),
        );
        const bias = gradients(tf, [[2, 5, 7, 6], [6]], (x, b) => biasActivation(tf, x as Tensor4D, b as Tensor1D, activation));
        const value = tf.tidy(() => {
          const x = tf.tensor4d(numbers(2 * 5 * 7 * 6, 4), [2, 5, 7, 6]);
          return floats(biasActivation(tf, x, tf.tensor1d(numbers(6, 5)), activation));
        });
        return [...norm, ...bias, value, ...seen];
      });
      ours.forEach((numbers, i) => {
        expect(relativeDifference(numbers, theirs[i] ?? new Float32Array())).toBeLessThan(1e-4);
      });
    },
  );

  it.each([
    { name: "fast", network: unet({ kind: "unet", baseFilters: 8, depth: 2, bandCount: 3, patchPx: 2 }), least: 0.9999 },
    {
      name: "fast with classes",
      network: unet({ kind: "unet", baseFilters: 8, depth: 2, bandCount: 3, patchPx: 2, classCount: 3 }),
      least: 0.9999,
    },
    // Its deepest batch norms see twelve values each.
    { name: "best", network: pretrainedUnet(4), least: 0.999 },
  ])(
    "a whole step of $name has native TensorFlow's gradient",
    async ({ network, least }) => {
      const values = initialValues(network, randomFrom(2));
      const [count, heightPx, widthPx] = [2, 64, 96];
      const pixels = count * heightPx * widthPx;
      const isTold = network.channelCount > 1;
      const [ours, theirs] = await onBoth((tf) =>
        tf.tidy(() => {
          const x = tf.tensor4d(numbers(pixels * network.bandCount, 6), [count, heightPx, widthPx, network.bandCount]);
          const target = tf.tensor4d(
            // Of three classes, and some of none that is said, where any are told apart.
            numbers(pixels, 7).map((value) => (value > 0.3 ? (isTold ? ([1, 2, 3, 255][Math.floor(value * 1000) % 4] ?? 0) : 1) : 0)),
            [count, heightPx, widthPx, 1],
          );
          const valid = tf.tensor4d(
            numbers(pixels, 8).map((value) => (value > -1 ? 1 : 0)),
            [count, heightPx, widthPx, 1],
          );
          const statistics = tf.tensor1d(values.statistics);
          const lossOf = trainingLoss("bce-dice", network.channelCount - 1);
          const loss = (weights: Tensor) =>
            lossOf(
              tf,
              trainingForward(tf, network, weights.as1D(), statistics, x, ({ mean, variance }) => tf.dispose([mean, variance])),
              target,
              valid,
            );
          const { value, grad } = tf.valueAndGrad(loss)(tf.tensor1d(values.weights));
          return { loss: value.dataSync()[0] ?? Number.NaN, gradient: floats(grad) };
        }),
      );
      expect(ours.loss).toBeCloseTo(theirs.loss, 4);
      // As a direction: in a deep network single numbers hang on which side of zero a rounded value falls.
      const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
      const cosine =
        dot(ours.gradient, theirs.gradient) / Math.sqrt(dot(ours.gradient, ours.gradient) * dot(theirs.gradient, theirs.gradient));
      expect(cosine).toBeGreaterThan(least);
      expect(Math.sqrt(dot(ours.gradient, ours.gradient) / dot(theirs.gradient, theirs.gradient))).toBeCloseTo(1, 2);
    },
    120_000,
  );

  it("training learns and leaves no tensor behind", async () => {
    await tf.setBackend("wasm");
    const network = unet({ kind: "unet", baseFilters: 4, depth: 1, bandCount: 1, patchPx: 1 });
    const values = initialValues(network, randomFrom(1));
    const moments = () => new Float32Array(network.weightCount);
    const before = tf.memory().numTensors;
    const trainer = new Trainer(tf, network, { ...values, m: moments(), v: moments(), step: 0 });
    const [heightPx, widthPx] = [16, 24];
    const x = numbers(heightPx * widthPx, 3);
    const batch = { count: 1, heightPx, widthPx, x, target: x.map((value) => (value > 0 ? 1 : 0)), valid: x.map(() => 1) };
    const losses: number[] = [];
    let held = 0;
    for (let step = 0; step < 60; step++) {
      losses.push(await trainer.step(batch, 0.01));
      if (step === 0) held = tf.memory().numTensors;
    }
    expect(losses.at(-1)).toBeLessThan(0.6 * (losses[0] ?? 0));
    expect(tf.memory().numTensors).toBe(held);
    trainer.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
