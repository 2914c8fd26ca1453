import type { Convolution, NetworkBuilder } from "./network.ts";

interface Stage {
  readonly repeats: number;
  readonly kernelPx: 3 | 5;
  readonly stride: 1 | 2;
  readonly expansion: 1 | 6;
  readonly outChannels: number;
}

/** EfficientNet-Lite0's stages: EfficientNet-B0 (Tan & Le 2019) without squeeze-and-excitation, with ReLU6. */
const stages: readonly Stage[] = [
  { repeats: 1, kernelPx: 3, stride: 1, expansion: 1, outChannels: 16 },
  { repeats: 2, kernelPx: 3, stride: 2, expansion: 6, outChannels: 24 },
  { repeats: 2, kernelPx: 5, stride: 2, expansion: 6, outChannels: 40 },
  { repeats: 3, kernelPx: 3, stride: 2, expansion: 6, outChannels: 80 },
  { repeats: 3, kernelPx: 5, stride: 1, expansion: 6, outChannels: 112 },
  { repeats: 4, kernelPx: 5, stride: 2, expansion: 6, outChannels: 192 },
  { repeats: 1, kernelPx: 3, stride: 1, expansion: 6, outChannels: 320 },
];
const stemChannels = 32;

/** A value of the network and how many channels it has. */
export interface Feature {
  readonly value: number;
  readonly channels: number;
}

/** Names of the encoder's weights begin with this. */
export const encoderPrefix = "encoder/";

/**
 * Adds the encoder of EfficientNet-Lite0 up to its last stage.
 * @param norm "fixed": batch norm by ImageNet's statistics, which small batches cannot upset
 * @returns the features at 1/2, 1/4, 1/8, 1/16 and 1/32
 */
export function addEfficientNetLite(builder: NetworkBuilder, bandCount: number, norm: Convolution["norm"]): Feature[] {
  const convolve = (
    name: string,
    from: number,
    { kernelPx, stride, inChannels, outChannels, depthwise, activation }: Omit<Convolution, "op" | "name" | "from" | "norm" | "epsilon">,
  ): number =>
    builder.push({
      op: "convolution",
      name: `${encoderPrefix}${name}`,
      from,
      kernelPx,
      stride,
      inChannels,
      outChannels,
      depthwise,
      norm,
      epsilon: 1e-3,
      activation,
    });
  let value = convolve("stem", 0, {
    kernelPx: 3,
    stride: 2,
    inChannels: bandCount,
    outChannels: stemChannels,
    depthwise: false,
    activation: "relu6",
  });
  let channels = stemChannels;
  let block = 0;
  const features: Feature[] = [];
  for (const { repeats, kernelPx, stride, expansion, outChannels } of stages) {
    if (stride === 2) features.push({ value, channels });
    for (let repeat = 0; repeat < repeats; repeat++) {
      const blockStride = repeat === 0 ? stride : 1;
      const wide = channels * expansion;
      const name = `block${block++}`;
      let inner = value;
      if (expansion !== 1) {
        const widening = {
          kernelPx: 1,
          stride: 1,
          inChannels: channels,
          outChannels: wide,
          depthwise: false,
          activation: "relu6",
        } as const;
        inner = convolve(`${name}/expand`, inner, widening);
      }
      inner = convolve(`${name}/depthwise`, inner, {
        kernelPx,
        stride: blockStride,
        inChannels: wide,
        outChannels: wide,
        depthwise: true,
        activation: "relu6",
      });
      inner = convolve(`${name}/project`, inner, {
        kernelPx: 1,
        stride: 1,
        inChannels: wide,
        outChannels,
        depthwise: false,
        activation: "none",
      });
      value = blockStride === 1 && channels === outChannels ? builder.push({ op: "add", from: [inner, value] }) : inner;
      channels = outChannels;
    }
  }
  return [...features, { value, channels }];
}
