import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { classNamesSchema } from "@reefline/schema/classes";
import { AppError } from "@reefline/schema/errors";
import { newId } from "@reefline/schema/ids";
import type { ModelImport } from "@reefline/schema/modelImport";
import { type ImportedOnnx, type Model, type ModelCard, modelCardSchema } from "@reefline/schema/training";
import { isBackground } from "@reefline/segmentation/exchange/importedMetadata";
import { answeredOnnx, declaredOnnx, importedStridePx } from "@reefline/segmentation/exchange/importedOnnx";
import { readOnnxSummary } from "@reefline/segmentation/exchange/onnxFile";
import { tryOnnx } from "@reefline/segmentation/exchange/onnxTrial";
import { type ModelValues, readModel, writeCard, writeImportedModel, writeModel } from "@reefline/segmentation/modelFiles/modelFiles";
import { courseUnsharp } from "@reefline/segmentation/training/preset";
import type { Context } from "../../context.ts";
import { authorize } from "../../principal.ts";
import { insertModel } from "../../storage/runs.ts";
import { lookOf, type ModelFile, readModelFile, trialLimits } from "./modelFile.ts";

const refusal = (code: string, message: string): AppError => new AppError("bad-input", `onnx/${code}`, message);

/** A network to be stored: the bytes of an ONNX file, or values of a network of ours. */
type Network =
  | { readonly architecture: ImportedOnnx; readonly file: Uint8Array; readonly classes: readonly string[] }
  | { readonly architecture: Exclude<ModelCard["architecture"], ImportedOnnx>; readonly values: ModelValues };

/**
 * Takes a network of another program as a model to predict with, or a model that another Reefline wrote. ONNX: its declarations are read
 * by a guarded reader, then it is run once on noise in a process of its own, and what it answers decides how it is used. Keras: a whole
 * model becomes ONNX first; weights alone become a model of our own, which can be trained further and exported.
 * @param path where the file lies; `fileName` is what the person calls it
 * @throws AppError `onnx/…`, `keras/…`, `model/…`, `segmentation/broken-model` with what is wrong and what to do
 */
export async function importModel(
  ctx: Context,
  request: ModelImport & { readonly path: string; readonly fileName?: string },
): Promise<Model> {
  authorize(ctx.principal, "run:start", ctx.store.projectId);
  const file = await readModelFile(request.path, request.fileName);
  const name = request.name ?? lookOf(file).name;
  if (file.kind === "reefline") {
    const { parts } = file;
    const write = async (folder: string): Promise<ModelCard> => {
      await mkdir(folder, { recursive: true });
      for (const [part, bytes] of parts) await writeFile(join(folder, part), bytes);
      const { card } = await readModel(folder);
      const named = { ...card, name };
      await writeCard(folder, named);
      return named;
    };
    return storeModel(ctx, name, write);
  }
  const { card, network } = await cardOf(file, request, name);
  return storeModel(ctx, name, async (folder) => {
    if ("file" in network) await writeImportedModel(folder, card, network.file);
    else await writeModel(folder, card, network.values);
    return card;
  });
}

