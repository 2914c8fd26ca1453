import { ProtobufWriter } from "./protobufWriter.ts";

/**
 * The part of ONNX that our networks need (field numbers: onnx/onnx.proto3). Opset 17 and IR 8 are read by every onnxruntime since 1.12 of
 * 2022, and so by the QGIS plugins built on it.
 */
const opset = 17;
const irVersion = 8;

export const elementType = { float: 1, uint8: 2, int64: 7, bool: 9 } as const;
export type ElementType = (typeof elementType)[keyof typeof elementType];

/** A whole number; numbers with a fraction are given as `{ float }`. */
export type OnnxAttribute = number | string | readonly number[] | { readonly float: number };

/** A side is a length or the name of one that may change from call to call. */
export interface OnnxValue {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly (number | string)[];
}

/** Collects nodes and constants; every method that makes a value answers its name. */
export class OnnxGraph {
  readonly #nodes: ProtobufWriter[] = [];
  readonly #constants: ProtobufWriter[] = [];
  #names = 0;

  node(operator: string, inputs: readonly string[], attributes: Readonly<Record<string, OnnxAttribute>> = {}, output?: string): string {
    const name = output ?? `${operator.toLowerCase()}_${this.#names++}`;
    const node = new ProtobufWriter();
    for (const input of inputs) node.text(1, input);
    node.text(2, name).text(3, `node_${name}`).text(4, operator);
    for (const [key, value] of Object.entries(attributes)) node.message(5, attributeMessage(key, value));
    this.#nodes.push(node);
    return name;
  }

  floats(name: string, shape: readonly number[], values: Float32Array): string {
    const bytes = new Uint8Array(values.length * 4);
    const view = new DataView(bytes.buffer);
    values.forEach((value, i) => {
      view.setFloat32(4 * i, value, true);
    });
    return this.#constant(name, elementType.float, shape, bytes);
  }

  /** A list of 64-bit whole numbers. */
  integers(name: string, values: readonly number[]): string {
    const bytes = new Uint8Array(values.length * 8);
    const view = new DataView(bytes.buffer);
    values.forEach((value, i) => {
      view.setBigInt64(8 * i, BigInt(value), true);
    });
    return this.#constant(name, elementType.int64, [values.length], bytes);
  }

  bytes(name: string, shape: readonly number[], values: Uint8Array): string {
    return this.#constant(name, elementType.uint8, shape, values);
  }

  /** @returns the bytes of a .onnx file */
  finish(model: {
    readonly name: string;
    readonly description: string;
    readonly inputs: readonly OnnxValue[];
    readonly outputs: readonly OnnxValue[];
    readonly metadata: Readonly<Record<string, string>>;
  }): Uint8Array {
    const graph = new ProtobufWriter();
    for (const node of this.#nodes) graph.message(1, node);
    graph.text(2, model.name);
    for (const constant of this.#constants) graph.message(5, constant);
    for (const input of model.inputs) graph.message(11, valueMessage(input));
    for (const output of model.outputs) graph.message(12, valueMessage(output));
    const file = new ProtobufWriter()
      .integer(1, irVersion)
      .text(2, "Reefline")
      .text(6, model.description)
      .message(7, graph)
      .message(8, new ProtobufWriter().text(1, "").integer(2, opset));
    for (const [key, value] of Object.entries(model.metadata)) file.message(14, new ProtobufWriter().text(1, key).text(2, value));
    return file.finish();
  }

  #constant(name: string, type: ElementType, shape: readonly number[], bytes: Uint8Array): string {
    this.#constants.push(new ProtobufWriter().integers(1, shape).integer(2, type).text(8, name).bytes(9, bytes));
    return name;
  }
}

function attributeMessage(name: string, value: OnnxAttribute): ProtobufWriter {
  const message = new ProtobufWriter().text(1, name);
  if (typeof value === "number") return message.integer(3, value).integer(20, 2);
  if (typeof value === "string") return message.text(4, value).integer(20, 3);
  if ("float" in value) return message.float(2, value.float).integer(20, 1);
  for (const item of value) message.integer(8, item);
  return message.integer(20, 7);
}

function valueMessage({ name, type, shape }: OnnxValue): ProtobufWriter {
  const dimensions = new ProtobufWriter();
  for (const side of shape) {
    dimensions.message(1, typeof side === "number" ? new ProtobufWriter().integer(1, side) : new ProtobufWriter().text(2, side));
  }
  const tensor = new ProtobufWriter().integer(1, type).message(2, dimensions);
  return new ProtobufWriter().text(1, name).message(2, new ProtobufWriter().message(1, tensor));
}
