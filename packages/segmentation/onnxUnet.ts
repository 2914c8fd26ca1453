import { AppError } from "@reefline/schema/errors";
import type { Architecture } from "@reefline/schema/training";
import type { FoldedConvolution } from "./foldedUnet.ts";
import type { OnnxGraph } from "./onnxModel.ts";

/**
 * Adds the folded U-Net to a graph, channels first: `x` [N, bands, H, W], normalised → logits [N, 1, H, W]. The walk is `walkUnet`'s.
 * @param layers `foldBatchNorm`'s, the head last
 */
export function addUnet(graph: OnnxGraph, { depth, patchPx = 1 }: Architecture, layers: readonly FoldedConvolution[], x: string): string {
  let index = 0;
  const convolve = (input: string, stride: 1 | 2, relu: boolean): string => {
    const layer = layers[index];
    if (!layer) throw new AppError("internal", "segmentation/weights", `Convolution ${index} of the network is missing.`);
    const sum = addConvolution(graph, `conv${index++}`, layer, input, stride);
    return relu ? graph.node("Relu", [sum]) : sum;
  };
  const two = (input: string, stride: 1 | 2): string => convolve(convolve(input, stride, true), 1, true);
  const skips: string[] = [];
  let y = two(x, patchPx);
  for (let level = 0; level < depth; level++) {
    skips.push(y);
    y = two(graph.node("MaxPool", [y], { kernel_shape: [2, 2], strides: [2, 2] }), 1);
  }
  const twice = graph.floats("twice", [4], Float32Array.of(1, 1, 2, 2));
  for (const skip of skips.reverse()) {
    const wide = graph.node("Resize", [y, "", twice], {
      mode: "nearest",
      coordinate_transformation_mode: "asymmetric",
      nearest_mode: "floor",
    });
    y = two(graph.node("Concat", [wide, skip], { axis: 1 }), 1);
  }
  const logits = convolve(y, 1, false);
  return patchPx === 1 ? logits : graph.node("DepthToSpace", [logits], { blocksize: patchPx, mode: "DCR" });
}

/** A convolution with TensorFlow's "same" padding, whose odd pixel lies at the bottom and right; sides are multiples of the stride. */
function addConvolution(graph: OnnxGraph, name: string, { shape, kernel, bias }: FoldedConvolution, x: string, stride: 1 | 2): string {
  const [kernelPx, , inChannels, outChannels] = shape;
  const padding = kernelPx - stride;
  const before = Math.max(0, Math.floor(padding / 2));
  const after = Math.max(0, padding - before);
  return graph.node(
    "Conv",
    [
      x,
      graph.floats(`${name}_kernel`, [outChannels, inChannels, kernelPx, kernelPx], outputChannelsFirst(shape, kernel)),
      graph.floats(`${name}_bias`, [outChannels], bias),
    ],
    { kernel_shape: [kernelPx, kernelPx], strides: [stride, stride], pads: [before, before, after, after] },
  );
}

/** [height, width, in, out] → [out, in, height, width] */
function outputChannelsFirst([height, width, inChannels, outChannels]: FoldedConvolution["shape"], kernel: Float32Array): Float32Array {
  const out = new Float32Array(kernel.length);
  for (let place = 0; place < height * width; place++)
    for (let i = 0; i < inChannels; i++)
      for (let o = 0; o < outChannels; o++)
        out[(o * inChannels + i) * height * width + place] = kernel[(place * inChannels + i) * outChannels + o] ?? 0;
  return out;
}
