import type { Architecture } from "@reefline/schema/training";
import type { Network } from "./network.ts";
import { pretrainedUnet } from "./pretrainedUnet.ts";
import { unet } from "./unet.ts";

/** The network that a model's card describes. */
export function networkOf(architecture: Architecture): Network {
  return architecture.kind === "unet" ? unet(architecture) : pretrainedUnet(architecture.bandCount);
}