/** The model's row comes after its folder is whole; what fails leaves nothing. */
async function storeModel(ctx: Context, name: string, write: (folder: string) => Promise<ModelCard>): Promise<Model> {
  const id = newId("model");
  const folder = ctx.store.paths.model(id);
  try {
    const card = await write(folder);
    const model: Model = { id, runId: null, name, createdAt: new Date().toISOString(), card };
    await insertModel(ctx.store.db, ctx.store.projectId, model);
    return model;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** How a network of another program is to be fed and read. */
async function cardOf(
  file: Exclude<ModelFile, { kind: "reefline" }>,
  request: ModelImport,
  name: string,
): Promise<{ card: ModelCard; network: Network }> {
  const { said, fileName } = file;
  const keras = file.kind === "keras" ? file.model : null;
  const gsdMeters = request.gsdMeters ?? said.gsdMeters;
  if (gsdMeters === null)
    throw refusal("gsd", "The file does not say for what pixel size the model was made: say how many metres of ground its pixels show.");
  const scale = request.scale ?? said.scale ?? (keras?.kind === "graph" ? keras.scale : null);
  if (scale === null)
    throw refusal("scale", "The file does not say what values it takes: say whether they go from 0 to 1 or from 0 to 255.");
  const bandNames = [...(request.bandNames ?? said.bandNames ?? ["red", "green", "blue"])];
  const bandCount = bandNames.length;
  const wanted = keras?.kind === "graph" ? keras.bandCount : keras?.architecture.bandCount;
  if (wanted !== undefined && wanted !== bandCount)
    throw refusal("bands", `This model takes ${wanted} bands: name them in order (here are ${bandNames.join(", ")}).`);
  const perBand = (list: readonly number[] | undefined, otherwise: number): number[] => {
    if (list && list.length !== bandCount) throw refusal("bands", `There are ${bandCount} bands and ${list.length} numbers for them.`);
    return list ? [...list] : bandNames.map(() => otherwise);
  };
  const normalization = {
    mean: perBand(request.mean, 0).map((mean) => mean * scale),
    std: perBand(request.std, 1).map((std) => std * scale),
  };
  if (normalization.std.some((std) => !(std > 0))) throw refusal("bands", "Standard deviations must be above 0.");

  const onnx = file.kind === "onnx" ? file.bytes : file.model.kind === "graph" ? file.model.onnx : null;
  const network: Network =
    keras?.kind === "weights"
      ? keras
      : await networkOfOnnx(onnx ?? new Uint8Array(0), { fileName, bandCount, scale, request, saidNames: said.channelNames });
  const classes = "classes" in network ? network.classes : [];
  const named = classNamesSchema.safeParse(classes);
  if (!named.success) throw refusal("classes", `Its classes cannot be used as they are named: ${named.error.issues[0]?.message}.`);
  const none = { tp: 0, fp: 0, fn: 0, tn: 0, dice: 0, iou: 0, meanIou: 0, precision: 0, recall: 0, threshold: 0.5 };
  const threshold = request.threshold ?? said.threshold ?? 0.5;
  const [reef] = (request.channelNames ?? []).filter((one) => !isBackground(one));
  const card = modelCardSchema.parse({
    format: "reefline-model/1",
    name,
    createdAt: new Date().toISOString(),
    architecture: network.architecture,
    gsdMeters,
    bandNames,
    normalization,
    unsharp: (request.unsharp ?? said.unsharp) ? courseUnsharp : null,
    temperature: 1,
    classTemperature: 1,
    threshold,
    positiveClass: request.positiveClass ?? (named.data.length > 0 ? "reef" : (reef ?? said.positiveClass ?? "reef")),
    classes: named.data,
    config: {},
    backend: { kind: "native-cpu", description: `Imported from ${fileName}` },
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
  return { card, network };
}

/** What the file declares, and what it means, seen from what it answers. */
async function networkOfOnnx(
  file: Uint8Array,
  asked: { fileName: string; bandCount: number; scale: number; request: ModelImport; saidNames: readonly string[] | null },
): Promise<Network> {
  const { fileName, bandCount, scale, request, saidNames } = asked;
  const declared = declaredOnnx(readOnnxSummary(file), bandCount);
  if (declared.elementType === "uint8" && (scale !== 1 || request.mean || request.std)) {
    throw refusal("scale", "This model takes bytes as they are: values from 0 to 255, no mean and no standard deviation.");
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
      answeredOnnx(shape, data, windows[i] ?? { widthPx: 0, heightPx: 0 }, { ...request, saidNames }),
    );
    // Of two windows the one whose numbers leave the range of probabilities tells.
    const answered = meant.find(({ values }) => values !== "probability") ?? meant[0];
    if (!answered) throw new Error("a trial gives an answer for every window");
    const sha256 = createHash("sha256").update(file).digest("hex");
    const { classes, ...read } = answered;
    const told = classes.length > 0 ? { classChannels: classes.map(({ channel }) => channel) } : {};
    const architecture: ImportedOnnx = { kind: "imported-onnx", bandCount, fileName, sha256, ...declared, ...read, ...told };
    return { architecture, file, classes: classes.map(({ name }) => name) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
