import type { ResidualUnetArchitecture } from "@reefline/schema/training";
import { batchNormEpsilon } from "./batchNormRelu.ts";
import { type Convolution, type Network, NetworkBuilder } from "./network.ts";

/** Doublings of the filters on the way down; after the first level each begins with a stride of 2. */
const levels = 5;

/**
 * Residual U-Net (Zhang, Liu & Wang 2018), as the course builds it: blocks of twice batch norm → ReLU → 3×3 convolution, whose shortcut is a
 * 1×1 convolution with batch norm; four strided downsamplings, two more convolutions at the bottom, and the way back up by nearest
 * upsampling and concatenated skips; a 1×1 head giving one logit, and a score for each class that is told apart.
 */
export function residualUnet({ baseFilters, bandCount, classCount = 0 }: ResidualUnetArchitecture): Network {
  const builder = new NetworkBuilder();
  const filters = (level: number) => baseFilters * 2 ** level;
  const common = { op: "convolution", stride: 1, depthwise: false, epsilon: batchNormEpsilon } as const;
  const convolve = (name: string, from: number, inChannels: number, outChannels: number, more: Partial<Convolution> = {}): number =>
    builder.push({ ...common, name, from, kernelPx: 3, inChannels, outChannels, norm: "bias", activation: "none", ...more });
  const normRelu = (name: string, from: number, channels: number): number =>
    builder.push({
      ...common,
      name,
      from,
      kernelPx: 1,
      inChannels: channels,
      outChannels: channels,
      depthwise: true,
      isBare: true,
      norm: "batch",
      activation: "relu",
    });
  const shortcut = (name: string, from: number, inChannels: number, outChannels: number, stride: 1 | 2): number =>
    convolve(`${name}/shortcut`, from, inChannels, outChannels, { kernelPx: 1, stride, norm: "batch" });
  const add = (a: number, b: number): number => builder.push({ op: "add", from: [a, b] });
  const block = (name: string, from: number, inChannels: number, outChannels: number, stride: 1 | 2): number => {
    // What follows the first convolution is the second one's batch norm and ReLU.
    const first = convolve(`${name}/a`, normRelu(`${name}/norm`, from, inChannels), inChannels, outChannels, {
      stride,
      norm: "batch",
      activation: "relu",
    });
    const second = convolve(`${name}/b`, first, outChannels, outChannels);
    return add(second, shortcut(name, from, inChannels, outChannels, stride));
  };

  const stem = convolve("down0/a", 0, bandCount, filters(0), { norm: "batch", activation: "relu" });
  let value = add(convolve("down0/b", stem, filters(0), filters(0)), shortcut("down0", 0, bandCount, filters(0), 1));
  const skips: number[] = [];
  for (let level = 1; level < levels; level++) {
    skips.push(value);
    value = block(`down${level}`, value, filters(level - 1), filters(level), 2);
  }
  let channels = filters(levels - 1);
  for (const name of ["bottom0", "bottom1"]) value = convolve(name, normRelu(`${name}/norm`, value, channels), channels, channels);
  for (let level = levels - 2; level >= 0; level--) {
    const wide = builder.push({ op: "upsampleConcat", from: [value, skips[level] ?? 0] });
    value = block(`up${level}`, wide, channels + filters(level), filters(level + 1), 1);
    channels = filters(level + 1);
  }
  convolve("head", value, channels, 1 + classCount, { kernelPx: 1 });
  return builder.finish(2 ** (levels - 1), 1 + classCount);
}
