import { AppError } from "@reefline/schema/errors";

export type Activation = "none" | "relu" | "relu6";

/**
 * One step of a network. Its result is the value with its own index plus one; value 0 is the input, [N, H, W, bands]; the last value is
 * the output, the logits [N, H, W, channels].
 */
export type Operation =
  | {
      readonly op: "convolution";
      readonly name: string;
      readonly from: number;
      readonly kernelPx: number;
      readonly stride: 1 | 2;
      readonly inChannels: number;
      readonly outChannels: number;
      /** One kernel per channel (inChannels = outChannels). */
      readonly depthwise: boolean;
      /** No kernel is learned: every channel passes as it is (depthwise, 1 px) to its batch norm and activation. */
      readonly isBare?: true;
      /**
       * What follows the convolution: batch norm by the batch's own statistics in training, batch norm by the statistics that the
       * weights came with, or a bias alone.
       */
      readonly norm: "batch" | "fixed" | "bias";
      /** ε of the batch norm (unused with a bias). */
      readonly epsilon: number;
      readonly activation: Activation;
    }
  | { readonly op: "maxPool"; readonly from: number }
  /** The first twice as wide and high by nearest neighbour, then the channels of the second behind its own. */
  | { readonly op: "upsampleConcat"; readonly from: readonly [number, number] }
  | { readonly op: "add"; readonly from: readonly [number, number] }
  /** [N, h, w, p²·c] → [N, p·h, p·w, c], as TensorFlow's depth_to_space does. */
  | { readonly op: "spreadPatches"; readonly from: number; readonly patchPx: number };

export type Convolution = Extract<Operation, { op: "convolution" }>;

/** One tensor of the flat weight vector. */
export interface WeightPiece {
  readonly name: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly length: number;
}

/** A network's operations and where its numbers lie: all weights in one flat vector, all batch-norm statistics in another. */
export interface Network {
  readonly operations: readonly Operation[];
  readonly bandCount: number;
  /** Width and height of every input must be a multiple of this. */
  readonly strideMultiplePx: number;
  /** Of the output: the logit of reef, and one score for each class that is told apart. */
  readonly channelCount: number;
  /** Kernel, gamma and beta (or kernel and bias) of every convolution, in the order of the operations. */
  readonly pieces: readonly WeightPiece[];
  readonly weightCount: number;
  /** Moving means of every batch norm, then moving variances. */
  readonly statisticsCount: number;
}

export function kernelShape({ kernelPx, inChannels, outChannels, depthwise }: Convolution): [number, number, number, number] {
  return depthwise ? [kernelPx, kernelPx, inChannels, 1] : [kernelPx, kernelPx, inChannels, outChannels];
}

/** Lays out the weights of `operations`. */
function makeNetwork(operations: readonly Operation[], strideMultiplePx: number, channelCount: number): Network {
  const pieces: WeightPiece[] = [];
  let weightCount = 0;
  let statisticsCount = 0;
  const add = (name: string, shape: readonly number[]): void => {
    const length = shape.reduce((product, side) => product * side, 1);
    pieces.push({ name, shape, offset: weightCount, length });
    weightCount += length;
  };
  for (const operation of operations) {
    if (operation.op !== "convolution") continue;
    const { name, norm, outChannels } = operation;
    if (!operation.isBare) add(`${name}/kernel`, kernelShape(operation));
    if (norm === "bias") {
      add(`${name}/bias`, [outChannels]);
    } else {
      add(`${name}/gamma`, [outChannels]);
      add(`${name}/beta`, [outChannels]);
      statisticsCount += 2 * outChannels;
    }
  }
  const first = operations.find((operation): operation is Convolution => operation.op === "convolution");
  return { operations, bandCount: first?.inChannels ?? 0, strideMultiplePx, channelCount, pieces, weightCount, statisticsCount };
}

/** What the operations are made of: tensors, or the names of values in a file of another format. */
export interface Interpreter<Value> {
  /** `index` counts convolutions. */
  convolution(operation: Convolution, x: Value, index: number): Value;
  maxPool(x: Value): Value;
  upsampleConcat(low: Value, skip: Value): Value;
  add(a: Value, b: Value): Value;
  spreadPatches(x: Value, patchPx: number): Value;
}

/** The operation that looks at each value last; the output is looked at by whoever asked for it. */
function lastUses(operations: readonly Operation[]): number[] {
  const last = new Array<number>(operations.length + 1).fill(-1);
  operations.forEach((operation, index) => {
    for (const from of typeof operation.from === "number" ? [operation.from] : operation.from) last[from] = index;
  });
  last[operations.length] = operations.length;
  return last;
}

/**
 * Runs a network's operations in order on whatever `interpreter` computes with.
 * @param release told of every value but the input and the output as soon as nothing needs it any more
 */
export function interpret<Value>(
  { operations }: Network,
  input: Value,
  interpreter: Interpreter<Value>,
  release?: (value: Value) => void,
): Value {
  const last = release ? lastUses(operations) : [];
  const values: Value[] = [input];
  const value = (index: number): Value => {
    const found = values[index];
    if (found === undefined || index >= values.length) {
      throw new AppError("internal", "segmentation/network", `The network uses value ${index} before it is made.`);
    }
    return found;
  };
  let convolutions = 0;
  for (const [index, operation] of operations.entries()) {
    switch (operation.op) {
      case "convolution":
        values.push(interpreter.convolution(operation, value(operation.from), convolutions++));
        break;
      case "maxPool":
        values.push(interpreter.maxPool(value(operation.from)));
        break;
      case "upsampleConcat":
        values.push(interpreter.upsampleConcat(value(operation.from[0]), value(operation.from[1])));
        break;
      case "add":
        values.push(interpreter.add(value(operation.from[0]), value(operation.from[1])));
        break;
      case "spreadPatches":
        values.push(interpreter.spreadPatches(value(operation.from), operation.patchPx));
        break;
    }
    if (!release) continue;
    for (let used = 1; used <= index; used++) if (last[used] === index) release(value(used));
  }
  return value(values.length - 1);
}

/** Collects operations; every method answers the index of the value it makes. */
export class NetworkBuilder {
  readonly #operations: Operation[] = [];

  push(operation: Operation): number {
    return this.#operations.push(operation);
  }

  finish(strideMultiplePx: number, channelCount = 1): Network {
    return makeNetwork(this.#operations, strideMultiplePx, channelCount);
  }
}
