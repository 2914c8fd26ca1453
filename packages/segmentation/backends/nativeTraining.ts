import type { Tensor4D, TensorInfo } from "@tensorflow/tfjs";
import type { Tf } from "./backend.ts";
import { type OwnKernels, ownKernels } from "./ownKernels.ts";

type Kernel = (kernels: OwnKernels, inputs: Record<string, Tensor4D>, attributes: Attributes) => TensorInfo | null;

interface Attributes {
  readonly strides?: number | readonly number[];
  /** Null where a layer of a Keras model has none. */
  readonly dilations?: number | readonly number[] | null;
  readonly pad?: unknown;
  readonly filterSize?: number | readonly number[];
  readonly filterShape?: readonly number[];
  readonly inputShape?: readonly number[];
}

/** Both sides alike: that number; else, or where none is given, NaN. */
function both(sides: number | readonly number[] | undefined): number {
  if (typeof sides === "number") return sides;
  return sides !== undefined && sides[0] === sides[1] ? (sides[0] ?? Number.NaN) : Number.NaN;
}

/** What our depthwise kernels are for: kernels 3 or 5 px wide and high, one per channel, "same" padding, no dilation. */
function fits({ strides, dilations, pad }: Attributes, [height, width, , multiplier]: readonly number[]): boolean {
  const isPlain = pad === "same" && both(strides) >= 1 && both(dilations ?? 1) === 1;
  return isPlain && multiplier === 1 && height === width && (height === 3 || height === 5);
}

const kernelsByName: Record<string, Kernel> = {
  DepthwiseConv2dNative(kernels, { x, filter }, attributes) {
    if (!x || !filter || !fits(attributes, filter.shape)) return null;
    return kernels.depthwise(x, filter, both(attributes.strides));
  },
  DepthwiseConv2dNativeBackpropInput(kernels, { dy, filter }, attributes) {
    const [, height, width] = attributes.inputShape ?? [];
    if (!dy || !filter || height === undefined || width === undefined || !fits(attributes, filter.shape)) return null;
    return kernels.depthwiseInputGrad(filter, dy, both(attributes.strides), height, width);
  },
  DepthwiseConv2dNativeBackpropFilter(kernels, { x, dy }, attributes) {
    const [kernelPx] = attributes.filterShape ?? [];
    if (!x || !dy || kernelPx === undefined || !fits(attributes, attributes.filterShape ?? [])) return null;
    return kernels.depthwiseFilterGrad(x, dy, both(attributes.strides), kernelPx);
  },
  MaxPoolGrad(kernels, { dy, input }, { filterSize, strides, pad }) {
    if (!dy || !input || both(filterSize) !== 2 || both(strides) !== 2 || pad !== "valid") return null;
    return kernels.maxPoolGrad(input, dy);
  },
};

const enabled = new WeakSet<object>();

/** Puts our kernels in the places of TensorFlow's slower ones, wherever they can do the same; where there are none, changes nothing. */
export function enableNativeTraining(tf: Tf): void {
  const kernels = ownKernels(tf);
  if (!kernels || enabled.has(tf.backend())) return;
  enabled.add(tf.backend());
  const backendName = tf.getBackend();
  for (const [kernelName, kernel] of Object.entries(kernelsByName)) {
    const theirs = tf.getKernel(kernelName, backendName);
    tf.unregisterKernel(kernelName, backendName);
    tf.registerKernel({
      ...theirs,
      kernelFunc(given) {
        // The engine hands over exactly what the gradient of the named operation gives it.
        return kernel(kernels, given.inputs as Record<string, Tensor4D>, (given.attrs ?? {}) as Attributes) ?? theirs.kernelFunc(given);
      },
    });
  }
}
