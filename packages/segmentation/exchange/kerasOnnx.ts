import { AppError } from "@reefline/schema/errors";
import { scalarConstants } from "./kerasActivations.ts";
import type { KerasFile, StoredLayer } from "./kerasFile.ts";
import { KerasLayerConfig } from "./kerasLayerConfig.ts";
import { type KerasValue, kerasLayers } from "./kerasLayers.ts";
import { type KerasLayer, type KerasSource, type KerasTopology, kerasTopology } from "./kerasTopology.ts";
import { elementType, OnnxGraph } from "./onnxModel.ts";

/** A Keras model as ONNX, and what it tells of its input. */
export interface ConvertedKeras {
  readonly onnx: Uint8Array;
  readonly bandCount: number;
  /** 1 where the model itself brings 0–255 to its own range; null where it does not say. */
  readonly scale: 1 | null;
}

/**
 * Writes a Sequential or Functional Keras model as an ONNX file that answers the same: `pixels` [1, bands, height, width] → [1, classes,
 * height, width]. A side that Keras fixed stays fixed.
 * @throws AppError "keras/layer" with the name of the first layer that cannot be taken over; "keras/…" for what is wrong with the file
 */
export function kerasToOnnx(file: KerasFile): ConvertedKeras {
  const topology = kerasTopology(file.model);
  const { inputShape, input, output } = topology;
  const [heightPx, widthPx, bandCount] = inputShape;
  const graph = new OnnxGraph();
  const constants = scalarConstants(graph);
  const storedFor = storedLayers(topology, file.layers);
  const key = ({ layer, call }: KerasSource): string => JSON.stringify([layer, call]);
  const values = new Map<string, KerasValue>([[key(input), { name: "pixels", channels: bandCount }]]);
  let scale: 1 | null = null;

  for (const { layer, call, sources } of inOrder(topology)) {
    const add = kerasLayers[layer.className];
    const config = new KerasLayerConfig(layer, storedFor(layer)?.tensors ?? []);
    if (!add) throw config.refuse(unknownLayer(layer.className));
    const [first, ...others] = sources.map((source) => {
      const value = values.get(key(source));
      if (!value) throw config.refuse(`what it follows ("${source.layer}") is not there.`);
      return value;
    });
    if (!first) throw config.refuse("it follows nothing.");
    values.set(key({ layer: layer.name, call }), add({ graph, constants, layer: config, inputs: [first, ...others] }));
    if (layer.className === "Rescaling" && first.name === "pixels" && config.perChannel("scale", 1, 1)[0] !== 1) scale = 1;
  }
  const answer = values.get(key(output));
  if (!answer || answer.isFlat) {
    throw new AppError(
      "bad-input",
      "keras/outputs",
      "This model does not answer with a picture: a model for mapping gives one number for every pixel.",
    );
  }
  // A name of its own, whatever made it.
  graph.node("Identity", [answer.name], {}, "answer");
  const onnx = graph.finish({
    name: "keras",
    description: "Converted from Keras by Reefline",
    inputs: [{ name: "pixels", type: elementType.float, shape: [1, bandCount, heightPx ?? "height", widthPx ?? "width"] }],
    outputs: [{ name: "answer", type: elementType.float, shape: [1, answer.channels, heightPx ?? "out_height", widthPx ?? "out_width"] }],
    metadata: {},
  });
  return { onnx, bandCount, scale };
}

function unknownLayer(className: string): string {
  if (/lambda/i.test(className)) {
    return "it is a function of Python. Put a Rescaling layer (or another standard one) in its place, load the weights, and save the model again.";
  }
  if (["Functional", "Model", "Sequential"].includes(className)) {
    return "it is a model inside the model. Build the model from the inner one's layers, load the weights, and save it again.";
  }
  return "layers of this kind are not supported. Export the model as ONNX (tf2onnx, or model.export with format onnx) and import that.";
}

/** Uses of layers, each after those that it follows. */
function inOrder({ layers, input, output }: KerasTopology): { layer: KerasLayer; call: number; sources: readonly KerasSource[] }[] {
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  const ordered: { layer: KerasLayer; call: number; sources: readonly KerasSource[] }[] = [];
  const state = new Map<string, "open" | "done">();
  const wait: { source: KerasSource; ready: boolean }[] = [{ source: output, ready: false }];
  for (let next = wait.pop(); next; next = wait.pop()) {
    const { source, ready } = next;
    const id = JSON.stringify([source.layer, source.call]);
    if (source.layer === input.layer || state.get(id) === "done") continue;
    const layer = byName.get(source.layer);
    const sources = layer?.calls[source.call];
    if (!layer || !sources) {
      throw new AppError(
        "bad-input",
        "keras/topology",
        `The layer "${source.layer}" is used but not described in this file. Save the model again.`,
      );
    }
    if (ready) {
      state.set(id, "done");
      ordered.push({ layer, call: source.call, sources });
      continue;
    }
    if (state.get(id) === "open") {
      throw new AppError(
        "bad-input",
        "keras/topology",
        `The layer "${source.layer}" follows itself, which no network for prediction does.`,
      );
    }
    state.set(id, "open");
    wait.push({ source, ready: true }, ...sources.map((one) => ({ source: one, ready: false })));
  }
  return ordered;
}

/**
 * A layer's arrays: by its name where the file tells names, else by its kind and number (`conv2d_3`: the fourth Conv2D of the description),
 * as Keras 3 before it wrote names.
 */
function storedLayers({ layers }: KerasTopology, stored: readonly StoredLayer[]): (layer: KerasLayer) => StoredLayer | undefined {
  const named = new Map(stored.flatMap((one) => (one.name === null ? [] : [[one.name, one]])));
  const keyed = new Map(stored.map((one) => [one.key, one]));
  const keys = new Map<string, string>();
  const counts = new Map<string, number>();
  for (const { className, name, isOperation } of layers) {
    if (isOperation) continue;
    const kind = snakeCase(className);
    const number = counts.get(kind) ?? 0;
    counts.set(kind, number + 1);
    keys.set(name, number === 0 ? kind : `${kind}_${number}`);
  }
  return ({ name }) => named.get(name) ?? keyed.get(keys.get(name) ?? "");
}

/** As Keras makes the name of a kind of layer. */
function snakeCase(className: string): string {
  return className
    .replace(/\W+/g, "")
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}
