import { z } from "zod";
import { classCountsSchema, classNamesSchema, mostClasses } from "./classes.ts";
import { evaluationDetailSchema } from "./evaluation.ts";
import { foldPlanSchema } from "./foldPlan.ts";
import { idSchema } from "./ids.ts";

/** How many classes of reef the head tells apart; absent: reef or not alone. */
const classCountSchema = z.number().int().min(2).max(mostClasses).optional();

const unetSchema = z.object({
  kind: z.literal("unet"),
  baseFilters: z.number().int().positive(),
  depth: z.number().int().min(1).max(6).describe("number of downsamplings"),
  bandCount: z.number().int().positive(),
  patchPx: z
    .union([z.literal(1), z.literal(2)])
    .optional()
    .describe("2: the network works at half the pixels and answers for all; 1 when left out"),
  classCount: classCountSchema,
});
export type UnetArchitecture = z.infer<typeof unetSchema>;

/** A U-Net whose way down was trained on ImageNet. */
const pretrainedUnetSchema = z.object({
  kind: z.literal("pretrained-unet"),
  encoder: z.literal("efficientnet-lite0"),
  bandCount: z.number().int().positive(),
  classCount: classCountSchema,
});

/** The course's network: residual blocks, batch norm and activation before each convolution, strides in place of pooling. */
const residualUnetSchema = z.object({
  kind: z.literal("residual-unet"),
  baseFilters: z.number().int().positive(),
  bandCount: z.number().int().positive(),
  classCount: classCountSchema,
});
export type ResidualUnetArchitecture = z.infer<typeof residualUnetSchema>;

/** A network of another program, run as it is; its file lies in the model's folder. */
const importedOnnxSchema = z.object({
  kind: z.literal("imported-onnx"),
  bandCount: z.number().int().positive(),
  fileName: z.string(),
  sha256: z.string(),
  input: z.string(),
  output: z.string(),
  elementType: z.enum(["float32", "uint8"]),
  layout: z.enum(["channels-first", "channels-last"]),
  tilePx: z.number().int().positive().nullable().describe("fixed side of the input; null: any multiple of 32"),
  outputLayout: z.enum(["channels-first", "channels-last"]),
  channels: z.number().int().positive(),
  channel: z.number().int().nonnegative().describe("which of them is reef; with classes: the first of them"),
  classChannels: z
    .array(z.number().int().nonnegative())
    .min(2)
    .optional()
    .describe("of each class of reef that the card names; absent where only reef is told"),
  values: z.enum(["probability", "logit", "softmax"]).describe("what the output's numbers are"),
});
export type ImportedOnnx = z.infer<typeof importedOnnxSchema>;

export const architectureSchema = z.discriminatedUnion("kind", [unetSchema, pretrainedUnetSchema, residualUnetSchema, importedOnnxSchema]);
export type Architecture = z.infer<typeof architectureSchema>;

/** best: a pretrained encoder, for few labels; fast: from nothing; course: the network and recipe of the course on shellfish reefs. */
export const presetNameSchema = z.enum(["best", "fast", "course"]);
export type PresetName = z.infer<typeof presetNameSchema>;

export const lossNameSchema = z.enum(["bce", "dice", "bce-dice", "focal", "tversky", "boundary"]);
export type LossName = z.infer<typeof lossNameSchema>;

export const scheduleNameSchema = z.enum(["constant", "plateau", "triangular", "cosine", "one-cycle"]);
export type ScheduleName = z.infer<typeof scheduleNameSchema>;

/** full: any turn, zoom and colour; course: mirrored, zoomed by 0.3, turned by 10°; flips: mirrored and quarter turns; none. */
export const augmentationNameSchema = z.enum(["full", "course", "flips", "none"]);
export type AugmentationName = z.infer<typeof augmentationNameSchema>;

