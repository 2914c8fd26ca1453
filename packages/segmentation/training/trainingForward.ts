import { AppError } from "@reefline/schema/errors";
import type { Tensor, Tensor1D, Tensor4D } from "@tensorflow/tfjs";
import type { Tf } from "../backends/backend.ts";
import { type BatchStatistics, batchNormActivation } from "../network/batchNormRelu.ts";
import { biasActivation } from "../network/biasActivation.ts";
import { type Convolution, interpret, type Network } from "../network/network.ts";
import { tensorOperations } from "../network/networkTensors.ts";
import { weightPieces } from "./weightPieces.ts";

/** A batch's statistics and where they begin in the flat vector of means. */
export type PlacedStatistics = BatchStatistics & { readonly at: number };

/**
 * The network as it is trained. Batch norm by fixed statistics is multiplied into the kernel before the convolution, which costs a pass
 * over the kernel in place of several over the picture; its gamma and beta learn all the same.
 * @param weights the flat vector of `network.pieces`
 * @param statistics the flat vector of moving means and variances
 * @param collect takes the batch's own statistics of each batch norm that uses them, with its place
 * @returns logits [N, H, W, channels]
 */
export function trainingForward(
  tf: Tf,
  network: Network,
  weights: Tensor1D,
  statistics: Tensor1D,
  x: Tensor4D,
  collect: (statistics: PlacedStatistics) => void,
): Tensor4D {
  const pieces = weightPieces(tf, network, weights);
  let nextPiece = 0;
  let normAt = 0;
  const take = <Piece extends Tensor>(): Piece => {
    const piece = pieces[nextPiece++] as Piece | undefined;
    if (!piece) throw new AppError("internal", "segmentation/weights", `Weight ${nextPiece - 1} of the network is missing.`);
    return piece;
  };
  return interpret<Tensor4D>(network, x, {
    ...tensorOperations(tf),
    convolution(operation, input) {
      const kernel = operation.isBare ? null : take<Tensor4D>();
      if (kernel && operation.norm === "bias")
        return biasActivation(tf, convolve(tf, operation, input, kernel), take<Tensor1D>(), operation.activation);
      const gamma = take<Tensor1D>();
      const beta = take<Tensor1D>();
      const at = normAt;
      normAt += operation.outChannels;
      if (!kernel || operation.norm === "batch") {
        const y = kernel ? convolve(tf, operation, input, kernel) : input;
        return batchNormActivation(tf, y, gamma, beta, operation.epsilon, operation.activation, ({ mean, variance }) =>
          collect({ mean, variance, at }),
        );
      }
      const mean = statistics.slice(at, operation.outChannels);
      const variance = statistics.slice(network.statisticsCount / 2 + at, operation.outChannels);
      const scale: Tensor1D = gamma.mul(variance.add(operation.epsilon).rsqrt());
      const scaled: Tensor4D = kernel.mul(operation.depthwise ? scale.reshape([1, 1, operation.outChannels, 1]) : scale);
      return biasActivation(tf, convolve(tf, operation, input, scaled), beta.sub(mean.mul(scale)), operation.activation);
    },
  });
}

export function convolve(tf: Tf, { stride, depthwise }: Convolution, x: Tensor4D, kernel: Tensor4D): Tensor4D {
  return depthwise ? tf.depthwiseConv2d(x, kernel, stride, "same") : tf.conv2d(x, kernel, stride, "same");
}
