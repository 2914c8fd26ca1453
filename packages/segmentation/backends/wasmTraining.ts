import type { TensorInfo } from "@tensorflow/tfjs";
import type { Tf } from "./backend.ts";
import { type WasmHeap, wasmHeap } from "./wasmHeap.ts";

interface PoolAttributes {
  readonly filterSize: number | [number, number];
  readonly strides: number | [number, number];
  readonly pad: "same" | "valid" | number;
}

interface ConvolutionAttributes {
  readonly strides: number | [number, number];
  readonly pad: "same" | "valid" | number;
  readonly dimRoundingMode?: "floor" | "round" | "ceil";
  readonly filterShape: [number, number, number, number];
  readonly inputShape: [number, number, number, number];
}

/**
 * Makes training possible on the WebAssembly backend: gives it the gradients of convolutions that it lacks or has only slowly: by filter and by input, plain and
 * depthwise, for square kernels and equal strides (float32, NHWC, no dilation). Once per process.
 */
export function enableWasmTraining(tf: Tf): void {
  const heap = wasmHeap(tf);
  if (!heap) return;
  registerSplit(tf, heap);
  registerMaxPoolGradient(tf, heap);
  for (const [kernelName, gradient] of Object.entries(gradientKernels)) {
    if (tf.getKernel(kernelName, "wasm")) tf.unregisterKernel(kernelName, "wasm");
    tf.registerKernel({
      kernelName,
      backendName: "wasm",
      // The engine hands over exactly what the gradient of the named operation gives it.
      kernelFunc: ({ inputs, attrs }) =>
        gradient(tf, heap, inputs as Record<string, TensorInfo>, attrs as unknown as ConvolutionAttributes),
    });
  }
}

/** TensorFlow.js' own takes longer than a convolution; ours is for the 2 × 2 pool, which is what networks here have. */
function registerMaxPoolGradient(tf: Tf, heap: WasmHeap): void {
  const general = tf.getKernel("MaxPoolGrad", "wasm");
  if (general) tf.unregisterKernel("MaxPoolGrad", "wasm");
  const both = (sides: number | [number, number], wanted: number) =>
    typeof sides === "number" ? sides === wanted : sides[0] === wanted && sides[1] === wanted;
  tf.registerKernel({
    kernelName: "MaxPoolGrad",
    backendName: "wasm",
    kernelFunc(of) {
      const { filterSize, strides, pad } = of.attrs as unknown as PoolAttributes;
      const [x, dy] = [given(of.inputs as Record<string, TensorInfo>, "input"), given(of.inputs as Record<string, TensorInfo>, "dy")];
      if (!both(filterSize, 2) || !both(strides, 2) || pad !== "valid") {
        if (!general) throw new TypeError("WebAssembly has the gradient of 2 × 2 max-pools only.");
        return general.kernelFunc(of);
      }
      const dx = heap.zeros(x.shape);
      heap.kernel.maxPoolGradient(...[x, dy, dx].map(heap.address), ...shape4(x));
      return dx;
    },
  });
}

/** TensorFlow.js' own cuts each piece by a general slice, which for a vector of a hundred pieces takes longer than a convolution. */
function registerSplit(tf: Tf, heap: WasmHeap): void {
  const general = tf.getKernel("SplitV", "wasm");
  tf.unregisterKernel("SplitV", "wasm");
  tf.registerKernel({
    ...general,
    kernelFunc(given) {
      const { x } = given.inputs;
      const { numOrSizeSplits: lengths } = given.attrs ?? {};
      if (x?.shape.length !== 1 || x.dtype !== "float32" || !isLengths(lengths)) return general.kernelFunc(given);
      let from = heap.address(x);
      return lengths.map((length) => {
        const piece = heap.make([length]);
        heap.copy(from, piece);
        from += 4 * length;
        return piece;
      });
    },
  });
}

function isLengths(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((length) => typeof length === "number" && length >= 0);
}

type Gradient = (tf: Tf, heap: WasmHeap, inputs: Record<string, TensorInfo>, attributes: ConvolutionAttributes) => TensorInfo;

