import { chipWindow, cutChip } from "@reefline/chips/cutChip";
import { randomFrom } from "@reefline/chips/random";
import { roleAt, splitRoles } from "@reefline/chips/split";
import type { TrainInput } from "./trainInput.ts";
import { layOutTraining } from "./trainingData.ts";

/** A chip as training may see it, turned, zoomed and coloured. Row by row. */
export interface PreviewedChip {
  readonly surveyName: string;
  readonly sizePx: number;
  readonly bandCount: number;
  /** Interleaved bytes. */
  readonly image: Uint8Array;
  /** 255 reef, 0 examined and empty, 128 not examined or not of the training ground. */
  readonly mask: Uint8Array;
}

const groundBudgetBytes = 64 * 2 ** 20;

/**
 * Cuts chips with the training's own sampler, filter and augmentation, from training ground alone. The same page is the same chips.
 * @param page another one shows other chips
 * @throws AppError in words when the labels cannot be trained on
 */
export async function previewChips(
  { sources, config, from }: Pick<TrainInput, "sources" | "config" | "from">,
  { page, count }: { page: number; count: number },
): Promise<PreviewedChip[]> {
  const data = layOutTraining(sources, config, randomFrom(config.seed), groundBudgetBytes, from?.card);
  const { preset, bandNames, planned, grounds, split, sampler } = data;
  const sizePx = preset.chipPx;
  // A stream of its own: a page must not depend on the pages before it.
  const random = randomFrom((config.seed + 7_919 * (page + 1)) % 2 ** 31);
  const chips: PreviewedChip[] = [];
  for (let i = 0; i < count; i++) {
    const { source, centre, augmentation } = sampler.draw(random);
    const plan = planned[source];
    const roles = split.roles[source];
    const patch = await grounds[source]?.patch(chipWindow(centre, sizePx, augmentation));
    const map = plan?.map;
    if (!plan || !map || !roles || !patch) continue;
    const chip = cutChip(patch, centre, sizePx, augmentation, (col, row) => roleAt(map, roles, col, row) === splitRoles.train);
    const mask = chip.target.map((reef, at) => (chip.valid[at] === 1 ? (reef > 0 ? 255 : 0) : 128));
    chips.push({ surveyName: plan.source.surveyName, sizePx, bandCount: bandNames.length, image: chip.pixels, mask });
  }
  return chips;
}
