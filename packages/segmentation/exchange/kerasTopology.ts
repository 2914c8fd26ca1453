import { AppError } from "@reefline/schema/errors";
import { z } from "zod";

/** Where a layer's input comes from: a layer's name and which of its calls. */
export interface KerasSource {
  readonly layer: string;
  readonly call: number;
}

export interface KerasLayer {
  readonly className: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** A function of Keras without weights (`keras.ops`), which the weights' file does not list. */
  readonly isOperation: boolean;
  /** One entry for every time the layer is used. */
  readonly calls: readonly (readonly KerasSource[])[];
}

/** A Keras model as a graph of layers. */
export interface KerasTopology {
  readonly layers: readonly KerasLayer[];
  readonly input: KerasSource;
  readonly output: KerasSource;
  /** [height, width, bands] of the input; a side of any length is null. */
  readonly inputShape: readonly [number | null, number | null, number];
}

const mostLayers = 5_000;

const refusal = (code: string, message: string): AppError => new AppError("bad-input", `keras/${code}`, message);

const layerSchema = z.object({
  class_name: z.string(),
  name: z.string().optional(),
  module: z.string().nullish(),
  registered_name: z.string().nullish(),
  config: z.record(z.string(), z.unknown()),
  inbound_nodes: z.array(z.unknown()).default([]),
});
const modelSchema = z.object({
  class_name: z.string(),
  config: z.object({
    layers: z.array(layerSchema).max(mostLayers),
    input_layers: z.unknown().optional(),
    output_layers: z.unknown().optional(),
    build_input_shape: z.unknown().optional(),
  }),
});

/**
 * Reads the JSON in which Keras 2 and 3 describe a Sequential or Functional model.
 * @throws AppError "keras/topology", "keras/inputs", "keras/outputs", "keras/shape" in words
 */
export function kerasTopology(model: unknown): KerasTopology {
  const kind = z.object({ class_name: z.string() }).safeParse(model);
  if (kind.success && !["Functional", "Model", "Sequential"].includes(kind.data.class_name)) {
    throw refusal(
      "topology",
      `This model is a class of its own (${kind.data.class_name}), whose layers the file does not describe. Build it with keras.Model(inputs, outputs), load the weights into that, and save it again.`,
    );
  }
  const read = modelSchema.safeParse(model);
  if (!read.success) throw refusal("topology", "The description of the model's layers in this file cannot be read. Save the model again.");
  const { class_name: className, config } = read.data;
  const layers = config.layers.map(layerOf);
  return className === "Sequential" ? sequential(layers, config.build_input_shape) : functional(layers, config);
}

function layerOf({ class_name, name, module, registered_name, config, inbound_nodes }: z.infer<typeof layerSchema>): KerasLayer {
  const own = typeof config.name === "string" ? config.name : undefined;
  const isCustom = registered_name?.includes(">") ?? false;
  return {
    className: isCustom ? `${registered_name}` : class_name,
    name: name ?? own ?? class_name,
    config,
    isOperation: /^keras\.(src\.)?ops/.test(module ?? ""),
    calls: inbound_nodes.map((node) => sourcesIn(node)),
  };
}

/** Every mention of another layer's output in a call's arguments, in their order: `[name, call, output, …]`, or Keras 3's `keras_history`. */
function sourcesIn(node: unknown): KerasSource[] {
  if (Array.isArray(node)) {
    const [layer, call, output] = node;
    if (typeof layer === "string" && typeof call === "number" && typeof output === "number") return [{ layer, call }];
    return node.flatMap(sourcesIn);
  }
  if (typeof node !== "object" || node === null) return [];
  if ("keras_history" in node) return sourcesIn(node.keras_history);
  return Object.values(node).flatMap(sourcesIn);
}

function functional(layers: readonly KerasLayer[], { input_layers, output_layers }: z.infer<typeof modelSchema>["config"]): KerasTopology {
  const inputs = sourcesIn(input_layers);
  const outputs = sourcesIn(output_layers);
  const [input] = inputs;
  const [output] = outputs;
  if (!input || inputs.length > 1) {
    throw refusal("inputs", `A model for prediction has one input, a picture; this one has ${inputs.length}.`);
  }
  if (!output || outputs.length > 1) {
    throw refusal(
      "outputs",
      `A model for prediction has one output; this one has ${outputs.length}. Save keras.Model(model.input, model.outputs[0]).`,
    );
  }
  const first = layers.find(({ name }) => name === input.layer);
  return { layers, input, output, inputShape: inputShape(first?.config.batch_shape ?? first?.config.batch_input_shape) };
}

function sequential(layers: readonly KerasLayer[], buildShape: unknown): KerasTopology {
  const [first] = layers;
  const starts = first?.className === "InputLayer";
  const input: KerasSource = { layer: starts ? first.name : "input of the model", call: 0 };
  let before = input;
  const chained = layers.map((layer, index): KerasLayer => {
    if (starts && index === 0) return { ...layer, calls: [] };
    const calls = [[before]];
    before = { layer: layer.name, call: 0 };
    return { ...layer, calls };
  });
  const { config } = first ?? {};
  return { layers: chained, input, output: before, inputShape: inputShape(config?.batch_shape ?? config?.batch_input_shape ?? buildShape) };
}

const shapeSchema = z.tuple([
  z.unknown(),
  z.number().int().positive().nullable(),
  z.number().int().positive().nullable(),
  z.number().int().positive(),
]);

function inputShape(shape: unknown): KerasTopology["inputShape"] {
  const read = shapeSchema.safeParse(shape);
  if (!read.success) {
    throw refusal("shape", "The model's input must be one picture [height, width, bands], bands last, with a known number of bands.");
  }
  const [, heightPx, widthPx, bands] = read.data;
  return [heightPx, widthPx, bands];
}