export const trainConfigSchema = z.object({
  preset: presetNameSchema.default("fast"),
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .default(1),
  budget: z
    .discriminatedUnion("kind", [
      z.object({
        kind: z.literal("minutes"),
        minutes: z
          .number()
          .positive()
          .max(24 * 60),
      }),
      z.object({ kind: z.literal("epochs"), epochs: z.number().int().positive().max(2_000) }),
    ])
    .default({ kind: "minutes", minutes: 5 }),
  classes: classNamesSchema.default([]),
  pretrained: z.boolean().default(true).describe("the encoder of best begins with what it learnt from ImageNet; false: from nothing"),
  unsharp: z.boolean().default(false).describe("sharpen every window, in training and in prediction alike"),
  // From here on null means: as the preset has it.
  loss: lossNameSchema.nullable().default(null),
  schedule: scheduleNameSchema.nullable().default(null),
  learningRate: z.number().positive().max(1).nullable().default(null).describe("the highest one"),
  augmentation: augmentationNameSchema.nullable().default(null),
  reefShare: z.number().min(0.05).max(0.95).nullable().default(null).describe("share of chips aimed at reef"),
  patience: z.number().positive().max(1).nullable().default(null).describe("share of the budget without improvement that ends training"),
  averaging: z.boolean().default(false).describe("keep a running mean of the weights, and use that"),
  /** null: chosen from the survey's own (the preset says how). */
  gsdMeters: z.number().positive().nullable().default(null),
  folds: foldPlanSchema
    .nullable()
    .default(null)
    .describe("train one model for each part of the ground that is left out, and keep their scores"),
  labelShare: z.number().min(0.01).max(1).default(1).describe("share of the training blocks that is learned from; nested for one seed"),
  fromModelId: idSchema.nullable().default(null).describe("go on from this model's weights"),
  rejectedShare: z.number().min(0).max(0.9).default(0.25).describe("share of the chips of empty ground aimed at rejected predictions"),
});
export type TrainConfig = z.infer<typeof trainConfigSchema>;

export const confusionSchema = z.object({ tp: z.number(), fp: z.number(), fn: z.number(), tn: z.number() });
export type Confusion = z.infer<typeof confusionSchema>;

export const metricsSchema = confusionSchema.extend({
  dice: z.number(),
  iou: z.number(),
  meanIou: z.number(),
  precision: z.number(),
  recall: z.number(),
  threshold: z.number(),
});
export type Metrics = z.infer<typeof metricsSchema>;

/** What `evaluate` reports, counted on the survey's own pixels. */
export const evaluationSchema = metricsSchema.extend({
  areaM2: z.object({ predicted: z.number(), truth: z.number() }),
  /** Outlines, single reefs, calibration: what else was counted in the same pass. Absent in evaluations from before it was kept. */
  detail: evaluationDetailSchema.optional(),
  /** At the threshold, of a model that tells classes apart. */
  byClass: classCountsSchema.optional(),
});
export type Evaluation = z.infer<typeof evaluationSchema>;

/** One line of a run's history. `lossTrain` is the mean since the last event. */
export const historyEventSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("step"),
    step: z.number(),
    epoch: z.number(),
    loss: z.number(),
    learningRate: z.number(),
    elapsedSeconds: z.number(),
  }),
  z.object({
    kind: z.literal("validation"),
    step: z.number(),
    epoch: z.number(),
    loss: z.number(),
    dice: z.number(),
    best: z.boolean(),
    elapsedSeconds: z.number(),
  }),
]);
export type HistoryEvent = z.infer<typeof historyEventSchema>;

/** An engine of prediction: its version, or why it cannot run on this computer. */
export const engineHereSchema = z.object({
  name: z.enum(["native", "native-bf16", "onnxruntime", "wasm"]),
  version: z.string().nullable(),
  why: z.string().nullable(),
});
export type EngineHere = z.infer<typeof engineHereSchema>;

export const backendSchema = z.object({
  kind: z.enum(["native-gpu", "native-cpu", "webgpu", "wasm"]),
  /** Shown to the user: "TensorFlow 2.21 on 2 threads". */
  description: z.string(),
  /** What a prediction may choose from; said by a worker. */
  engines: z.array(engineHereSchema).optional(),
});
export type Backend = z.infer<typeof backendSchema>;

