import { resolve } from "node:path";
import type { ImportedOnnx } from "@reefline/schema/training";
import { importModel } from "../server/services/training/importModel.ts";
import type { Session } from "./session.ts";

export interface ModelImportCommand {
  readonly name: string;
  readonly gsd?: number;
  readonly bands?: string[];
  readonly scale?: "1" | "255";
  readonly mean?: number[];
  readonly std?: number[];
  readonly unsharp?: boolean;
  readonly threshold?: number;
  readonly class?: string;
  readonly channel?: number;
  readonly values?: ImportedOnnx["values"];
}

/** Takes an ONNX or Keras file as a model to predict with. */
export async function modelImport(session: Session, file: string, options: ModelImportCommand): Promise<void> {
  const model = await importModel(session.ctx, {
    path: resolve(file),
    name: options.name,
    gsdMeters: options.gsd ?? null,
    bandNames: options.bands ?? null,
    scale: options.scale === undefined ? null : options.scale === "1" ? 1 : 255,
    mean: options.mean,
    std: options.std,
    unsharp: options.unsharp,
    threshold: options.threshold,
    positiveClass: options.class,
    channel: options.channel,
    values: options.values,
  });
  const { architecture, bandNames, gsdMeters, threshold } = model.card;
  const isOwn = architecture.kind !== "imported-onnx";
  const takes = architecture.kind === "imported-onnx" && architecture.tilePx ? `tiles of ${architecture.tilePx} px` : "any window";
  session.result({ model: { id: model.id, name: model.name }, card: model.card }, [
    `Imported ${model.name} (${model.id}): ${bandNames.join(", ")} at ${gsdMeters} m per pixel, ${takes}, reef from ${threshold}.`,
    ...(isOwn
      ? [
          "  The file holds weights alone, which fit this network of Reefline; whether its layers were joined in the same way they do not tell.",
        ]
      : []),
    "  How good it is here is not known: predict, and compare with labels you trust (reefline evaluate).",
  ]);
}
