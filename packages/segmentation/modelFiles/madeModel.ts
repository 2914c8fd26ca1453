import { randomFrom } from "@reefline/chips/random";
import { type Architecture, type ModelCard, trainConfigSchema } from "@reefline/schema/training";
import { initialValues } from "../network/initialValues.ts";
import { networkOf } from "../network/networkOf.ts";
import type { ModelValues } from "./modelFiles.ts";

/** A card for tests and benchmarks: nothing was trained. */
export function madeCard(architecture: Architecture): ModelCard {
  const none = { tp: 0, fp: 0, fn: 0, tn: 0, dice: 0, iou: 0, meanIou: 0, precision: 0, recall: 0, threshold: 0.4 };
  const perBand = (first: number, step: number) => Array.from({ length: architecture.bandCount }, (_, band) => first + step * band);
  return {
    format: "reefline-model/1",
    name: "made",
    createdAt: "2026-01-01T00:00:00.000Z",
    architecture,
    gsdMeters: 0.05,
    bandNames: Array.from({ length: architecture.bandCount }, (_, band) => `band ${band + 1}`),
    normalization: { mean: perBand(113, -4), std: perBand(46, -2) },
    unsharp: null,
    temperature: 1.3,
    classTemperature: 0.8,
    threshold: 0.4,
    positiveClass: "reef",
    classes: madeClasses(architecture),
    config: trainConfigSchema.parse({ budget: { kind: "epochs", epochs: 1 } }),
    backend: { kind: "native-cpu", description: "none" },
    trainedOn: [],
    split: { cellSizeMeters: 1, bufferMeters: 0, trainCells: 1, validationCells: 1, trainChips: 1, validationChips: 1, buffered: false },
    epochs: 0,
    steps: 0,
    bestEpoch: 0,
    trainSeconds: 0,
    stoppedBecause: "budget",
    validation: none,
    heldOut: null,
  };
}

function madeClasses(architecture: Architecture): string[] {
  const classCount = architecture.kind === "imported-onnx" ? 0 : (architecture.classCount ?? 0);
  return Array.from({ length: classCount }, (_, i) => `class ${i + 1}`);
}

/** Weights as before training, with every batch norm's scale, offset and statistics moved off what would leave them out. */
export function madeValues(architecture: Architecture, seed: number): ModelValues {
  const network = networkOf(architecture);
  const random = randomFrom(seed);
  const { weights, statistics: untouched } = initialValues(network, random);
  for (const { name, offset, length } of network.pieces) {
    if (!name.endsWith("/kernel")) for (let i = offset; i < offset + length; i++) weights[i] = (weights[i] ?? 0) + 0.2 * random.normal();
  }
  const statistics = untouched.map((value) => (value === 0 ? 0.2 * random.normal() : value * random.between(0.6, 1.6)));
  return { weights, statistics };
}

export function madePixels(count: number, seed: number): Uint8Array {
  const random = randomFrom(seed);
  return Uint8Array.from({ length: count }, () => random.below(256));
}
