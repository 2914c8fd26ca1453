import { AppError } from "@reefline/schema/errors";
import type { ModelCard } from "@reefline/schema/training";

/** @throws AppError "segmentation/bands-differ" when a trained model sees other bands than there are */
export function requireBands({ name, bandNames }: Pick<ModelCard, "name" | "bandNames">, here: readonly string[]): void {
  if (bandNames.join() === here.join()) return;
  throw new AppError(
    "bad-input",
    "segmentation/bands-differ",
    `"${name}" sees the bands ${bandNames.join(", ")}, and this imagery has ${here.join(", ")}. Go on from a model of the same bands, or train a new one.`,
  );
}
