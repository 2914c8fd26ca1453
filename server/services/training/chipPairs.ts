import type { TrainConfig } from "@reefline/schema/training";
import { splitChips } from "@reefline/segmentation/training/splitChips";
import type { TrainSource } from "@reefline/segmentation/training/trainInput";
import sharp from "sharp";
import type { NamedBytes } from "../exports/zipArchive.ts";
import { chipPicture } from "./chipPicture.ts";

/** A chip of the split and its mask as PNGs, named by their place in the model's grid: `train/Survey_512_256_image.png`. */
export interface ChipPair {
  readonly role: "train" | "validation";
  readonly files: readonly [image: NamedBytes, mask: NamedBytes];
}

/** Every chip that a training would learn from or be validated on; held-out ground is in none. @throws AppError in words when the labels cannot be trained on */
export async function* chipPairs(sources: readonly TrainSource[], config: TrainConfig): AsyncGenerator<ChipPair> {
  for await (const { role, surveyName, colOff, rowOff, sizePx, bandCount, image, mask } of splitChips({ sources, config })) {
    const safe = surveyName.replace(/[^\p{L}\p{N}_-]+/gu, "_").slice(0, 80);
    const name = `${role}/${safe}_${colOff}_${rowOff}`;
    const raw = (channels: 1 | 3) => ({ raw: { width: sizePx, height: sizePx, channels } });
    const { pixels, channels } = chipPicture(image, bandCount);
    const [imagePng, maskPng] = await Promise.all([
      sharp(pixels, raw(channels)).png().toBuffer(),
      sharp(mask, raw(1)).toColourspace("b-w").png().toBuffer(),
    ]);
    yield {
      role,
      files: [
        { name: `${name}_image.png`, bytes: imagePng },
        { name: `${name}_mask.png`, bytes: maskPng },
      ],
    };
  }
}

/** What the values of the masks mean, in a sentence. */
export function maskLegend({ classes }: Pick<TrainConfig, "classes">): string {
  const named = classes.map((name, i) => `${i + 1} ${name}, `).join("");
  const reef = classes.length > 0 ? "255 reef of no such class" : "255 reef";
  return `${named}${reef}, 0 examined and empty, 128 not examined or of another part of the split`;
}
