import { AppError } from "@reefline/schema/errors";
import { protobufFields } from "./protobufReader.ts";

/** An input or output as the file declares it; a side without a fixed length is null. */
export interface OnnxPort {
  readonly name: string;
  /** ONNX' number of the element type: 1 float32, 2 uint8. */
  readonly elementType: number;
  readonly shape: readonly (number | null)[];
}

/** What an ONNX file says of itself. */
export interface OnnxSummary {
  /** Without those that the file itself gives a value. */
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
  readonly metadata: ReadonlyMap<string, string>;
  readonly nodeCount: number;
}

const mostBytes = 1024 ** 3;
const mostNodes = 50_000;
const mostText = 100_000;
/** Operators that onnxruntime itself brings. */
const knownDomains = new Set(["", "ai.onnx", "ai.onnx.ml", "com.microsoft"]);

const decoder = new TextDecoder("utf-8", { fatal: true });
function text(bytes: Uint8Array): string {
  if (bytes.length > mostText) throw new RangeError("a text is too long");
  return decoder.decode(bytes);
}

/**
 * Reads an ONNX file's declarations (onnx/onnx.proto3) without onnxruntime, so that what cannot be used is refused in words.
 * @throws AppError "onnx/not-onnx", "onnx/too-large", "onnx/external-data", "onnx/operators"
 */
export function readOnnxSummary(file: Uint8Array): OnnxSummary {
  if (file.length > mostBytes) throw new AppError("limit", "onnx/too-large", "This ONNX file is larger than 1 GB, which is not read.");
  let summary: (OnnxSummary & { readonly external: boolean; readonly domains: ReadonlySet<string> }) | null = null;
  try {
    summary = readModel(file);
  } catch (error) {
    if (error instanceof AppError) throw error;
  }
  if (!summary || summary.outputs.length === 0) {
    throw new AppError("bad-input", "onnx/not-onnx", "This is not an ONNX file, or it is damaged. Export the model again.");
  }
  if (summary.external) {
    throw new AppError(
      "bad-input",
      "onnx/external-data",
      "This ONNX file keeps its weights in other files. Save it as one file (onnx.save with save_as_external_data=False).",
    );
  }
  const unknown = [...summary.domains].filter((domain) => !knownDomains.has(domain));
  if (unknown.length > 0) {
    throw new AppError(
      "bad-input",
      "onnx/operators",
      `This ONNX file needs operators of its own (${unknown.slice(0, 3).join(", ")}), which cannot be run. Export it with standard operators.`,
    );
  }
  return summary;
}

function readModel(file: Uint8Array) {
  const metadata = new Map<string, string>();
  let graph: ReturnType<typeof readGraph> | null = null;
  for (const { field, bytes } of protobufFields(file)) {
    if (field === 7) graph = readGraph(bytes);
    if (field !== 14) continue;
    const pair = ["", ""];
    for (const part of protobufFields(bytes)) if (part.field === 1 || part.field === 2) pair[part.field - 1] = text(part.bytes);
    metadata.set(pair[0] ?? "", pair[1] ?? "");
  }
  return graph ? { ...graph, metadata } : null;
}

function readGraph(message: Uint8Array) {
  const inputs: OnnxPort[] = [];
  const outputs: OnnxPort[] = [];
  const constants = new Set<string>();
  const domains = new Set<string>();
  let nodeCount = 0;
  let external = false;
  for (const { field, bytes } of protobufFields(message)) {
    if (field === 1) {
      if (++nodeCount > mostNodes) throw new AppError("limit", "onnx/too-large", `This ONNX file has more than ${mostNodes} operations.`);
      for (const part of protobufFields(bytes)) if (part.field === 7) domains.add(text(part.bytes));
    }
    if (field === 5) {
      for (const part of protobufFields(bytes)) {
        if (part.field === 8) constants.add(text(part.bytes));
        if (part.field === 13 || (part.field === 14 && part.integer === 1)) external = true;
      }
    }
    if (field === 11) inputs.push(readPort(bytes));
    if (field === 12) outputs.push(readPort(bytes));
  }
  return { inputs: inputs.filter(({ name }) => !constants.has(name)), outputs, nodeCount, external, domains };
}

function readPort(message: Uint8Array): OnnxPort {
  let name = "";
  let elementType = 0;
  const shape: (number | null)[] = [];
  for (const part of protobufFields(message)) {
    if (part.field === 1) name = text(part.bytes);
    if (part.field !== 2) continue;
    for (const type of protobufFields(part.bytes)) {
      if (type.field !== 1) continue;
      for (const tensor of protobufFields(type.bytes)) {
        if (tensor.field === 1) elementType = tensor.integer ?? 0;
        if (tensor.field !== 2) continue;
        for (const side of protobufFields(tensor.bytes)) {
          if (side.field !== 1) continue;
          if (shape.length >= 16) throw new RangeError("too many dimensions");
          let length: number | null = null;
          for (const value of protobufFields(side.bytes)) if (value.field === 1 && value.integer) length = value.integer;
          shape.push(length);
        }
      }
    }
  }
  return { name, elementType, shape };
}
