import { addActivation, type KerasConstants } from "./kerasActivations.ts";
import type { KerasLayerConfig } from "./kerasLayerConfig.ts";
import type { OnnxAttribute, OnnxGraph } from "./onnxModel.ts";

/** A layer's answer in the graph: [1, channels, height, width], or of one number per channel [1, channels, 1, 1]. */
export interface KerasValue {
  readonly name: string;
  readonly channels: number;
  /** Keras has no height and width here any more: what comes next must put them back or work on channels alone. */
  readonly isFlat?: boolean;
}

export interface KerasLayerInput {
  readonly graph: OnnxGraph;
  readonly constants: KerasConstants;
  readonly layer: KerasLayerConfig;
  readonly inputs: readonly [KerasValue, ...KerasValue[]];
}

type Attributes = Readonly<Record<string, OnnxAttribute>>;
type AddLayer = (input: KerasLayerInput) => KerasValue;

/** Layers that do nothing when a model predicts. */
const passing = [
  "Dropout",
  "SpatialDropout2D",
  "GaussianDropout",
  "GaussianNoise",
  "AlphaDropout",
  "ActivityRegularization",
  "RandomFlip",
  "RandomRotation",
  "RandomZoom",
  "RandomTranslation",
  "RandomContrast",
  "RandomBrightness",
];

const merges: Record<string, string> = { Add: "Add", Multiply: "Mul", Maximum: "Max", Minimum: "Min", Average: "Mean" };

/** Every layer that is taken over, by its Keras name. */
export const kerasLayers: Readonly<Record<string, AddLayer>> = {
  Conv2D: (at) => activated(at, convolution(at)),
  Convolution2D: (at) => activated(at, convolution(at)),
  DepthwiseConv2D: (at) => activated(at, depthwise(at, true)),
  SeparableConv2D: (at) => activated(at, separable(at)),
  Conv2DTranspose: (at) => activated(at, transposed(at)),
  Dense: (at) => activated(at, dense(at)),
  BatchNormalization: batchNormalization,
  SyncBatchNormalization: batchNormalization,
  Normalization: normalization,
  Rescaling: rescaling,
  Activation: (at) => ({
    ...at.inputs[0],
    name: addActivation(at.graph, at.constants, at.layer, at.layer.text("activation", "linear"), at.inputs[0].name),
  }),
  ReLU: relu,
  LeakyReLU: (at) => {
    const alpha = at.layer.number("negative_slope", at.layer.number("alpha", 0.3));
    return same(at, at.graph.node("LeakyRelu", [at.inputs[0].name], { alpha: { float: alpha } }));
  },
  PReLU: prelu,
  ELU: (at) => same(at, at.graph.node("Elu", [at.inputs[0].name], { alpha: { float: at.layer.number("alpha", 1) } })),
  Softmax: (at) => {
    requireLastAxis(at);
    return same(at, at.graph.node("Softmax", [at.inputs[0].name], { axis: 1 }));
  },
  MaxPooling2D: (at) => pooled(at, "MaxPool"),
  MaxPool2D: (at) => pooled(at, "MaxPool"),
  AveragePooling2D: (at) => pooled(at, "AveragePool"),
  AvgPool2D: (at) => pooled(at, "AveragePool"),
  GlobalAveragePooling2D: (at) => global(at, "GlobalAveragePool"),
  GlobalMaxPooling2D: (at) => global(at, "GlobalMaxPool"),
  Reshape: reshape,
  UpSampling2D: upsampling,
  ZeroPadding2D: zeroPadding,
  Cropping2D: cropping,
  Concatenate: concatenation,
  ...Object.fromEntries(Object.entries(merges).map(([name, operator]): [string, AddLayer] => [name, (at) => merged(at, operator)])),
  Subtract: (at) => merged(at, "Sub"),
  ...Object.fromEntries(passing.map((name): [string, AddLayer] => [name, ({ inputs: [x] }) => x])),
};

function same({ inputs: [x] }: KerasLayerInput, name: string): KerasValue {
  return { ...x, name };
}

function activated({ graph, constants, layer }: KerasLayerInput, value: KerasValue): KerasValue {
  const wanted = layer.layer.config.activation;
  const name = typeof wanted === "string" ? wanted : wanted === null || wanted === undefined ? "linear" : null;
  if (name === null) throw layer.refuse("its activation is a function of its own.");
  return { ...value, name: addActivation(graph, constants, layer, name, value.name) };
}

