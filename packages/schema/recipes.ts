import type { TrainConfig } from "./training.ts";

export interface Recipe {
  readonly name: string;
  /** What it is, for a table. */
  readonly title: string;
  readonly config: Partial<TrainConfig>;
}

/** What `train --compare` trains one after the other: the course's parts 3, 4 and 5, then ours. */
export const recipes: readonly Recipe[] = [
  { name: "cross-entropy", title: "Course 3: cross-entropy, plateau", config: { preset: "course", loss: "bce", schedule: "plateau" } },
  { name: "dice", title: "Course 4: soft Dice, plateau", config: { preset: "course", loss: "dice", schedule: "plateau" } },
  { name: "cyclical", title: "Course 5: soft Dice, cyclical", config: { preset: "course", loss: "dice", schedule: "triangular" } },
  { name: "fast", title: "Fast: U-Net from nothing", config: { preset: "fast" } },
  { name: "best", title: "Best: pretrained encoder", config: { preset: "best" } },
];
