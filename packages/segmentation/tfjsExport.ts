import type { ModelCard } from "@reefline/schema/training";
import { foldBatchNorm } from "./foldedUnet.ts";
import type { ModelValues } from "./modelFiles.ts";

/** The files of a TensorFlow.js LayersModel. */
export interface TfjsModel {
  readonly modelJson: TfjsModelJson;
  /** Little-endian float32, in the order of the manifest. */
  readonly weightData: Uint8Array;
}

interface TfjsModelJson {
  readonly format: "layers-model";
  readonly generatedBy: string;
  readonly convertedBy: null;
  readonly modelTopology: Record<string, unknown>;
  readonly userDefinedMetadata: Record<string, unknown>;
  readonly weightsManifest: readonly [{ readonly paths: readonly string[]; readonly weights: readonly WeightSpec[] }];
}

interface WeightSpec {
  readonly name: string;
  readonly shape: number[];
  readonly dtype: "float32";
}

export const tfjsWeightsFile = "group1-shard1of1.bin";

/**
 * The model as a TensorFlow.js LayersModel in Keras' words, of standard layers alone: `pixels` [batch, height, width, bands] float32,
 * 0–255 → probability [batch, height, width, 1]. Normalisation is a 1×1 convolution; batch norm and temperature are folded in; the four
 * logits of a patch are spread by a transposed convolution whose kernel holds zeros and ones.
 */
export function exportTfjs(card: ModelCard, values: ModelValues): TfjsModel {
  const { architecture, normalization, temperature } = card;
  const { bandCount, depth, patchPx = 1 } = architecture;
  const folded = foldBatchNorm(architecture, values, temperature);
  const layers: Record<string, unknown>[] = [];
  const weights: { spec: WeightSpec; values: Float32Array }[] = [];

  const add = (className: string, name: string, config: Record<string, unknown>, inputs: readonly string[]): string => {
    layers.push({
      class_name: className,
      name,
      config: { name, ...config },
      inbound_nodes: inputs.length === 0 ? [] : [inputs.map((input) => [input, 0, 0, {}])],
    });
    return name;
  };
  const weight = (name: string, shape: readonly number[], data: Float32Array): void => {
    weights.push({ spec: { name, shape: [...shape], dtype: "float32" }, values: data });
  };
  const convolution = (name: string, input: string, kernelPx: number, filters: number, stride: number, activation: string): string =>
    add(
      "Conv2D",
      name,
      {
        trainable: true,
        filters,
        kernel_size: [kernelPx, kernelPx],
        strides: [stride, stride],
        padding: "same",
        data_format: "channels_last",
        dilation_rate: [1, 1],
        activation,
        use_bias: true,
      },
      [input],
    );

  let index = 0;
  const next = (input: string, stride: number, activation: string): string => {
    const layer = folded[index];
    if (!layer) throw new RangeError(`Convolution ${index} of the network is missing.`);
    const name = `conv2d_${index++}`;
    weight(`${name}/kernel`, layer.shape, layer.kernel);
    weight(`${name}/bias`, [layer.shape[3]], layer.bias);
    return convolution(name, input, layer.shape[0], layer.shape[3], stride, activation);
  };
  const two = (input: string, stride: number): string => next(next(input, stride, "relu"), 1, "relu");

  let y = add("InputLayer", "pixels", { batch_input_shape: [null, null, null, bandCount], dtype: "float32", sparse: false }, []);
  y = convolution("normalize", y, 1, bandCount, 1, "linear");
  weight("normalize/kernel", [1, 1, bandCount, bandCount], diagonal(normalization.std.map((std) => 1 / std)));
  weight(
    "normalize/bias",
    [bandCount],
    Float32Array.from(normalization.mean, (mean, band) => -mean / (normalization.std[band] ?? 1)),
  );

  const skips: string[] = [];
  y = two(y, patchPx);
  for (let level = 0; level < depth; level++) {
    skips.push(y);
    const pooling = { trainable: true, pool_size: [2, 2], padding: "valid", strides: [2, 2], data_format: "channels_last" };
    y = two(add("MaxPooling2D", `max_pooling2d_${level}`, pooling, [y]), 1);
  }
  for (const [level, skip] of skips.reverse().entries()) {
    const doubling = { trainable: true, size: [2, 2], data_format: "channels_last", interpolation: "nearest" };
    const wide = add("UpSampling2D", `up_sampling2d_${level}`, doubling, [y]);
    y = two(add("Concatenate", `concatenate_${level}`, { trainable: true, axis: -1 }, [wide, skip]), 1);
  }
  y = next(y, 1, patchPx === 1 ? "sigmoid" : "linear");
  if (patchPx === 2) {
    const spread = {
      trainable: true,
      filters: 1,
      kernel_size: [2, 2],
      strides: [2, 2],
      padding: "same",
      data_format: "channels_last",
      activation: "sigmoid",
      use_bias: false,
    };
    y = add("Conv2DTranspose", "spread", spread, [y]);
    // [height, width, out, in]: place (row, col) of the patch takes channel 2·row + col.
    weight("spread/kernel", [2, 2, 1, 4], diagonal([1, 1, 1, 1]));
  }

  const config = { name: "reefline", layers, input_layers: [["pixels", 0, 0]], output_layers: [[y, 0, 0]] };
  return {
    modelJson: {
      format: "layers-model",
      generatedBy: "Reefline",
      convertedBy: null,
      modelTopology: { keras_version: "2.15.0", backend: "tensorflow", model_config: { class_name: "Functional", config } },
      userDefinedMetadata: {
        name: card.name,
        gsdMeters: card.gsdMeters,
        bandNames: card.bandNames,
        threshold: card.threshold,
        positiveClass: card.positiveClass,
        unsharp: card.unsharp,
      },
      weightsManifest: [{ paths: [tfjsWeightsFile], weights: weights.map(({ spec }) => spec) }],
    },
    weightData: littleEndian(weights.map((one) => one.values)),
  };
}

function diagonal(values: readonly number[]): Float32Array {
  const side = values.length;
  return Float32Array.from({ length: side * side }, (_, i) => (i % (side + 1) === 0 ? (values[i / (side + 1)] ?? 0) : 0));
}

function littleEndian(arrays: readonly Float32Array[]): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(4 * arrays.reduce((sum, { length }) => sum + length, 0)));
  let at = 0;
  for (const array of arrays) {
    for (const value of array) {
      bytes.setFloat32(at, value, true);
      at += 4;
    }
  }
  return new Uint8Array(bytes.buffer);
}
