import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { AppError } from "@reefline/schema/errors";
import { newId } from "@reefline/schema/ids";
import { type ImportedOnnx, type Model, type ModelCard, modelCardSchema } from "@reefline/schema/training";
import { type ImportedMetadata, importedMetadata } from "@reefline/segmentation/exchange/importedMetadata";
import { answeredOnnx, declaredOnnx, importedStridePx } from "@reefline/segmentation/exchange/importedOnnx";
import { looksLikeKeras } from "@reefline/segmentation/exchange/kerasFile";
import { readKerasModel } from "@reefline/segmentation/exchange/kerasRead";
import { readOnnxSummary } from "@reefline/segmentation/exchange/onnxFile";
import { tryOnnx } from "@reefline/segmentation/exchange/onnxTrial";
import { type ModelValues, writeImportedModel, writeModel } from "@reefline/segmentation/modelFiles/modelFiles";
import { courseUnsharp } from "@reefline/segmentation/training/preset";
import type { Context } from "../../context.ts";
import { authorize } from "../../principal.ts";
import { insertModel } from "../../storage/runs.ts";

const mostBytes = 1024 ** 3;
const trialLimits = { seconds: 60, megabytes: 4_000 };

export interface ImportModel {
  readonly path: string;
  readonly name: string;
  /** Ground size of the pixels the model was made for; null: what the file says. */
  readonly gsdMeters: number | null;
  /** Null: what the file says, else red, green, blue. */
  readonly bandNames: readonly string[] | null;
  /** What a byte is divided by before it goes in; null: what the file says. */
  readonly scale: 1 | 255 | null;
  /** Per band, of what goes in after scaling: (x − mean) / std. */
  readonly mean?: readonly number[] | undefined;
  readonly std?: readonly number[] | undefined;
  /** The model was made for images sharpened by the course's unsharp mask. */
  readonly unsharp?: boolean | undefined;
  readonly threshold?: number | undefined;
  readonly positiveClass?: string | undefined;
  readonly channel?: number | undefined;
  readonly values?: ImportedOnnx["values"] | undefined;
}

const refusal = (code: string, message: string): AppError => new AppError("bad-input", `onnx/${code}`, message);

/** A network to be stored: the bytes of an ONNX file, or values of a network of ours. */
type Network =
  | { readonly architecture: ImportedOnnx; readonly file: Uint8Array }
  | { readonly architecture: Exclude<ModelCard["architecture"], ImportedOnnx>; readonly values: ModelValues };

const silent: ImportedMetadata = {
  gsdMeters: null,
  bandNames: null,
  scale: null,
  threshold: null,
  positiveClass: null,
  channel: undefined,
};

/**
 * Takes a network of another program as a model to predict with. ONNX: its declarations are read by a guarded reader, then it is run once
 * on noise in a process of its own, and what it answers decides how it is used. Keras: a whole model becomes ONNX first; weights alone
 * become a model of our own, which can be trained further and exported.
 * @throws AppError `onnx/…`, `keras/…` with what is wrong and what to do
 */
