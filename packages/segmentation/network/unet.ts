import type { UnetArchitecture } from "@reefline/schema/training";
import { batchNormEpsilon } from "./batchNormRelu.ts";
import { type Network, NetworkBuilder } from "./network.ts";

/**
 * U-Net (Ronneberger et al. 2015): `depth` times two 3×3 convolutions and a 2×2 max-pool, a bottom, and the way back up with nearest
 * upsampling and concatenated skips; "same" padding, batch norm and ReLU after every 3×3 convolution, a 1×1 head giving one logit, and
 * a score for each class that is told apart.
 * With `patchPx` 2 the first convolution has stride 2 and the head gives those of the four pixels of a 2×2 patch: a quarter of the work for the
 * same ground.
 */
export function unet({ baseFilters, depth, bandCount, patchPx = 1, classCount = 0 }: UnetArchitecture): Network {
  const builder = new NetworkBuilder();
  const filters = (level: number) => baseFilters * 2 ** level;
  const convolve = (name: string, from: number, inChannels: number, outChannels: number, stride: 1 | 2 = 1): number =>
    builder.push({
      op: "convolution",
      name,
      from,
      kernelPx: 3,
      stride,
      inChannels,
      outChannels,
      depthwise: false,
      norm: "batch",
      epsilon: batchNormEpsilon,
      activation: "relu",
    });
  const two = (name: string, from: number, inChannels: number, outChannels: number, stride: 1 | 2 = 1): number =>
    convolve(`${name}b`, convolve(`${name}a`, from, inChannels, outChannels, stride), outChannels, outChannels);
  let value = two("down0", 0, bandCount, filters(0), patchPx);
  const skips: number[] = [];
  for (let level = 1; level <= depth; level++) {
    skips.push(value);
    value = two(`down${level}`, builder.push({ op: "maxPool", from: value }), filters(level - 1), filters(level));
  }
  for (let level = depth - 1; level >= 0; level--) {
    const wide = builder.push({ op: "upsampleConcat", from: [value, skips[level] ?? 0] });
    value = two(`up${level}`, wide, filters(level + 1) + filters(level), filters(level));
  }
  value = builder.push({
    op: "convolution",
    name: "head",
    from: value,
    kernelPx: 1,
    stride: 1,
    inChannels: filters(0),
    outChannels: patchPx ** 2 * (1 + classCount),
    depthwise: false,
    norm: "bias",
    epsilon: 0,
    activation: "none",
  });
  if (patchPx > 1) builder.push({ op: "spreadPatches", from: value, patchPx });
  return builder.finish(patchPx * 2 ** depth, 1 + classCount);
}
