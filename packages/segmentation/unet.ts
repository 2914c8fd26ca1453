import type { Random } from "@reefline/chips/random";
import { AppError } from "@reefline/schema/errors";
import type { Architecture } from "@reefline/schema/training";
import type { Tensor, Tensor1D, Tensor4D } from "@tensorflow/tfjs";
import type { Tf } from "./backend.ts";
import { type BatchStatistics, batchNormRelu } from "./batchNormRelu.ts";

/**
 * U-Net (Ronneberger et al. 2015): `depth` times two 3×3 convolutions and a 2×2 max-pool, a bottom, and the way back up with nearest
 * upsampling and concatenated skips; "same" padding, batch norm and ReLU after every 3×3 convolution, a 1×1 head giving one logit.
 * With `patchPx` 2 the first convolution has stride 2 and the head gives the four logits of a 2×2 patch: a quarter of the work for the
 * same ground.
 * All weights lie in one flat vector and all batch-norm statistics in another, in the order of `unetLayout`: one optimizer step is a
 * handful of operations, and a file or a checkpoint is one copy.
 */
export interface ConvolutionSpec {
  readonly name: string;
  readonly inChannels: number;
  readonly outChannels: number;
}

export interface UnetLayout {
  /** Every 3×3 convolution in the order the network runs them. */
  readonly convolutions: readonly ConvolutionSpec[];
  /** Lengths of the pieces of the flat weight vector: kernel, gamma, beta per convolution, then the head's kernel and bias. */
  readonly pieces: readonly { readonly name: string; readonly shape: readonly number[] }[];
  readonly weightCount: number;
  /** Moving means of every convolution, then moving variances. */
  readonly statisticsCount: number;
}

export function unetLayout({ baseFilters, depth, bandCount, patchPx = 1 }: Architecture): UnetLayout {
  const convolutions: ConvolutionSpec[] = [];
  const add = (name: string, inChannels: number, outChannels: number) =>
    convolutions.push({ name: `${name}a`, inChannels, outChannels }, { name: `${name}b`, inChannels: outChannels, outChannels });
  const filters = (level: number) => baseFilters * 2 ** level;
  for (let level = 0; level <= depth; level++) add(`down${level}`, level === 0 ? bandCount : filters(level - 1), filters(level));
  for (let level = depth - 1; level >= 0; level--) add(`up${level}`, filters(level + 1) + filters(level), filters(level));
  const pieces: { name: string; shape: number[] }[] = convolutions.flatMap(({ name, inChannels, outChannels }) => [
    { name: `${name}/kernel`, shape: [3, 3, inChannels, outChannels] },
    { name: `${name}/gamma`, shape: [outChannels] },
    { name: `${name}/beta`, shape: [outChannels] },
  ]);
  pieces.push({ name: "head/kernel", shape: [1, 1, baseFilters, patchPx ** 2] }, { name: "head/bias", shape: [patchPx ** 2] });
  return {
    convolutions,
    pieces,
    weightCount: pieces.reduce((sum, { shape }) => sum + size(shape), 0),
    statisticsCount: 2 * convolutions.reduce((sum, { outChannels }) => sum + outChannels, 0),
  };
}

/** Height and width of every input must be a multiple of this. */
export const unetStrideMultiplePx = ({ depth, patchPx = 1 }: Architecture): number => patchPx * 2 ** depth;

/** He-normal kernels (He et al. 2015, fan in), gamma 1, beta and bias 0. */
export function initialWeights(layout: UnetLayout, random: Random): Float32Array {
  const weights = new Float32Array(layout.weightCount);
  let offset = 0;
  for (const { name, shape } of layout.pieces) {
    const length = size(shape);
    if (name.endsWith("/gamma")) weights.fill(1, offset, offset + length);
    if (name.endsWith("/kernel")) {
      const deviation = Math.sqrt(2 / (length / (shape.at(-1) ?? 1)));
      for (let i = 0; i < length; i++) weights[offset + i] = deviation * random.normal();
    }
    offset += length;
  }
  return weights;
}

/** Moving means 0, moving variances 1. */
export function initialStatistics(layout: UnetLayout): Float32Array {
  const statistics = new Float32Array(layout.statisticsCount);
  return statistics.fill(1, layout.statisticsCount / 2);
}

/** Walks the network once; `block(i, x, stride)` is the i-th convolution with all that follows it. */
export function walkUnet(
  tf: Tf,
  { depth, patchPx = 1 }: Architecture,
  x: Tensor4D,
  block: (index: number, x: Tensor4D, stride: 1 | 2) => Tensor4D,
  head: (x: Tensor4D) => Tensor4D,
): Tensor4D {
  let index = 0;
  const two = (input: Tensor4D) => {
    const inner = block(index, input, index === 0 ? patchPx : 1);
    const outer = block(index + 1, inner, 1);
    index += 2;
    return outer;
  };
  const skips: Tensor4D[] = [];
  let y = two(x);
  for (let level = 0; level < depth; level++) {
    skips.push(y);
    y = two(tf.maxPool(y, 2, 2, "valid"));
  }
  for (const skip of skips.reverse()) y = two(tf.concat([upsample2(tf, y), skip], 3));
  return spreadPatches(tf, head(y), patchPx);
}

/** [N, h, w, p²] → [N, p·h, p·w, 1], as TensorFlow's depth_to_space does. */
function spreadPatches(tf: Tf, x: Tensor4D, patchPx: number): Tensor4D {
  if (patchPx === 1) return x;
  const [count, height, width] = x.shape;
  const patches = tf.transpose(tf.reshape(x, [count, height, width, patchPx, patchPx]), [0, 1, 3, 2, 4]);
  return tf.reshape(patches, [count, height * patchPx, width * patchPx, 1]);
}

/** The network as it is trained: batch norm by the batch's own statistics. x [N, H, W, bands] → logits [N, H, W, 1]. */
export function unetForTraining(
  tf: Tf,
  architecture: Architecture,
  layout: UnetLayout,
  weights: Tensor1D,
  x: Tensor4D,
  collect: (statistics: BatchStatistics) => void,
): Tensor4D {
  const pieces = splitWeights(tf, layout, weights);
  const piece = (i: number): Tensor => {
    const tensor = pieces[i];
    if (!tensor) throw new AppError("internal", "segmentation/weights", `Weight ${i} of the network is missing.`);
    return tensor;
  };
  const headAt = layout.convolutions.length * 3;
  return walkUnet(
    tf,
    architecture,
    x,
    (i, input, stride) =>
      batchNormRelu(
        tf,
        tf.conv2d(input, piece(3 * i).as4D(...conv(layout.pieces[3 * i]?.shape)), stride, "same"),
        piece(3 * i + 1).as1D(),
        piece(3 * i + 2).as1D(),
        collect,
      ),
    (input) => tf.conv2d(input, piece(headAt).as4D(...conv(layout.pieces[headAt]?.shape)), 1, "same").add(piece(headAt + 1)),
  );
}

function splitWeights(tf: Tf, layout: UnetLayout, weights: Tensor1D): Tensor[] {
  return tf.split(
    weights,
    layout.pieces.map(({ shape }) => size(shape)),
  );
}

function upsample2(tf: Tf, x: Tensor4D): Tensor4D {
  const [, height, width] = x.shape;
  return tf.image.resizeNearestNeighbor(x, [2 * height, 2 * width]);
}

function conv(shape: readonly number[] | undefined): [number, number, number, number] {
  const [a = 0, b = 0, c = 0, d = 0] = shape ?? [];
  return [a, b, c, d];
}

function size(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
