import { AppError } from "@reefline/schema/errors";
import type { FoldedConvolution } from "../network/foldedNetwork.ts";
import { type Convolution, interpret, type Network } from "../network/network.ts";
import type { OnnxGraph } from "./onnxModel.ts";

/**
 * Adds the folded network to a graph, channels first: `x` [N, bands, H, W], normalised → logits [N, channels, H, W].
 * @param layers `foldNetwork`'s, one for each convolution
 */
export function addNetwork(graph: OnnxGraph, network: Network, layers: readonly FoldedConvolution[], x: string): string {
  const constants = new Map<string, string>();
  const constant = (name: string, shape: readonly number[], values: readonly number[]): string => {
    const found = constants.get(name) ?? graph.floats(name, shape, Float32Array.from(values));
    constants.set(name, found);
    return found;
  };
  return interpret<string>(network, x, {
    convolution(operation, input, index) {
      const layer = layers[index];
      if (!layer) throw new AppError("internal", "segmentation/weights", `Convolution ${index} of the network is missing.`);
      const sum = addConvolution(graph, `conv${index}`, operation, layer, input);
      if (operation.activation === "none") return sum;
      if (operation.activation === "relu") return graph.node("Relu", [sum]);
      return graph.node("Clip", [sum, constant("zero", [], [0]), constant("six", [], [6])]);
    },
    maxPool: (input) => graph.node("MaxPool", [input], { kernel_shape: [2, 2], strides: [2, 2] }),
    upsampleConcat(low, skip) {
      const twice = graph.node("Resize", [low, "", constant("twice", [4], [1, 1, 2, 2])], {
        mode: "nearest",
        coordinate_transformation_mode: "asymmetric",
        nearest_mode: "floor",
      });
      return graph.node("Concat", [twice, skip], { axis: 1 });
    },
    add: (a, b) => graph.node("Add", [a, b]),
    spreadPatches: (input, patchPx) => graph.node("DepthToSpace", [input], { blocksize: patchPx, mode: "DCR" }),
  });
}

/** A convolution with TensorFlow's "same" padding, whose odd pixel lies at the bottom and right; sides are multiples of the stride. */
function addConvolution(
  graph: OnnxGraph,
  name: string,
  { kernelPx, stride, inChannels, outChannels, depthwise }: Convolution,
  { shape, kernel, bias }: FoldedConvolution,
  x: string,
): string {
  const padding = kernelPx - stride;
  const before = Math.max(0, Math.floor(padding / 2));
  const after = Math.max(0, padding - before);
  const inputs = [
    x,
    graph.floats(`${name}_kernel`, [outChannels, depthwise ? 1 : inChannels, kernelPx, kernelPx], channelsFirst(shape, kernel)),
    graph.floats(`${name}_bias`, [outChannels], bias),
  ];
  return graph.node("Conv", inputs, {
    kernel_shape: [kernelPx, kernelPx],
    strides: [stride, stride],
    pads: [before, before, after, after],
    ...(depthwise ? { group: outChannels } : {}),
  });
}

/** [height, width, in, out] → [out, in, height, width]; of a depthwise kernel [height, width, channels, 1] → [channels, 1, height, width]. */
function channelsFirst([height, width, inChannels, outChannels]: FoldedConvolution["shape"], kernel: Float32Array): Float32Array {
  const out = new Float32Array(kernel.length);
  for (let place = 0; place < height * width; place++)
    for (let i = 0; i < inChannels; i++)
      for (let o = 0; o < outChannels; o++)
        out[(o * inChannels + i) * height * width + place] = kernel[(place * inChannels + i) * outChannels + o] ?? 0;
  return out;
}
