import { AppError } from "@reefline/schema/errors";
import type { ImportedOnnx } from "@reefline/schema/training";
import { isBackground } from "./importedMetadata.ts";
import type { OnnxSummary } from "./onnxFile.ts";

/** What the person who imports a file says of it, beside what it says itself. */
export interface ImportWishes {
  /** Channel of the output that is reef. */
  readonly channel?: number | undefined;
  /** What the channels are, in order, background among them: all others are reef. */
  readonly channelNames?: readonly string[] | undefined;
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

/** What the channels of an output are. */
export interface ChannelMeaning {
  readonly channel: number;
  /** Classes of reef by name, and the channel of each; empty where only reef is told. */
  readonly classes: readonly { readonly name: string; readonly channel: number }[];
}

/**
 * Which of the output's numbers are the probability of reef, from what a window of noise gave.
 * @param shape of the output for an input of `heightPx` × `widthPx`
 * @param saidNames what the file calls its classes; where it names another number of them they are not its channels
 * @throws AppError "onnx/output", "onnx/channel", "onnx/classes"
 */
export function answeredOnnx(
  shape: readonly number[],
  data: Float32Array,
  { widthPx, heightPx }: { widthPx: number; heightPx: number },
  { values, ...wishes }: ImportWishes & { readonly saidNames?: readonly string[] | null },
): Pick<ImportedOnnx, "outputLayout" | "channels" | "values"> & ChannelMeaning {
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
  const meaning = meaningOf(channels, wishes);
  if (data.some((value) => !Number.isFinite(value))) throw refusal("output", "The model answers numbers that are none (NaN or infinite).");
  const within = data.every((value) => value >= -1e-4 && value <= 1 + 1e-4);
  return { outputLayout, channels, ...meaning, values: values ?? (within ? "probability" : channels === 1 ? "logit" : "softmax") };
}

function meaningOf(
  channels: number,
  { channel, channelNames, saidNames }: Pick<ImportWishes, "channel" | "channelNames"> & { readonly saidNames?: readonly string[] | null },
): ChannelMeaning {
  if (channel !== undefined) {
    if (channel < 0 || channel >= channels)
      throw refusal("channel", `The model answers ${channels} classes; there is no channel ${channel}, counted from 0.`);
    return { channel, classes: [] };
  }
  if (channelNames && channelNames.length !== channels) {
    throw refusal(
      "classes",
      `The model answers ${channels === 1 ? "1 class" : `${channels} classes`}, and ${channelNames.length} were named. Name all of them, in order.`,
    );
  }
  const names = channelNames ?? (saidNames?.length === channels ? saidNames : null);
  if (names) {
    const reef = names.flatMap((name, at) => (isBackground(name) ? [] : [{ name, channel: at }]));
    const [first, ...others] = reef;
    if (!first) throw refusal("classes", "All of the model's classes are background: one at least must be what it finds.");
    return { channel: first.channel, classes: others.length > 0 ? reef : [] };
  }
  if (channels > 2) {
    throw refusal("classes", `The model answers ${channels} classes: name them in order (background, live, dead), or say which is reef.`);
  }
  return { channel: channels - 1, classes: [] };
}

const shown = (shape: readonly (number | null)[]): string => shape.map((side) => side ?? "any").join(", ");
