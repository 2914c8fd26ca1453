import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Model } from "@reefline/schema/training";
import { exportOnnx } from "@reefline/segmentation/exchange/onnxExport";
import { exportTfjs, tfjsWeightsFile } from "@reefline/segmentation/exchange/tfjsExport";
import { readModel } from "@reefline/segmentation/modelFiles/modelFiles";
import { networkOf } from "@reefline/segmentation/network/networkOf";
import type { Context } from "../../context.ts";
import { type NamedBytes, zipArchive } from "../exports/zipArchive.ts";
import { modelParts } from "./modelFile.ts";
import { getModel } from "./training.ts";

export const modelExportFormats = ["onnx", "deepness", "tfjs", "reefline"] as const;
export type ModelExportFormat = (typeof modelExportFormats)[number];

export interface ModelExportOptions {
  /** onnx: a second input says which pixels hold a measurement. */
  readonly validInput?: boolean;
  /** deepness: side of a tile in model pixels. */
  readonly tilePx?: number;
}

export interface ModelExport {
  readonly model: Model;
  readonly fileName: string;
  readonly mediaType: string;
  /** One file, or several that belong in one folder. */
  readonly files: readonly NamedBytes[];
}

/** A model in the form another program reads. @throws AppError `model/not-found`, `segmentation/broken-model`, `segmentation/tile-size` */
export async function exportModel(
  ctx: Context,
  modelId: string,
  format: ModelExportFormat,
  { validInput = false, tilePx }: ModelExportOptions = {},
): Promise<ModelExport> {
  const model = await getModel(ctx, modelId);
  const folder = ctx.store.paths.model(model.id);
  const { card, values } = await readModel(folder);
  const base = model.name.replace(/[^\p{L}\p{N}._-]+/gu, "-").replace(/^[-.]+|-+$/g, "") || "model";
  if (format === "onnx" || format === "deepness") {
    const variant = format === "deepness" ? format : validInput ? "onnx-valid" : "onnx";
    const bytes = exportOnnx(card, values, variant, tilePx === undefined ? {} : { tilePx });
    const fileName = format === "deepness" ? `${base}-deepness.onnx` : `${base}.onnx`;
    return { model, fileName, mediaType: "application/octet-stream", files: [{ name: fileName, bytes }] };
  }
  const mediaType = "application/zip";
  if (format === "tfjs") {
    const { modelJson, weightData } = exportTfjs(card, values);
    const files = [
      { name: "model.json", bytes: new TextEncoder().encode(JSON.stringify(modelJson)) },
      { name: tfjsWeightsFile, bytes: weightData },
    ];
    return { model, fileName: `${base}-tfjs.zip`, mediaType, files };
  }
  // Refuses networks of other programs.
  networkOf(card.architecture);
  const files = await Promise.all(modelParts.map(async (name) => ({ name, bytes: new Uint8Array(await readFile(join(folder, name))) })));
  return { model, fileName: `${base}-reefline.zip`, mediaType, files };
}

/** The one file that is downloaded. */
export async function asOneFile({ files }: ModelExport): Promise<Uint8Array> {
  const [only] = files;
  return files.length === 1 && only ? only.bytes : zipArchive(files);
}
