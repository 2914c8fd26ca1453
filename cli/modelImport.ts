import { resolve } from "node:path";
import { AppError, isAppError } from "@reefline/schema/errors";
import type { ModelImport } from "@reefline/schema/modelImport";
import type { Model } from "@reefline/schema/training";
import { importModel } from "../server/services/training/importModel.ts";
import type { Session } from "./session.ts";

export interface ModelImportCommand extends Pick<ModelImport, "mean" | "std" | "unsharp" | "threshold" | "channel" | "values"> {
  readonly name?: string;
  readonly gsd?: number;
  readonly bands?: string[];
  readonly scale?: "1" | "255";
  readonly class?: string;
  readonly classes?: string[];
}

/** Flags that answer what a file leaves open. */
const flagsFor: Readonly<Record<string, string>> = {
  "onnx/gsd": "--gsd 0.05",
  "onnx/scale": "--scale 255 for 0–1, --scale 1 for 0–255",
  "onnx/bands": "--bands red,green,blue,nir; --mean and --std have a number for each",
  "onnx/classes": "--classes background,live,dead or --channel 1",
};

/** Takes a model of another program, or of another Reefline. */
export async function modelImport(session: Session, file: string, options: ModelImportCommand): Promise<void> {
  const { name, gsd, bands, scale, class: positiveClass, classes, mean, std, unsharp, threshold, channel, values } = options;
  const model = await importModel(session.ctx, {
    path: resolve(file),
    name: name ?? null,
    gsdMeters: gsd ?? null,
    bandNames: bands ?? null,
    scale: scale === undefined ? null : scale === "1" ? 1 : 255,
    ...{ mean, std, unsharp, threshold, positiveClass, channel, channelNames: classes, values },
  }).catch((error: unknown) => {
    const flags = isAppError(error) ? flagsFor[error.code] : undefined;
    throw isAppError(error) && flags ? new AppError(error.kind, error.code, `${error.message} (${flags})`) : error;
  });
  session.result({ model: { id: model.id, name: model.name }, card: model.card }, sentences(model));
}

function sentences({ id, name, card }: Model): string[] {
  const { architecture, bandNames, gsdMeters, threshold, classes, steps } = card;
  const isImported = architecture.kind === "imported-onnx";
  const takes = isImported && architecture.tilePx ? `tiles of ${architecture.tilePx} px` : "any window";
  const tells = classes.length > 0 ? `, tells ${classes.join(", ")}` : "";
  const first = `Imported ${name} (${id}): ${bandNames.join(", ")} at ${gsdMeters} m per pixel, ${takes}, reef from ${threshold}${tells}.`;
  if (steps > 0) return [first, `  Dice ${(card.heldOut ?? card.validation).dice.toFixed(4)} where it was trained.`];
  return [
    first,
    ...(isImported
      ? []
      : [
          "  The file holds weights alone, which fit this network of Reefline; whether its layers were joined in the same way they do not tell.",
        ]),
    "  How good it is here is not known: predict, and compare with labels you trust (reefline evaluate).",
  ];
}
