import type { Random } from "@reefline/chips/random";
import type { ModelValues } from "../modelFiles/modelFiles.ts";
import type { Network } from "./network.ts";

/** He-normal kernels (He et al. 2015, fan in), gamma 1, beta and bias 0; moving means 0, moving variances 1. */
export function initialValues(network: Network, random: Random): ModelValues {
  const weights = new Float32Array(network.weightCount);
  for (const { name, shape, offset, length } of network.pieces) {
    if (name.endsWith("/gamma")) weights.fill(1, offset, offset + length);
    if (!name.endsWith("/kernel")) continue;
    const deviation = Math.sqrt(2 / (length / (shape.at(-1) ?? 1)));
    for (let i = 0; i < length; i++) weights[offset + i] = deviation * random.normal();
  }
  const statistics = new Float32Array(network.statisticsCount).fill(1, network.statisticsCount / 2);
  return { weights, statistics };
}