const gradientKernels: Record<string, Gradient> = {
  Conv2DBackpropFilter(tf, heap, inputs, attributes) {
    const [x, dy] = [given(inputs, "x"), given(inputs, "dy")];
    const { sizes, stencil, ci, co } = plan(tf, shape4(x), attributes.filterShape, attributes, false);
    const dw = heap.zeros(attributes.filterShape);
    heap.kernel.filterGradient(...[x, dy, dw].map(heap.address), ...sizes.input, ci, ...sizes.output, co, ...stencil);
    return dw;
  },

  /** The convolution of dy, its pixels spread by the stride, with the kernel turned round. */
  Conv2DBackpropInput(tf, heap, inputs, attributes) {
    const [dy, filter] = [given(inputs, "dy"), given(inputs, "filter")];
    const { sizes, stencil, ci, co } = plan(tf, attributes.inputShape, shape4(filter), attributes, false);
    const [k, stride, top, left] = stencil;
    const [count, height, width] = sizes.input;
    const [outHeight, outWidth] = sizes.output;
    const turned = heap.make([k, k, co, ci]);
    heap.kernel.turnKernel(heap.address(filter), heap.address(turned), k, ci, co);
    const isPlain = stride === 1 && 2 * top === k - 1 && 2 * left === k - 1 && outHeight === height && outWidth === width;
    const spreadShape = [count, height + k - 1, width + k - 1, co];
    const spread = isPlain ? dy : heap.zeros(spreadShape);
    if (!isPlain) {
      const [, spreadHeight = 0, spreadWidth = 0] = spreadShape;
      const places = [count, outHeight, outWidth, co, spreadHeight, spreadWidth, stride, k - 1 - top, k - 1 - left];
      heap.kernel.spreadOut(heap.address(dy), heap.address(spread), ...places);
    }
    const convolution = tf.getKernel("Conv2D", "wasm");
    const attrs = { strides: 1, pad: isPlain ? "same" : "valid", dataFormat: "NHWC", dilations: 1 };
    const dx = convolution.kernelFunc({ inputs: { x: spread, filter: turned }, backend: tf.backend(), attrs });
    heap.free(turned);
    if (!isPlain) heap.free(spread);
    if (Array.isArray(dx)) throw new TypeError("Conv2D gave several outputs");
    return dx;
  },

  DepthwiseConv2dNativeBackpropFilter(tf, heap, inputs, attributes) {
    const [x, dy] = [given(inputs, "x"), given(inputs, "dy")];
    const { sizes, stencil, ci } = plan(tf, shape4(x), attributes.filterShape, attributes, true);
    const dw = heap.zeros(attributes.filterShape);
    heap.kernel.depthwiseFilterGradient(...[x, dy, dw].map(heap.address), ...sizes.input, ci, ...sizes.output, ...stencil);
    return dw;
  },

  DepthwiseConv2dNativeBackpropInput(tf, heap, inputs, attributes) {
    const [dy, filter] = [given(inputs, "dy"), given(inputs, "filter")];
    const { sizes, stencil, ci } = plan(tf, attributes.inputShape, shape4(filter), attributes, true);
    const dx = heap.zeros(attributes.inputShape);
    heap.kernel.depthwiseInputGradient(...[dy, filter, dx].map(heap.address), ...sizes.input, ci, ...sizes.output, ...stencil);
    return dx;
  },
};

function given(inputs: Record<string, TensorInfo>, name: string): TensorInfo {
  const tensor = inputs[name];
  if (!tensor) throw new TypeError(`A gradient lacks ${name}.`);
  return tensor;
}

function shape4({ shape }: TensorInfo): [number, number, number, number] {
  const [a = 1, b = 1, c = 1, d = 1] = shape;
  return [a, b, c, d];
}

/** Where a convolution's pixels lie. */
function plan(
  tf: Tf,
  inputShape: [number, number, number, number],
  filterShape: [number, number, number, number],
  { strides, pad, dimRoundingMode }: ConvolutionAttributes,
  depthwise: boolean,
) {
  const info = tf.backend_util.computeConv2DInfo(inputShape, filterShape, strides, 1, pad, dimRoundingMode, depthwise);
  const { batchSize, inHeight, inWidth, outHeight, outWidth, inChannels, outChannels, filterHeight, strideHeight, padInfo } = info;
  if (filterHeight !== info.filterWidth || strideHeight !== info.strideWidth || (depthwise && filterShape[3] !== 1))
    throw new TypeError("Gradients of convolutions are for square kernels, equal strides and one depthwise kernel per channel.");
  return {
    sizes: { input: [batchSize, inHeight, inWidth] as const, output: [outHeight, outWidth] as const },
    /** Side of the kernel, stride, padding above and on the left: as the kernels of ours take them. */
    stencil: [filterHeight, strideHeight, padInfo.top, padInfo.left] as const,
    ci: inChannels,
    co: outChannels,
  };
}
