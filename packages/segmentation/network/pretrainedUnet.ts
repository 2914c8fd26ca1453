import { batchNormEpsilon } from "./batchNormRelu.ts";
import { addEfficientNetLite } from "./efficientNetLite.ts";
import { type Network, NetworkBuilder } from "./network.ts";

/** Channels after each step of the way up: at 1/16, 1/8, 1/4 and 1/2. */
const decoderChannels = [128, 64, 48, 32];

/**
 * U-Net whose way down is EfficientNet-Lite0 and whose way up is two 3×3 convolutions per level with batch norm and ReLU; works on half
 * the pixels and gives the logit of each pixel of a 2×2 patch, and its scores for the classes that are told apart.
 */
export function pretrainedUnet(bandCount: number, classCount = 0): Network {
  const builder = new NetworkBuilder();
  const features = addEfficientNetLite(builder, bandCount, "batch");
  const bottom = features.pop();
  if (!bottom) throw new RangeError("The encoder gave no features.");
  let { value, channels } = bottom;
  const convolve = (name: string, from: number, inChannels: number, outChannels: number): number =>
    builder.push({
      op: "convolution",
      name,
      from,
      kernelPx: 3,
      stride: 1,
      inChannels,
      outChannels,
      depthwise: false,
      norm: "batch",
      epsilon: batchNormEpsilon,
      activation: "relu",
    });
  for (const [level, outChannels] of decoderChannels.entries()) {
    const skip = features.pop();
    if (!skip) throw new RangeError("The encoder gave too few features.");
    value = builder.push({ op: "upsampleConcat", from: [value, skip.value] });
    value = convolve(`up${level}a`, value, channels + skip.channels, outChannels);
    value = convolve(`up${level}b`, value, outChannels, outChannels);
    channels = outChannels;
  }
  value = builder.push({
    op: "convolution",
    name: "head",
    from: value,
    kernelPx: 1,
    stride: 1,
    inChannels: channels,
    outChannels: 4 * (1 + classCount),
    depthwise: false,
    norm: "bias",
    epsilon: 0,
    activation: "none",
  });
  builder.push({ op: "spreadPatches", from: value, patchPx: 2 });
  return builder.finish(32, 1 + classCount);
}