export async function importModel(ctx: Context, request: ImportModel): Promise<Model> {
  authorize(ctx.principal, "run:start", ctx.store.projectId);
  const fileName = basename(request.path);
  const size = await stat(request.path).then(
    (found) => (found.isFile() ? found.size : null),
    () => null,
  );
  if (size === null) throw new AppError("not-found", "onnx/no-file", `There is no file ${request.path}.`);
  if (size > mostBytes) throw new AppError("limit", "onnx/too-large", "This file is larger than 1 GB, which is not read.");
  const file = new Uint8Array(await readFile(request.path));
  const keras = looksLikeKeras(file) ? await readKerasModel(request.path, trialLimits) : null;
  const onnx = keras === null ? file : keras.kind === "graph" ? keras.onnx : null;
  const said = keras ? silent : importedMetadata(readOnnxSummary(file).metadata);

  const gsdMeters = request.gsdMeters ?? said.gsdMeters;
  if (gsdMeters === null)
    throw refusal("gsd", "The file does not say for what pixel size the model was made: say it with --gsd, in metres.");
  const scale = request.scale ?? said.scale ?? (keras?.kind === "graph" ? keras.scale : null);
  if (scale === null) {
    throw refusal(
      "scale",
      "The file does not say what it takes: add --scale 255 for a model that takes 0–1, --scale 1 for one that takes 0–255.",
    );
  }
  const bandNames = [...(request.bandNames ?? said.bandNames ?? ["red", "green", "blue"])];
  const bandCount = bandNames.length;
  const wanted = keras?.kind === "graph" ? keras.bandCount : keras?.architecture.bandCount;
  if (wanted !== undefined && wanted !== bandCount) {
    throw refusal("bands", `This model takes ${wanted} bands; name them in order with --bands (here are ${bandNames.join(", ")}).`);
  }
  const perBand = (list: readonly number[] | undefined, otherwise: number): number[] => {
    if (list && list.length !== bandCount) throw refusal("bands", `There are ${bandCount} bands and ${list.length} numbers for them.`);
    return list ? [...list] : bandNames.map(() => otherwise);
  };
  const normalization = {
    mean: perBand(request.mean, 0).map((mean) => mean * scale),
    std: perBand(request.std, 1).map((std) => std * scale),
  };
  if (normalization.std.some((std) => !(std > 0))) throw refusal("bands", "Standard deviations must be above 0.");

  const network: Network =
    keras?.kind === "weights"
      ? keras
      : await networkOfOnnx(onnx ?? file, { fileName, bandCount, scale, request, channel: request.channel ?? said.channel });
  const none = { tp: 0, fp: 0, fn: 0, tn: 0, dice: 0, iou: 0, meanIou: 0, precision: 0, recall: 0, threshold: 0.5 };
  const threshold = request.threshold ?? said.threshold ?? 0.5;
  const card = modelCardSchema.parse({
    format: "reefline-model/1",
    name: request.name,
    createdAt: new Date().toISOString(),
    architecture: network.architecture,
    gsdMeters,
    bandNames,
    normalization,
    unsharp: request.unsharp ? courseUnsharp : null,
    temperature: 1,
    classTemperature: 1,
    threshold,
    positiveClass: request.positiveClass ?? said.positiveClass ?? "reef",
    config: {},
    backend: { kind: "native-cpu", description: `imported from ${fileName}` },
    trainedOn: [],
    split: { cellSizeMeters: 0, bufferMeters: 0, trainCells: 0, validationCells: 0, trainChips: 0, validationChips: 0, buffered: true },
    epochs: 0,
    steps: 0,
    bestEpoch: 0,
    trainSeconds: 0,
    stoppedBecause: "user",
    validation: { ...none, threshold },
    heldOut: null,
  });
  const model: Model = { id: newId("model"), runId: null, name: request.name, createdAt: card.createdAt, card };
  const folder = ctx.store.paths.model(model.id);
  try {
    if ("file" in network) await writeImportedModel(folder, card, network.file);
    else await writeModel(folder, card, network.values);
    await insertModel(ctx.store.db, ctx.store.projectId, model);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  return model;
}

/** What the file declares, and what it means, seen from what it answers. */
async function networkOfOnnx(
  file: Uint8Array,
  wishes: { fileName: string; bandCount: number; scale: number; request: ImportModel; channel: number | undefined },
): Promise<Network> {
  const { fileName, bandCount, scale, request, channel } = wishes;
  const declared = declaredOnnx(readOnnxSummary(file), bandCount);
  if (declared.elementType === "uint8" && (scale !== 1 || request.mean || request.std)) {
    throw refusal("scale", "This model takes bytes as they are: leave out --mean and --std, and say --scale 1.");
  }
  const side = declared.tilePx;
  const windows = side
    ? [{ widthPx: side, heightPx: side }]
    : [
        { widthPx: 3 * importedStridePx, heightPx: 2 * importedStridePx },
        { widthPx: 4 * importedStridePx, heightPx: 5 * importedStridePx },
      ];
  const folder = await mkdtemp(join(tmpdir(), "reefline-import-"));
  try {
    const path = join(folder, "model.onnx");
    await writeFile(path, file);
    const { answers } = await tryOnnx({ path, declared, bandCount, windows }, trialLimits);
    const meant = answers.map(({ shape, data }, i) =>
      answeredOnnx(shape, data, windows[i] ?? { widthPx: 0, heightPx: 0 }, { channel, values: request.values }),
    );
    // Of two windows the one whose numbers leave the range of probabilities tells.
    const answered = meant.find(({ values }) => values !== "probability") ?? meant[0];
    if (!answered) throw new Error("a trial gives an answer for every window");
    const sha256 = createHash("sha256").update(file).digest("hex");
    return { architecture: { kind: "imported-onnx", bandCount, fileName, sha256, ...declared, ...answered }, file };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
