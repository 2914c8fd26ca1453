import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "@reefline/schema/errors";
import { type ModelCard, modelCardSchema } from "@reefline/schema/training";
import { z } from "zod";
import { networkOf } from "../network/networkOf.ts";
import { writeFileAtomically } from "./atomicFile.ts";

/**
 * A model folder: `card.json` (what it is and how it was made), `model.json` (what lies where in the weights) and `weights.bin`
 * (little-endian float32: every weight, then the moving means, then the moving variances).
 */
const manifestSchema = z.object({
  format: z.literal("reefline-weights/1"),
  byteOrder: z.literal("little-endian float32"),
  sha256: z.string(),
  weights: z.array(z.object({ name: z.string(), shape: z.array(z.number()) })),
  statisticsCount: z.number(),
});

/** Holds a network of another program, in place of `model.json` and `weights.bin`. */
export const importedFile = "model.onnx";

export interface ModelValues {
  readonly weights: Float32Array;
  readonly statistics: Float32Array;
}

/** Writes weights first and the card last, so that a folder with a card is complete. */
export async function writeModel(modelDir: string, card: ModelCard, values: ModelValues): Promise<void> {
  await mkdir(modelDir, { recursive: true });
  const weights = bytes(values.weights);
  const statistics = bytes(values.statistics);
  const layout = networkOf(card.architecture);
  const manifest: z.infer<typeof manifestSchema> = {
    format: "reefline-weights/1",
    byteOrder: "little-endian float32",
    sha256: createHash("sha256").update(weights).update(statistics).digest("hex"),
    weights: layout.pieces.map(({ name, shape }) => ({ name, shape: [...shape] })),
    statisticsCount: layout.statisticsCount,
  };
  await writeFileAtomically(join(modelDir, "weights.bin"), [weights, statistics]);
  await writeFileAtomically(join(modelDir, "model.json"), [`${JSON.stringify(manifest)}\n`]);
  await writeCard(modelDir, card);
}

/** Replaces the card alone, e.g. when the held-out area has been evaluated. */
export async function writeCard(modelDir: string, card: ModelCard): Promise<void> {
  await writeFileAtomically(join(modelDir, "card.json"), [`${JSON.stringify(modelCardSchema.parse(card), null, 2)}\n`]);
}

/** @throws AppError "segmentation/no-model" when the folder holds none, "segmentation/broken-model" when a file is not what it should be */
export async function readModel(modelDir: string): Promise<{ card: ModelCard; values: ModelValues }> {
  const imported = await readImported(modelDir);
  if (imported) return imported;
  const [cardText, manifestText, data] = await Promise.all(
    ["card.json", "model.json", "weights.bin"].map((name) =>
      readFile(join(modelDir, name)).catch(() => {
        throw new AppError(
          "not-found",
          "segmentation/no-model",
          `The model's file ${name} is missing: its training did not finish, or the file was deleted. Train the model again.`,
        );
      }),
    ),
  );
  const card = modelCardSchema.safeParse(parsed(cardText));
  const manifest = manifestSchema.safeParse(parsed(manifestText));
  if (!card.success || !manifest.success || !data) throw broken("card.json or model.json cannot be read");
  const { weightCount, statisticsCount, channelCount } = networkOf(card.data.architecture);
  if (channelCount !== 1 + card.data.classes.length)
    throw broken(`card.json names ${card.data.classes.length} classes, and the network has ${channelCount - 1}`);
  if (data.byteLength !== 4 * (weightCount + statisticsCount)) throw broken(`weights.bin has ${data.byteLength} bytes`);
  if (createHash("sha256").update(data).digest("hex") !== manifest.data.sha256) throw broken("the checksum of weights.bin differs");
  const floats = new Float32Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength));
  return { card: card.data, values: { weights: floats.slice(0, weightCount), statistics: floats.slice(weightCount) } };
}

function broken(why: string): AppError {
  return new AppError(
    "bad-input",
    "segmentation/broken-model",
    `The model's files are damaged (${why}). Train the model again, or restore the folder.`,
  );
}

/** Writes a network of another program and its card. */
export async function writeImportedModel(modelDir: string, card: ModelCard, file: Uint8Array): Promise<void> {
  await mkdir(modelDir, { recursive: true });
  await writeFileAtomically(join(modelDir, importedFile), [file]);
  await writeCard(modelDir, card);
}

/** The card of an imported model, whose values are in its file alone; null where the model is our own. */
async function readImported(modelDir: string): Promise<{ card: ModelCard; values: ModelValues } | null> {
  const card = modelCardSchema.safeParse(parsed(await readFile(join(modelDir, "card.json")).catch(() => undefined)));
  if (!card.success || card.data.architecture.kind !== "imported-onnx") return null;
  const file = await readFile(join(modelDir, importedFile)).catch(() => null);
  const sha256 = file && createHash("sha256").update(file).digest("hex");
  if (sha256 !== card.data.architecture.sha256) throw broken(`${importedFile} is not the file that was imported`);
  return { card: card.data, values: { weights: new Float32Array(0), statistics: new Float32Array(0) } };
}

function parsed(text: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(text));
  } catch {
    return null;
  }
}

function bytes(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
