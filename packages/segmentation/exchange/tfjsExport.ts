import type { ModelCard } from "@reefline/schema/training";
import type { ModelValues } from "../modelFiles/modelFiles.ts";
import { foldNetwork } from "../network/foldedNetwork.ts";
import { interpret } from "../network/network.ts";
import { networkOf } from "../network/networkOf.ts";

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
 * 0–255 → probability [batch, height, width, 1], of a model that tells classes apart [batch, height, width, 1 + classes]: reef of any class,
 * then each class. Normalisation is a 1×1 convolution; batch norm and temperature are folded in; the logits of a patch are spread, and
 * those of reef and of the classes told apart, by convolutions whose kernels hold zeros and ones.
 */
export function exportTfjs(card: ModelCard, values: ModelValues): TfjsModel {
  const { architecture, normalization } = card;
  const network = networkOf(architecture);
  const { bandCount, channelCount } = network;
  const folded = foldNetwork(network, values, card);
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
  const same = (name: string, stride: number) => ({
    name,
    trainable: true,
    strides: [stride, stride],
    padding: "same",
    data_format: "channels_last",
    dilation_rate: [1, 1],
    use_bias: true,
  });
  let y = add("InputLayer", "pixels", { batch_input_shape: [null, null, null, bandCount], dtype: "float32", sparse: false }, []);
  y = add("Conv2D", "normalize", { ...same("normalize", 1), kernel_size: [1, 1], filters: bandCount, activation: "linear" }, [y]);
  weight("normalize/kernel", [1, 1, bandCount, bandCount], diagonal(normalization.std.map((std) => 1 / std)));
  weight(
    "normalize/bias",
    [bandCount],
    Float32Array.from(normalization.mean, (mean, band) => -mean / (normalization.std[band] ?? 1)),
  );

  const isSpread = network.operations.some(({ op }) => op === "spreadPatches");
  let layerCount = 0;
  const named = (kind: string): string => `${kind}_${layerCount++}`;
  const logits = interpret<string>(network, y, {
    convolution({ stride, depthwise, kernelPx, outChannels, activation }, input, index) {
      const layer = folded[index];
      if (!layer) throw new RangeError(`Convolution ${index} of the network is missing.`);
      const name = `conv2d_${index}`;
      weight(`${name}/${depthwise ? "depthwise_kernel" : "kernel"}`, layer.shape, layer.kernel);
      weight(`${name}/bias`, [outChannels], layer.bias);
      const last = index === folded.length - 1 && !isSpread;
      const config = {
        ...same(name, stride),
        kernel_size: [kernelPx, kernelPx],
        activation: last && channelCount === 1 ? "sigmoid" : activation === "none" ? "linear" : activation,
      };
      return depthwise
        ? add("DepthwiseConv2D", name, { ...config, depth_multiplier: 1 }, [input])
        : add("Conv2D", name, { ...config, filters: outChannels }, [input]);
    },
    maxPool(input) {
      const pooling = { trainable: true, pool_size: [2, 2], padding: "valid", strides: [2, 2], data_format: "channels_last" };
      return add("MaxPooling2D", named("max_pooling2d"), pooling, [input]);
    },
    upsampleConcat(low, skip) {
      const doubling = { trainable: true, size: [2, 2], data_format: "channels_last", interpolation: "nearest" };
      const twice = add("UpSampling2D", named("up_sampling2d"), doubling, [low]);
      return add("Concatenate", named("concatenate"), { trainable: true, axis: -1 }, [twice, skip]);
    },
    add: (a, b) => add("Add", named("add"), { trainable: true }, [a, b]),
    spreadPatches(input, patchPx) {
      const activation = channelCount === 1 ? "sigmoid" : "linear";
      const spread = { ...same("spread", patchPx), filters: channelCount, kernel_size: [patchPx, patchPx], activation, use_bias: false };
      // [height, width, out, in]: place (row, col) of the patch takes the channels from (patchPx·row + col) · channelCount on.
      const ones = Array.from({ length: patchPx ** 2 * channelCount }, () => 1);
      weight("spread/kernel", [patchPx, patchPx, channelCount, patchPx ** 2 * channelCount], diagonal(ones));
      return add("Conv2DTranspose", "spread", spread, [input]);
    },
  });

  const output = channelCount === 1 ? logits : planes();

  /** σ(z₀) and σ(z₀) · softmax(z₁ …), the channels picked by 1×1 convolutions. */
  function planes(): string {
    const classCount = channelCount - 1;
    const pick = (name: string, filters: number, activation: string, isPicked: (channel: number, filter: number) => boolean): string => {
      const kernel = Array.from({ length: channelCount * filters }, (_, i) => (isPicked(Math.floor(i / filters), i % filters) ? 1 : 0));
      weight(`${name}/kernel`, [1, 1, channelCount, filters], Float32Array.from(kernel));
      return add("Conv2D", name, { ...same(name, 1), kernel_size: [1, 1], filters, activation, use_bias: false }, [logits]);
    };
    const reef = pick("reef", 1, "sigmoid", (channel) => channel === 0);
    const reefEach = pick("reef_each", classCount, "sigmoid", (channel) => channel === 0);
    const classes = pick("classes", classCount, "softmax", (channel, filter) => channel === filter + 1);
    const product = add("Multiply", "class_probability", { trainable: true }, [reefEach, classes]);
    return add("Concatenate", "planes", { trainable: true, axis: -1 }, [reef, product]);
  }

  const config = { name: "reefline", layers, input_layers: [["pixels", 0, 0]], output_layers: [[output, 0, 0]] };
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
        ...(card.classes.length > 0 ? { classes: card.classes } : {}),
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
