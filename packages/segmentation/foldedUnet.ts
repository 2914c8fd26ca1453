import { AppError } from "@reefline/schema/errors";
import type { Architecture } from "@reefline/schema/training";
import type { Tensor1D, Tensor4D } from "@tensorflow/tfjs";
import type { Tf } from "./backend.ts";
import { batchNormEpsilon } from "./batchNormRelu.ts";
import type { ModelValues } from "./modelFiles.ts";
import { nativeOps } from "./nativeOps.ts";
import { unetLayout, walkUnet } from "./unet.ts";

export interface FoldedConvolution {
  readonly shape: readonly [number, number, number, number];
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
}

/** The network as it predicts: batch norm by the moving statistics, folded into the kernels before it. */
export interface FoldedUnet {
  /** x [N, H, W, bands] → logits [N, H, W, 1]. Disposes nothing but what it made. */
  logits(x: Tensor4D): Tensor4D;
  dispose(): void;
}

/**
 * y = γ (w∗x − μ) / √(σ² + ε) + β  is  (γ/√(σ² + ε) · w) ∗ x + (β − γ μ / √(σ² + ε)).
 * The last entry is the head, divided by the temperature.
 */
export function foldBatchNorm(architecture: Architecture, { weights, statistics }: ModelValues, temperature: number): FoldedConvolution[] {
  const layout = unetLayout(architecture);
  const half = layout.statisticsCount / 2;
  const folded: FoldedConvolution[] = [];
  let weightAt = 0;
  let normAt = 0;
  const take = (length: number): Float32Array => {
    weightAt += length;
    return weights.subarray(weightAt - length, weightAt);
  };
  for (const { inChannels, outChannels } of layout.convolutions) {
    const kernel = take(9 * inChannels * outChannels);
    const gamma = take(outChannels);
    const beta = take(outChannels);
    const mean = statistics.subarray(normAt, normAt + outChannels);
    const variance = statistics.subarray(half + normAt, half + normAt + outChannels);
    normAt += outChannels;
    const scale = gamma.map((value, o) => value / Math.sqrt((variance[o] ?? 1) + batchNormEpsilon));
    folded.push({
      shape: [3, 3, inChannels, outChannels],
      kernel: kernel.map((value, i) => value * (scale[i % outChannels] ?? 0)),
      bias: beta.map((value, o) => value - (mean[o] ?? 0) * (scale[o] ?? 0)),
    });
  }
  const outputs = (architecture.patchPx ?? 1) ** 2;
  folded.push({
    shape: [1, 1, architecture.baseFilters, outputs],
    kernel: take(architecture.baseFilters * outputs).map((value) => value / temperature),
    bias: take(outputs).map((value) => value / temperature),
  });
  return folded;
}

export function makeFoldedUnet(tf: Tf, architecture: Architecture, values: ModelValues, temperature: number): FoldedUnet {
  const layers = foldBatchNorm(architecture, values, temperature).map(({ shape, kernel, bias }) => ({
    kernel: tf.tensor4d(kernel, [...shape]),
    bias: tf.tensor1d(bias),
  }));
  const native = nativeOps(tf);
  const apply = (index: number, x: Tensor4D, strides: 1 | 2, relu: boolean): Tensor4D => {
    const layer = layers[index];
    if (!layer) throw new AppError("internal", "segmentation/weights", `Convolution ${index} of the network is missing.`);
    if (!native)
      return tf.fused.conv2d({ x, filter: layer.kernel, strides, pad: "same", bias: layer.bias, activation: relu ? "relu" : "linear" });
    if (strides === 1 && relu) return native.convolveBiasRelu(x, layer.kernel, layer.bias);
    return tf.tidy(() => {
      const y = native.biasAdd(tf.conv2d(x, layer.kernel, strides, "same"), layer.bias);
      return (relu ? native.relu(y) : y) as Tensor4D;
    });
  };
  return {
    logits: (x) =>
      tf.tidy(() =>
        walkUnet(
          tf,
          architecture,
          x,
          (index, input, stride) => apply(index, input, stride, true),
          (input) => apply(layers.length - 1, input, 1, false),
        ),
      ),
    dispose: () => {
      const tensors: (Tensor4D | Tensor1D)[] = layers.flatMap(({ kernel, bias }) => [kernel, bias]);
      tf.dispose(tensors);
    },
  };
}
