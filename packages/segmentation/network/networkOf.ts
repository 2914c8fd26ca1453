import { AppError } from "@reefline/schema/errors";
import type { Architecture } from "@reefline/schema/training";
import type { Network } from "./network.ts";
import { pretrainedUnet } from "./pretrainedUnet.ts";
import { residualUnet } from "./residualUnet.ts";
import { unet } from "./unet.ts";

/**
 * The network that a model's card describes.
 * @throws AppError "segmentation/imported-model" for a network of another program, of which only its file is known
 */
export function networkOf(architecture: Architecture): Network {
  if (architecture.kind === "imported-onnx") {
    throw new AppError(
      "bad-input",
      "segmentation/imported-model",
      `This model was imported from ${architecture.fileName}: it predicts, and can be neither trained nor exported in another form.`,
    );
  }
  if (architecture.kind === "residual-unet") return residualUnet(architecture);
  return architecture.kind === "unet" ? unet(architecture) : pretrainedUnet(architecture.bandCount, architecture.classCount);
}