/** Everything needed to use the model, and to train it again. */
export const modelCardSchema = z.object({
  format: z.literal("reefline-model/1"),
  name: z.string(),
  createdAt: z.iso.datetime(),
  architecture: architectureSchema,
  gsdMeters: z.number().positive(),
  /** Trained on images without a place on Earth: what is called metres is pixels. */
  unit: z.literal("pixels").optional(),
  bandNames: z.array(z.string()),
  /** Per band, from valid training pixels, in stretched 0–255 units: x ↦ (x − mean) / std. Nodata is filled with the mean. */
  normalization: z.object({ mean: z.array(z.number()), std: z.array(z.number()) }),
  unsharp: z.object({ radiusPx: z.number(), percent: z.number() }).nullable(),
  /** logit ↦ logit / temperature, fitted on validation. */
  temperature: z.number().positive(),
  /** Scores of classes are divided by it before their softmax; fitted on validation. */
  classTemperature: z.number().positive().default(1),
  threshold: z.number().min(0).max(1),
  positiveClass: z.string(),
  /** Classes of reef told apart, in the order of the head; empty: reef or not. */
  classes: classNamesSchema.default([]),
  config: trainConfigSchema,
  backend: backendSchema,
  trainedOn: z.array(
    z.object({
      surveyId: idSchema,
      surveyName: z.string(),
      imageVersion: z.string(),
      lastEditSeq: z.number(),
      labelCount: z.number(),
      examinedAreaM2: z.number(),
      labelAreaM2: z.number(),
    }),
  ),
  split: z.object({
    cellSizeMeters: z.number(),
    bufferMeters: z.number(),
    trainCells: z.number(),
    validationCells: z.number(),
    trainChips: z.number(),
    validationChips: z.number(),
    /** false when the ground was too small for a buffered split; said in the report. */
    buffered: z.boolean(),
    /** Photos were assigned whole, those of one group together: so many groups. */
    groupCount: z.number().optional(),
    /** The squares, in pixels of the model's grid; `source` counts `trainedOn`. For the picture in the report. */
    cells: z
      .array(
        z.object({
          source: z.number().int(),
          colOff: z.number().int(),
          rowOff: z.number().int(),
          sizePx: z.number().int(),
          heightPx: z.number().int().optional().describe("of photos, which are no squares"),
          role: z.enum(["train", "validation"]),
        }),
      )
      .optional(),
  }),
  epochs: z.number(),
  steps: z.number(),
  bestEpoch: z.number(),
  trainSeconds: z.number(),
  stoppedBecause: z.enum(["budget", "early-stopping", "user"]),
  validation: metricsSchema,
  /** On validation at the threshold, of a model that tells classes apart. */
  validationByClass: classCountsSchema.optional(),
  /** null when no held-out area was drawn. */
  heldOut: evaluationSchema.nullable(),
  /** The model that training went on from, and how it did on the same held-out areas. */
  trainedFrom: z
    .object({
      modelId: idSchema,
      modelName: z.string(),
      heldOut: evaluationSchema.nullable(),
      /** It may have learned from that ground: held-out areas were drawn or changed after it was trained. */
      mayHaveSeen: z.boolean(),
    })
    .optional(),
});
export type ModelCard = z.infer<typeof modelCardSchema>;

export const modelSchema = z.object({
  id: idSchema,
  runId: idSchema.nullable(),
  name: z.string(),
  createdAt: z.iso.datetime(),
  card: modelCardSchema,
});
export type Model = z.infer<typeof modelSchema>;

/** Why a run is there beside others. */
export const runPartSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("comparison"), comparisonId: idSchema, recipe: z.string().describe("its name in `recipes`") }),
  z.object({ kind: z.literal("check"), ofRunId: idSchema.describe("judges this run's recipe on ground left out in turn") }),
]);
export type RunPart = z.infer<typeof runPartSchema>;

export const runSchema = z.object({
  id: idSchema,
  name: z.string(),
  projectId: idSchema,
  surveyIds: z.array(idSchema),
  config: trainConfigSchema,
  jobId: idSchema,
  createdAt: z.iso.datetime(),
  modelId: idSchema.nullable(),
  /** null: it stands alone. */
  partOf: runPartSchema.nullable().default(null),
});
export type Run = z.infer<typeof runSchema>;

/** A validation chip as the user sees it during training; PNGs under /runs/<runId>/chips/<file>. */
export const sampleChipSchema = z.object({
  imageFile: z.string(),
  labelFile: z.string(),
  predictionFile: z.string().describe("greyscale probability"),
  widthPx: z.number(),
  heightPx: z.number(),
  epoch: z.number(),
  dice: z.number().nullable(),
});
export type SampleChip = z.infer<typeof sampleChipSchema>;