/** TensorFlow pads odd numbers at the bottom and right, as ONNX' SAME_UPPER does, which knows no dilation; without strides both are fixed. */
function padding(layer: KerasLayerConfig, kernel: readonly number[], strides: readonly number[], dilations: readonly number[]): Attributes {
  if (!layer.padsSame()) return {};
  if (strides.some((stride) => stride > 1)) return { auto_pad: "SAME_UPPER" };
  const totals = kernel.map((side, i) => (side - 1) * (dilations[i] ?? 1));
  const before = totals.map((total) => Math.floor(total / 2));
  return { pads: [...before, ...totals.map((total, i) => total - (before[i] ?? 0))] };
}

function sliding(layer: KerasLayerConfig) {
  layer.requireChannelsLast();
  const kernel = layer.pair("kernel_size", 1);
  const strides = layer.pair("strides", 1);
  const dilations = layer.pair("dilation_rate", 1);
  const attributes: Attributes = { kernel_shape: kernel, strides, dilations, ...padding(layer, kernel, strides, dilations) };
  return { kernel, strides, dilations, attributes };
}

function bias({ graph, layer }: KerasLayerInput, index: number, channels: number): string[] {
  return layer.flag("use_bias", true) ? [graph.floats(`${layer.layer.name}/bias`, [channels], layer.tensor(index, [channels]))] : [];
}

function convolution(at: KerasLayerInput): KerasValue {
  const { graph, layer, inputs } = at;
  const [x] = inputs;
  const { kernel, attributes } = sliding(layer);
  const filters = layer.number("filters", 0);
  const group = layer.number("groups", 1);
  const perGroup = x.channels / group;
  const values = layer.tensor(0, [...kernel, perGroup, filters]);
  const weights = graph.floats(`${layer.layer.name}/kernel`, [filters, perGroup, ...kernel], outerFirst(values, kernel, perGroup, filters));
  return { name: graph.node("Conv", [x.name, weights, ...bias(at, 1, filters)], { ...attributes, group }), channels: filters };
}

function depthwise(at: KerasLayerInput, isWhole: boolean): KerasValue {
  const { graph, layer, inputs } = at;
  const [x] = inputs;
  const { kernel, attributes } = sliding(layer);
  const multiplier = layer.number("depth_multiplier", 1);
  const channels = x.channels * multiplier;
  const values = layer.tensor(0, [...kernel, x.channels, multiplier]);
  // Channel i·multiplier + m comes of input i.
  const weights = graph.floats(`${layer.layer.name}/depthwise`, [channels, 1, ...kernel], outerFirst(values, kernel, 1, channels));
  const bound = isWhole ? bias(at, 1, channels) : [];
  return { name: graph.node("Conv", [x.name, weights, ...bound], { ...attributes, group: x.channels }), channels };
}

function separable(at: KerasLayerInput): KerasValue {
  const { graph, layer } = at;
  const spread = depthwise(at, false);
  const filters = layer.number("filters", 0);
  const values = layer.tensor(1, [1, 1, spread.channels, filters]);
  const weights = graph.floats(
    `${layer.layer.name}/pointwise`,
    [filters, spread.channels, 1, 1],
    outerFirst(values, [1, 1], spread.channels, filters),
  );
  return { name: graph.node("Conv", [spread.name, weights, ...bias(at, 2, filters)], { kernel_shape: [1, 1] }), channels: filters };
}

function transposed(at: KerasLayerInput): KerasValue {
  const { graph, layer, inputs } = at;
  const [x] = inputs;
  const { kernel, strides, dilations } = sliding(layer);
  if (layer.layer.config.output_padding) throw layer.refuse("its output padding is not supported.");
  if (dilations.some((dilation) => dilation > 1)) throw layer.refuse("its dilation is not supported.");
  const filters = layer.number("filters", 0);
  const values = layer.tensor(0, [...kernel, filters, x.channels]);
  const weights = graph.floats(
    `${layer.layer.name}/kernel`,
    [x.channels, filters, ...kernel],
    outerFirst(values, kernel, filters, x.channels),
  );
  const over = kernel.map((side, i) => side - (strides[i] ?? 1));
  const before = over.map((extra) => (layer.padsSame() ? Math.floor(Math.max(0, extra) / 2) : 0));
  const after = over.map((extra, i) => (layer.padsSame() ? Math.max(0, extra) - (before[i] ?? 0) : 0));
  const operator = graph.node("ConvTranspose", [x.name, weights, ...bias(at, 1, filters)], {
    kernel_shape: kernel,
    strides,
    pads: [...before, ...after],
    output_padding: over.map((extra) => Math.max(0, -extra)),
  });
  return { name: operator, channels: filters };
}

