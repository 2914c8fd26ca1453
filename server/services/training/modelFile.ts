import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { AppError } from "@reefline/schema/errors";
import type { ModelFileLook } from "@reefline/schema/modelImport";
import { type ModelCard, modelCardSchema } from "@reefline/schema/training";
import { type ImportedMetadata, importedMetadata, nothingSaid } from "@reefline/segmentation/exchange/importedMetadata";
import { looksLikeKeras } from "@reefline/segmentation/exchange/kerasFile";
import { type KerasModel, readKerasModel } from "@reefline/segmentation/exchange/kerasRead";
import { readOnnxSummary } from "@reefline/segmentation/exchange/onnxFile";
import { isZip, unpackZip, ZipTrouble } from "@reefline/segmentation/modelFiles/unpackZip";
import { networkOf } from "@reefline/segmentation/network/networkOf";

export const mostModelBytes = 1024 ** 3;
const mostCardBytes = 64 * 2 ** 20;
/** Files of other people run or are unpacked in processes of their own, held to these. */
export const trialLimits = { seconds: 60, megabytes: 4_000 };

/** A model's file by what it is. */
export type ModelFile = { readonly fileName: string } & (
  | { readonly kind: "onnx"; readonly bytes: Uint8Array; readonly said: ImportedMetadata }
  | { readonly kind: "keras"; readonly model: KerasModel; readonly said: ImportedMetadata }
  | { readonly kind: "reefline"; readonly card: ModelCard; readonly parts: ReadonlyMap<string, Uint8Array> }
);

/** The files of a model of ours; `exportModel` packs them. */
export const modelParts = ["card.json", "model.json", "weights.bin"] as const;

/**
 * Reads a model's file: ONNX, Keras, or the ZIP of a model that another Reefline wrote.
 * @param fileName what the person calls it, where that is not its name on disk
 * @throws AppError `onnx/no-file`, `onnx/too-large`, `onnx/…`, `keras/…`, `model/not-reefline`
 */
export async function readModelFile(path: string, fileName = basename(path)): Promise<ModelFile> {
  const size = await stat(path).then(
    (found) => (found.isFile() ? found.size : null),
    () => null,
  );
  if (size === null) throw new AppError("not-found", "onnx/no-file", `There is no file ${path}.`);
  if (size > mostModelBytes) throw new AppError("limit", "onnx/too-large", "This file is larger than 1 GB, which is not read.");
  const bytes = new Uint8Array(await readFile(path));
  const ours = isZip(bytes) ? await reeflineParts(bytes) : null;
  if (ours) return { fileName, kind: "reefline", ...ours };
  if (looksLikeKeras(bytes)) return { fileName, kind: "keras", model: await readKerasModel(path, trialLimits), said: nothingSaid };
  return { fileName, kind: "onnx", bytes, said: importedMetadata(readOnnxSummary(bytes).metadata) };
}

/** Null where the archive is another program's. Weights are unpacked only as far as the network that the card describes has any. */
async function reeflineParts(archive: Uint8Array): Promise<{ card: ModelCard; parts: Map<string, Uint8Array> } | null> {
  const unpack = (names: readonly string[], mostBytes: number) =>
    unpackZip(archive, new Map(names.map((name) => [name, mostBytes]))).catch((error: unknown) => {
      if (error instanceof ZipTrouble) return new Map<string, Uint8Array>();
      throw error;
    });
  const [cardFile, manifestFile, weightsFile] = modelParts;
  const parts = await unpack([cardFile, manifestFile], mostCardBytes);
  const text = parts.get(cardFile);
  if (!text) return null;
  const notWhole = new AppError(
    "bad-input",
    "model/not-reefline",
    "This ZIP is not a whole model of Reefline, or a newer Reefline wrote it. Export the model again, as “Reefline model”.",
  );
  const card = modelCardSchema.safeParse(json(text));
  if (!card.success || card.data.architecture.kind === "imported-onnx") throw notWhole;
  const { weightCount, statisticsCount } = networkOf(card.data.architecture);
  const weightBytes = 4 * (weightCount + statisticsCount);
  const weights = weightBytes <= mostModelBytes ? (await unpack([weightsFile], weightBytes)).get(weightsFile) : undefined;
  if (!weights || !parts.has(manifestFile)) throw notWhole;
  return { card: card.data, parts: parts.set(weightsFile, weights) };
}

function json(text: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(text));
  } catch {
    return null;
  }
}

/** What a file says of itself, so that a person need not say it again. */
export function lookOf(file: ModelFile): ModelFileLook {
  if (file.kind === "reefline") {
    const { card } = file;
    const { name, gsdMeters, bandNames, threshold, positiveClass, classes, unsharp, heldOut, validation } = card;
    const channelNames = classes.length > 0 ? ["background", ...classes] : null;
    const rest = { kind: file.kind, name, gsdMeters, bandNames, bandCount: bandNames.length, scale: null, threshold, positiveClass };
    return { ...rest, channelNames, unsharp: unsharp !== null, dice: card.steps > 0 ? (heldOut ?? validation).dice : null };
  }
  const { gsdMeters, bandNames, scale, threshold, positiveClass, channelNames, unsharp } = file.said;
  const keras = file.kind === "keras" ? file.model : null;
  return {
    kind: file.kind,
    name: file.fileName.replace(/(\.weights)?\.(onnx|keras|h5|hdf5)$/i, "").slice(0, 120) || "Model",
    gsdMeters,
    bandNames: bandNames ? [...bandNames] : null,
    bandCount: bandNames?.length ?? (keras?.kind === "graph" ? keras.bandCount : (keras?.architecture.bandCount ?? null)),
    scale: scale ?? (keras?.kind === "graph" ? keras.scale : null),
    threshold,
    positiveClass,
    channelNames: channelNames ? [...channelNames] : null,
    unsharp,
    dice: null,
  };
}
