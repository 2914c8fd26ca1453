import {
  type AugmentationName,
  type LossName,
  type Model,
  type PresetName,
  type ScheduleName,
  type TrainConfig,
  trainConfigSchema,
} from "@reefline/schema/training";
import { type FoldFlags, foldPlanOf } from "./folds.ts";
import type { Session } from "./session.ts";

/** Flags that say how to train, without what the model is called. */
export interface RecipeOptions extends FoldFlags {
  /** Train the course's recipes and ours one after the other. */
  readonly compare?: boolean;
  readonly survey: string[];
  /** Left out: the best there is here. */
  readonly preset?: PresetName;
  readonly seed?: number;
  readonly minutes?: number;
  readonly epochs?: number;
  readonly loss?: LossName;
  readonly schedule?: ScheduleName;
  readonly rate?: number;
  readonly augment?: AugmentationName;
  readonly reefShare?: number;
  readonly patience?: number;
  readonly average?: boolean;
  readonly fromNothing?: boolean;
  readonly unsharp?: boolean;
  /** Classes of reef to tell apart; left out: those of the model that training goes on from, or none. */
  readonly classes?: string[];
  readonly gsd?: number;
  /** Name or id of a model to go on from. */
  readonly from?: string;
  readonly labelShare?: number;
  readonly rejectedShare?: number;
  /** false: not judged part by part, however little ground there is. */
  readonly check?: boolean;
}

/**
 * What the flags say, over the preset.
 * @param from the model to go on from
 */
export function configOf(session: Session, options: RecipeOptions, from: Model | null = null): TrainConfig {
  const { epochs, minutes } = options;
  return trainConfigSchema.parse({
    preset: options.preset ?? (session.ctx.store.config.encoderPath === null ? "fast" : "best"),
    seed: options.seed,
    budget: epochs !== undefined ? { kind: "epochs", epochs } : minutes !== undefined ? { kind: "minutes", minutes } : undefined,
    loss: options.loss,
    schedule: options.schedule,
    learningRate: options.rate,
    augmentation: options.augment,
    reefShare: options.reefShare,
    patience: options.patience,
    averaging: options.average,
    pretrained: options.fromNothing === undefined ? undefined : !options.fromNothing,
    unsharp: options.unsharp,
    classes: options.classes ?? from?.card.classes,
    gsdMeters: options.gsd,
    folds: foldPlanOf(options),
    labelShare: options.labelShare,
    rejectedShare: options.rejectedShare,
    fromModelId: from?.id,
  });
}