/** [rows, columns, a, b] → [b, a, rows, columns]. */
function outerFirst(values: Float32Array, [rows, cols]: readonly [number, number], a: number, b: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let place = 0; place < rows * cols; place++)
    for (let i = 0; i < a; i++) for (let j = 0; j < b; j++) out[(j * a + i) * rows * cols + place] = values[(place * a + i) * b + j] ?? 0;
  return out;
}

/** A matrix over the channels of every pixel. */
function dense(at: KerasLayerInput): KerasValue {
  const { graph, layer, inputs } = at;
  const [x] = inputs;
  const units = layer.number("units", 0);
  const values = layer.tensor(0, [x.channels, units]);
  const weights = graph.floats(`${layer.layer.name}/kernel`, [units, x.channels, 1, 1], outerFirst(values, [1, 1], x.channels, units));
  return { ...x, name: graph.node("Conv", [x.name, weights, ...bias(at, 1, units)], { kernel_shape: [1, 1] }), channels: units };
}

function requireLastAxis({ layer }: KerasLayerInput): void {
  const [axis, ...more] = [layer.layer.config.axis ?? -1].flat();
  if (more.length > 0 || (axis !== -1 && axis !== 3)) throw layer.refuse(`it works along axis ${String(axis)}, not along the channels.`);
}

function batchNormalization(at: KerasLayerInput): KerasValue {
  const { graph, layer, inputs } = at;
  const [x] = inputs;
  requireLastAxis(at);
  let index = 0;
  const next = (): Float32Array => layer.tensor(index++, [x.channels]);
  const gamma = layer.flag("scale", true) ? next() : new Float32Array(x.channels).fill(1);
  const beta = layer.flag("center", true) ? next() : new Float32Array(x.channels);
  const parts = { gamma, beta, mean: next(), variance: next() };
  const names = Object.entries(parts).map(([name, values]) => graph.floats(`${layer.layer.name}/${name}`, [x.channels], values));
  return same(at, graph.node("BatchNormalization", [x.name, ...names], { epsilon: { float: layer.number("epsilon", 1e-3) } }));
}

function perChannel({ graph, layer, inputs: [x] }: KerasLayerInput, name: string, values: Float32Array): string {
  return graph.floats(`${layer.layer.name}/${name}`, [1, x.channels, 1, 1], values);
}

function rescaling(at: KerasLayerInput): KerasValue {
  const { graph, layer, inputs } = at;
  const [x] = inputs;
  const scale = perChannel(at, "scale", layer.perChannel("scale", 1, x.channels));
  const offset = perChannel(at, "offset", layer.perChannel("offset", 0, x.channels));
  return same(at, graph.node("Add", [graph.node("Mul", [x.name, scale]), offset]));
}

function normalization(at: KerasLayerInput): KerasValue {
  const { graph, layer, inputs } = at;
  const [x] = inputs;
  requireLastAxis(at);
  if (layer.layer.config.invert === true) throw layer.refuse("it is inverted.");
  const given = layer.layer.config.mean !== undefined && layer.layer.config.mean !== null;
  const mean = given ? layer.perChannel("mean", 0, x.channels) : layer.tensor(0, [x.channels]);
  const variance = given ? layer.perChannel("variance", 1, x.channels) : layer.tensor(1, [x.channels]);
  const deviation = variance.map((value) => Math.max(Math.sqrt(value), 1e-7));
  return same(at, graph.node("Div", [graph.node("Sub", [x.name, perChannel(at, "mean", mean)]), perChannel(at, "deviation", deviation)]));
}

function relu(at: KerasLayerInput): KerasValue {
  const { graph, constants, layer, inputs } = at;
  const [x] = inputs;
  if (layer.number("threshold", 0) !== 0) throw layer.refuse("its threshold is not 0.");
  const slope = layer.number("negative_slope", 0);
  const most = layer.layer.config.max_value ?? null;
  const bent = slope === 0 ? graph.node("Relu", [x.name]) : graph.node("LeakyRelu", [x.name], { alpha: { float: slope } });
  if (most === null) return same(at, bent);
  return same(at, graph.node("Min", [bent, constants.scalar(layer.number("max_value", 0))]));
}

function prelu(at: KerasLayerInput): KerasValue {
  const { graph, layer, inputs } = at;
  const [x] = inputs;
  if (JSON.stringify(layer.layer.config.shared_axes) !== "[1,2]") throw layer.refuse("its slopes differ from pixel to pixel.");
  const slopes = graph.floats(`${layer.layer.name}/alpha`, [x.channels, 1, 1], layer.tensor(0, [1, 1, x.channels]));
  return same(at, graph.node("PRelu", [x.name, slopes]));
}

