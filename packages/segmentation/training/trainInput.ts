import type { Raster } from "@reefline/raster/raster";
import type { Polygon } from "@reefline/schema/feature";
import type { Progress } from "@reefline/schema/job";
import type { Photo } from "@reefline/schema/photo";
import type { SurveyImage } from "@reefline/schema/survey";
import type { HistoryEvent, ModelCard, TrainConfig } from "@reefline/schema/training";
import type { ModelValues } from "../modelFiles/modelFiles.ts";

/** One survey to learn from: its image and its polygons, in WGS 84. */
export interface TrainSource {
  readonly surveyId: string;
  readonly surveyName: string;
  readonly raster: Raster;
  readonly image: SurveyImage;
  readonly labels: readonly Polygon[];
  /** The class of each of them; absent: none is known. */
  readonly labelClasses?: readonly string[];
  /** Labels of the class "unsure": neither reef nor background. */
  readonly unsure: readonly Polygon[];
  readonly examined: readonly Polygon[];
  readonly holdout: readonly Polygon[];
  readonly ignore: readonly Polygon[];
  /** Of the labels those that a model drew and nobody redrew: learned from, but no judge of a model. */
  readonly drawnByModel?: readonly Polygon[];
  /** Predictions that a person rejected: chips are aimed at them again and again. */
  readonly rejected?: readonly Polygon[];
  /** Photos on the survey's sheet; those of one group are never learned from and judged by at once. */
  readonly photos?: readonly Photo[];
  /** The last edit that these polygons contain. */
  readonly lastEditSeq: number;
}

/** A trained model to go on from. */
export interface TrainedModel {
  readonly card: ModelCard;
  readonly values: ModelValues;
}

export interface TrainInput {
  readonly sources: readonly TrainSource[];
  readonly config: TrainConfig;
  readonly name: string;
  /** Holds `checkpoint.bin` while training; not needed afterwards. */
  readonly checkpointDir: string;
  /** Where the model's files go. */
  readonly modelDir: string;
  /** Go on from the checkpoint when there is one that fits. */
  readonly resume: boolean;
  /** The file of the pretrained encoder; null where it could not be fetched. */
  readonly encoderPath: string | null;
  /** Weights, normalisation, pixel size and network are taken from this model. */
  readonly from?: TrainedModel | null;
  /** How much work a crash may cost; 20 when left out. */
  readonly checkpointSeconds?: number;
}

/** A place on validation ground as the model sees it now. */
export interface RenderedChip {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly bandCount: number;
  /** Interleaved bytes. */
  readonly image: Uint8Array;
  /** 255 reef, 0 examined and empty, 128 not examined. */
  readonly label: Uint8Array;
  /** Probability, 0–255. */
  readonly prediction: Uint8Array;
  /** At threshold 0.5; null where nothing counts. */
  readonly dice: number | null;
}

/** "pause" writes a checkpoint and ends as if cancelled, to be resumed by another process. */
export type TrainingWish = "no" | "stop-and-keep-best" | "cancel" | "pause";

export interface TrainHooks {
  onEvent(event: HistoryEvent): void;
  onProgress(progress: Progress): void;
  onChips(chips: RenderedChip[], epoch: number): void | Promise<void>;
  /** Asked before every step. */
  shouldStop(): TrainingWish;
}

export interface TrainResult {
  readonly card: ModelCard;
  /** How long steps have waited for their chips in all, since this process began. */
  readonly chipWaitSeconds: number;
}
