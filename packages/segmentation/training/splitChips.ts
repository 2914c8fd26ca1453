import { noAugmentation } from "@reefline/chips/augmentation";
import { chipWindow, cutChip } from "@reefline/chips/cutChip";
import { roleAt, splitRoles } from "@reefline/chips/split";
import type { TrainInput } from "./trainInput.ts";
import { prepareTraining } from "./trainingData.ts";

/** A square of the split as training sees it, unaugmented. Row by row. */
export interface SplitChip {
  readonly role: "train" | "validation";
  readonly surveyName: string;
  /** Upper left pixel in the model's grid. */
  readonly colOff: number;
  readonly rowOff: number;
  readonly sizePx: number;
  readonly bandCount: number;
  /** Interleaved bytes. */
  readonly image: Uint8Array;
  /** 255 reef, 0 examined and empty, 128 not examined or not of this role; where classes are told apart k for reef of the k-th. */
  readonly mask: Uint8Array;
}

const groundBudgetBytes = 256 * 2 ** 20;

/**
 * Cuts the whole split of a training into chips side by side, those without a pixel that counts left out. Held-out ground is in none.
 * @throws AppError in words when the labels cannot be trained on
 */
export async function* splitChips(input: Pick<TrainInput, "sources" | "config">): AsyncGenerator<SplitChip> {
  const { preset, grounds, planned, split, bandNames } = await prepareTraining(input.sources, input.config, groundBudgetBytes);
  const sizePx = preset.chipPx;
  const plain = noAugmentation(bandNames.length);
  const shade = (reef: number): number => (reef === 0 || input.config.classes.length > 0 ? reef : 255);
  for (const [
    source,
    {
      map,
      source: { surveyName },
    },
  ] of planned.entries()) {
    const roles = split.roles[source];
    const ground = grounds[source];
    if (!map || !roles || !ground) continue;
    const [endCol, endRow] = [map.colOff + map.columns * map.squarePx, map.rowOff + map.rows * map.squarePx];
    for (let rowOff = map.rowOff; rowOff < endRow; rowOff += sizePx) {
      for (let colOff = map.colOff; colOff < endCol; colOff += sizePx) {
        const centre = { col: colOff + sizePx / 2, row: rowOff + sizePx / 2 };
        for (const role of ["train", "validation"] as const) {
          if (!touches(colOff, rowOff, role)) continue;
          const patch = await ground.patch(chipWindow(centre, sizePx, plain));
          const chip = cutChip(patch, centre, sizePx, plain, (col, row) => roleAt(map, roles, col, row) === splitRoles[role]);
          if (!chip.valid.includes(1)) continue;
          const mask = chip.target.map((reef, at) => (chip.valid[at] === 1 ? shade(reef) : 128));
          yield { role, surveyName, colOff, rowOff, sizePx, bandCount: bandNames.length, image: chip.pixels, mask };
        }
      }
    }
    /** Asked before any pixel is read: most squares of a large survey are of no role. */
    function touches(colOff: number, rowOff: number, role: "train" | "validation"): boolean {
      if (!map || !roles) return false;
      for (let row = rowOff; row < rowOff + sizePx; row += map.squarePx) {
        for (let col = colOff; col < colOff + sizePx; col += map.squarePx) {
          if (roleAt(map, roles, col, row) === splitRoles[role]) return true;
        }
      }
      return false;
    }
  }
}
