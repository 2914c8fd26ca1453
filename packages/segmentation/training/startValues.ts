import type { Random } from "@reefline/chips/random";
import type { Architecture } from "@reefline/schema/training";
import { weightsForClasses } from "../network/classHead.ts";
import { loadEfficientNetLite, readEncoder } from "../network/efficientNetLiteWeights.ts";
import { initialValues } from "../network/initialValues.ts";
import type { Network } from "../network/network.ts";
import type { TrainerValues } from "./trainer.ts";
import type { TrainInput } from "./trainInput.ts";

/** What a training begins with: the weights of the model it goes on from, else drawn ones with the pretrained encoder in its place, unless it was not wanted. */
export async function startValues(
  network: Network,
  architecture: Architecture,
  bandNames: readonly string[],
  { from, encoderPath, config }: Pick<TrainInput, "from" | "encoderPath" | "config">,
  random: Random,
): Promise<TrainerValues> {
  const drawn = initialValues(network, random);
  const values = from
    ? { weights: weightsForClasses(network, config.classes, from, drawn.weights), statistics: from.values.statistics.slice() }
    : drawn;
  if (architecture.kind === "pretrained-unet" && config.pretrained && !from) {
    loadEfficientNetLite(network, bandNames, await readEncoder(encoderPath), values);
  }
  const moments = () => new Float32Array(network.weightCount);
  return { ...values, m: moments(), v: moments(), step: 0, average: config.averaging ? values : null };
}
