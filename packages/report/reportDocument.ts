import type { Calibration } from "@reefline/accuracy/calibration";
import type { ClassCounts } from "@reefline/schema/classes";
import type { EvaluationDetail } from "@reefline/schema/evaluation";
import type { Evaluation, Metrics } from "@reefline/schema/training";

/** Everything one model's report tells, ready to be laid out. Pictures are data URIs. */
export interface ReportRun {
  readonly name: string;
  readonly madeAt: string;
  /** What it learned from and how long, in sentences. */
  readonly summary: readonly string[];
  /** Each survey from above, with the ground it was split into. */
  readonly ground: readonly GroundPicture[];
  readonly history: {
    readonly loss: { readonly train: readonly Point[]; readonly validation: readonly Point[] };
    readonly validationDice: readonly Point[];
    readonly bestEpoch: number;
  } | null;
  /** On the held-out area; null when none was drawn. */
  readonly heldOut: HeldOutReport | null;
  /** On ground set aside while training; null for a model of another program. */
  readonly validation: Metrics | null;
  /** On the same ground, of a model that tells classes apart. */
  readonly validationByClass?: ClassCounts;
  readonly chips: readonly ChipPicture[];
  /** What is needed to make it again: names and values. */
  readonly reproduce: readonly { readonly name: string; readonly value: string }[];
}

export interface HeldOutReport {
  /** Of lengths; px on photos, which have no place on the ground. */
  readonly unit: LengthUnit;
  readonly evaluation: Evaluation;
  /** Absent in models from before it was counted. */
  readonly detail: EvaluationDetail | null;
  /** At 0.5 and at the chosen threshold. */
  readonly atThresholds: readonly Metrics[];
  readonly sweep: readonly Metrics[];
  readonly calibration: Calibration | null;
}

export type LengthUnit = "m" | "px";

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface GroundPicture {
  readonly title: string;
  readonly image: string;
  readonly widthPx: number;
  readonly heightPx: number;
  /** SVG paths in the picture's pixels. */
  readonly shapes: readonly { readonly kind: "train" | "validation" | "holdout" | "label"; readonly path: string }[];
}

/** A square of held-out ground three times: the image, what is labelled, what is predicted. */
export interface ChipPicture {
  readonly kind: "best" | "worst" | "validation";
  readonly caption: string;
  readonly image: string;
  readonly label: string;
  readonly prediction: string;
}

export interface Report {
  /** The first is reported in full, the others are set beside it. */
  readonly runs: readonly ReportRun[];
  readonly version: string;
}
