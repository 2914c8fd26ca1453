import { AppError } from "@reefline/schema/errors";
import type { ImportedOnnx } from "@reefline/schema/training";
import type { OnnxSummary } from "./onnxFile.ts";

/** What the person who imports a file says of it, beside what it says itself. */
export interface ImportWishes {
  readonly bandCount: number;
  /** Channel of the output that is reef; needed where there are more than two. */
  readonly channel?: number | undefined;
  readonly values?: ImportedOnnx["values"] | undefined;
}

/** How a window goes into a file and what comes out, as far as its declarations say. */
export type DeclaredOnnx = Pick<ImportedOnnx, "input" | "output" | "layout" | "tilePx" | "elementType">;

/** Sides of windows for files that take any. */
export const importedStridePx = 32;

const refusal = (code: string, message: string): AppError => new AppError("bad-input", `onnx/${code}`, message);

/** @throws AppError "onnx/inputs", "onnx/element-type", "onnx/shape", "onnx/bands" when this is no network from a picture to a picture that we can feed */
export function declaredOnnx({ inputs, outputs }: OnnxSummary, bandCount: number): DeclaredOnnx {
  const [input, ...others] = inputs;
  const [output] = outputs;
  if (!input || !output || others.length > 0) {
    const names = inputs.map(({ name }) => name).join(", ") || "none";
    throw refusal("inputs", `A model for prediction has one input, a picture; this one has ${inputs.length} (${names}).`);
  }
  if (input.elementType !== 1 && input.elementType !== 2) {
    throw refusal("element-type", "This model takes neither 32-bit floats nor bytes. Export it with a float32 input.");
  }
  const [batch, ...rest] = input.shape;
  if (input.shape.length !== 4 || (batch !== null && batch !== 1)) {
    throw refusal("shape", `The input must be one picture [1, bands, height, width]; here it is [${shown(input.shape)}].`);
  }
  const [a, b, c] = rest;
  const first = a === bandCount && !(c === bandCount && b !== c);
  const last = c === bandCount && a !== bandCount;
  if (!first && !last && a !== null) {
    throw refusal(
      "bands",
      `The input has the shape [${shown(input.shape)}], and none of its sides is the ${bandCount} bands that were named.`,
    );
  }
  const layout = last ? "channels-last" : "channels-first";
  const [height, width] = last ? [a, b] : [b, c];
  if ((height === null) !== (width === null) || height !== width) {
    throw refusal("shape", `The input must be square or of any size; here it is [${shown(input.shape)}].`);
  }
  if (height !== null && height !== undefined && (height < 16 || height > 4096)) {
    throw refusal("shape", `Pictures of ${height} px are outside what can be fed: 16 to 4096 px.`);
  }
  return {
    input: input.name,
    output: output.name,
    layout,
    tilePx: height ?? null,
    elementType: input.elementType === 2 ? "uint8" : "float32",
  };
}

/**
 * Which of the output's numbers are the probability of reef, from what a window of noise gave.
 * @param shape of the output for an input of `heightPx` × `widthPx`
 * @throws AppError "onnx/output", "onnx/channel"
 */
export function answeredOnnx(
  shape: readonly number[],
  data: Float32Array,
  { widthPx, heightPx }: { widthPx: number; heightPx: number },
  wishes: Pick<ImportWishes, "channel" | "values">,
): Pick<ImportedOnnx, "outputLayout" | "channels" | "channel" | "values"> {
  const sides = shape.join(" × ");
  const outputLayout: ImportedOnnx["outputLayout"] | null =
    shape.length === 4 && shape[2] === heightPx && shape[3] === widthPx
      ? "channels-first"
      : (shape.length === 4 || shape.length === 3) && shape[1] === heightPx && shape[2] === widthPx
        ? "channels-last"
        : null;
  if (!outputLayout) {
    throw refusal("output", `The model must answer for every pixel of ${heightPx} × ${widthPx} px; it answered ${sides}.`);
  }
  const channels = outputLayout === "channels-first" ? (shape[1] ?? 1) : (shape[3] ?? 1);
  const channel = wishes.channel ?? (channels <= 2 ? channels - 1 : null);
  if (channel === null) {
    throw refusal("channel", `The model answers ${channels} classes: say which is reef with --channel (counted from 0).`);
  }
  if (channel < 0 || channel >= channels)
    throw refusal("channel", `The model answers ${channels} classes; there is no channel ${channel}.`);
  if (data.some((value) => !Number.isFinite(value))) throw refusal("output", "The model answers numbers that are none (NaN or infinite).");
  const within = data.every((value) => value >= -1e-4 && value <= 1 + 1e-4);
  return { outputLayout, channels, channel, values: wishes.values ?? (within ? "probability" : channels === 1 ? "logit" : "softmax") };
}

const shown = (shape: readonly (number | null)[]): string => shape.map((side) => side ?? "any").join(", ");