function pooled(at: KerasLayerInput, operator: string): KerasValue {
  const { graph, layer, inputs } = at;
  layer.requireChannelsLast();
  const kernel = layer.pair("pool_size", 2);
  const strides = layer.layer.config.strides ? layer.pair("strides", 2) : kernel;
  const attributes: Attributes = { kernel_shape: kernel, strides, ...padding(layer, kernel, strides, [1, 1]) };
  return same(at, graph.node(operator, [inputs[0].name], attributes));
}

function global(at: KerasLayerInput, operator: string): KerasValue {
  const { graph, layer, inputs } = at;
  layer.requireChannelsLast();
  return { ...inputs[0], name: graph.node(operator, [inputs[0].name]), isFlat: layer.layer.config.keepdims !== true };
}

/** Only what gives one number per channel its height and width of 1 back. */
function reshape({ layer, inputs: [x] }: KerasLayerInput): KerasValue {
  if (!x.isFlat || JSON.stringify(layer.layer.config.target_shape) !== `[1,1,${x.channels}]`) throw layer.refuse("it rearranges pixels.");
  return { name: x.name, channels: x.channels };
}

function upsampling(at: KerasLayerInput): KerasValue {
  const { graph, layer, inputs } = at;
  layer.requireChannelsLast();
  const scales = graph.floats(`${layer.layer.name}/scales`, [4], Float32Array.of(1, 1, ...layer.pair("size", 2)));
  const how = layer.text("interpolation", "nearest");
  if (how !== "nearest" && how !== "bilinear") throw layer.refuse(`its interpolation "${how}" is not supported.`);
  const attributes: Attributes =
    how === "nearest"
      ? { mode: "nearest", coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" }
      : { mode: "linear", coordinate_transformation_mode: "half_pixel" };
  return same(at, graph.node("Resize", [inputs[0].name, "", scales], attributes));
}

/** [[top, bottom], [left, right]]. */
function borders(layer: KerasLayerConfig, key: string): readonly [number, number, number, number] {
  const value: unknown = layer.layer.config[key];
  const flat = (
    Array.isArray(value)
      ? value
      : [
          [value, value],
          [value, value],
        ]
  ).flatMap((side: unknown) => (Array.isArray(side) ? side : [side, side]));
  const [top, bottom, left, right] = flat;
  const all = [top, bottom, left, right];
  if (flat.length !== 4 || !all.every((one) => Number.isInteger(one) && one >= 0)) throw layer.refuse(`its ${key} is not understood.`);
  return [Number(top), Number(bottom), Number(left), Number(right)];
}

function zeroPadding(at: KerasLayerInput): KerasValue {
  const { graph, layer, inputs } = at;
  layer.requireChannelsLast();
  const [top, bottom, left, right] = borders(layer, "padding");
  const pads = graph.integers(`${layer.layer.name}/pads`, [0, 0, top, left, 0, 0, bottom, right]);
  return same(at, graph.node("Pad", [inputs[0].name, pads]));
}

function cropping(at: KerasLayerInput): KerasValue {
  const { graph, layer, inputs } = at;
  layer.requireChannelsLast();
  const [top, bottom, left, right] = borders(layer, "cropping");
  const [starts, ends, axes] = [
    [top, left],
    [bottom === 0 ? 2 ** 31 : -bottom, right === 0 ? 2 ** 31 : -right],
    [2, 3],
  ];
  const lists = Object.entries({ starts, ends, axes }).map(([name, values]) => graph.integers(`${layer.layer.name}/${name}`, values));
  return same(at, graph.node("Slice", [inputs[0].name, ...lists]));
}

function concatenation(at: KerasLayerInput): KerasValue {
  const { graph, inputs } = at;
  requireLastAxis(at);
  const names = inputs.map(({ name }) => name);
  return {
    ...inputs[0],
    name: graph.node("Concat", names, { axis: 1 }),
    channels: inputs.reduce((sum, { channels }) => sum + channels, 0),
  };
}

function merged({ graph, layer, inputs }: KerasLayerInput, operator: string): KerasValue {
  const channels = Math.max(...inputs.map((one) => one.channels));
  if (inputs.length < 2) throw layer.refuse("it combines a layer with a number; use Rescaling for that.");
  if (inputs.some((one) => (one.channels !== channels && one.channels !== 1) || one.isFlat !== inputs[0].isFlat)) {
    throw layer.refuse("what it combines has different shapes.");
  }
  // ONNX' Sub, Add and Mul take two.
  const [first, ...others] = inputs.map(({ name }) => name);
  const name =
    operator === "Max" || operator === "Min" || operator === "Mean"
      ? graph.node(
          operator,
          inputs.map((one) => one.name),
        )
      : others.reduce((sum, other) => graph.node(operator, [sum, other]), first ?? "");
  return { ...inputs[0], name, channels };
}
