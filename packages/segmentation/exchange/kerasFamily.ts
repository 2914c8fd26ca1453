import { AppError } from "@reefline/schema/errors";
import type { Architecture } from "@reefline/schema/training";
import type { ModelValues } from "../modelFiles/modelFiles.ts";
import { type Convolution, kernelShape } from "../network/network.ts";
import { networkOf } from "../network/networkOf.ts";
import type { KerasTensor, StoredLayer } from "./kerasFile.ts";

/** A network of ours whose weights a file of Keras holds. */
export interface KerasFamilyModel {
  readonly architecture: Exclude<Architecture, { kind: "imported-onnx" }>;
  readonly values: ModelValues;
}

interface Parts {
  /** Kernel and, where it has one, bias, in the order of the file. */
  readonly kernels: { readonly kernel: KerasTensor; readonly bias: Float32Array | null }[];
  /** gamma, beta, moving mean, moving variance. */
  readonly norms: (readonly [Float32Array, Float32Array, Float32Array, Float32Array])[];
}

/**
 * Weights alone do not say how layers are joined: they are taken for one of our own networks whose layers have these shapes in this order
 * (docs/training.md): the residual U-Net of the course, or a U-Net of two 3×3 convolutions per level with batch norm, nearest upsampling
 * and a 1×1 head. A convolution's bias before a batch norm goes into that norm's mean.
 * @throws AppError "keras/family" when they are not
 */
export function kerasFamily(layers: readonly StoredLayer[]): KerasFamilyModel {
  const parts = partsOf(layers);
  const [first] = parts.kernels;
  const [, , bandCount = 0, baseFilters = 0] = first?.kernel.shape ?? [];
  const candidates: KerasFamilyModel["architecture"][] = [];
  for (let depth = 1; depth <= 6; depth++)
    for (const patchPx of [1, 2] as const) candidates.push({ kind: "unet", baseFilters, depth, bandCount, patchPx });
  candidates.push({ kind: "residual-unet", baseFilters, bandCount });
  for (const architecture of bandCount > 0 && baseFilters > 0 ? candidates : []) {
    const values = valuesFor(architecture, parts);
    if (values) return { architecture, values };
  }
  throw new AppError(
    "bad-input",
    "keras/family",
    "This file holds weights alone, which do not say how the layers are joined, and they fit none of Reefline's networks. Save the whole model (model.save with the ending .keras) and import that.",
  );
}

function partsOf(layers: readonly StoredLayer[]): Parts {
  const parts: Parts = { kernels: [], norms: [] };
  for (const { key, name, tensors } of layers) {
    const [first, second, third, fourth, ...more] = tensors;
    if (!first) continue;
    const isNorm = tensors.length === 4 && tensors.every(({ shape }) => shape.length === 1 && shape[0] === first.shape[0]);
    if (isNorm && second && third && fourth) parts.norms.push([first.values, second.values, third.values, fourth.values]);
    else if (first.shape.length === 4 && !third && more.length === 0 && (!second || second.shape.length === 1)) {
      parts.kernels.push({ kernel: first, bias: second?.values ?? null });
    } else {
      throw new AppError(
        "bad-input",
        "keras/family",
        `The layer "${name ?? key}" of these weights is neither a convolution nor a batch norm. Save the whole model (model.save with the ending .keras) and import that.`,
      );
    }
  }
  return parts;
}

/** Kernels of the same shape in the same order: shortcuts are told from the rest by their size alone. Null when any is left or missing. */
function valuesFor(architecture: KerasFamilyModel["architecture"], { kernels, norms }: Parts): ModelValues | null {
  const network = networkOf(architecture);
  const convolutions = network.operations.filter((operation): operation is Convolution => operation.op === "convolution");
  if (convolutions.filter(({ isBare }) => !isBare).length !== kernels.length) return null;
  if (convolutions.filter(({ norm }) => norm !== "bias").length !== norms.length) return null;
  const unused = [...kernels];
  const weights = new Float32Array(network.weightCount);
  const statistics = new Float32Array(network.statisticsCount);
  let [weightsAt, normsAt, statisticsAt] = [0, 0, 0];
  const put = (values: Float32Array): void => {
    weights.set(values, weightsAt);
    weightsAt += values.length;
  };
  for (const convolution of convolutions) {
    const { outChannels, norm, isBare } = convolution;
    const shape = kernelShape(convolution).join();
    const at = isBare ? -1 : unused.findIndex(({ kernel }) => kernel.shape.join() === shape);
    const [found] = at < 0 ? [] : unused.splice(at, 1);
    if (!isBare && !found) return null;
    if (found) put(found.kernel.values);
    const bias = found?.bias ?? new Float32Array(outChannels);
    if (bias.length !== outChannels) return null;
    if (norm === "bias") {
      put(bias);
      continue;
    }
    const [gamma, beta, mean, variance] = norms[normsAt++] ?? [];
    if (!gamma || !beta || !mean || !variance || gamma.length !== outChannels) return null;
    put(gamma);
    put(beta);
    statistics.set(
      mean.map((value, i) => value - (bias[i] ?? 0)),
      statisticsAt,
    );
    statistics.set(variance, network.statisticsCount / 2 + statisticsAt);
    statisticsAt += outChannels;
  }
  return { weights, statistics };
}
