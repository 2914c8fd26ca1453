import { z } from "zod";

/** What a person says of a model's file when taking it in; null or absent: as the file has it. */
export const modelImportSchema = z.object({
  name: z.string().trim().min(1).max(120).nullable(),
  gsdMeters: z.number().positive().max(10_000).nullable().describe("ground size of the pixels the model was made for"),
  bandNames: z.array(z.string().trim().min(1).max(100)).min(1).max(64).nullable().describe("absent: red, green, blue"),
  scale: z
    .union([z.literal(1), z.literal(255)])
    .nullable()
    .describe("what a byte is divided by before it goes in"),
  mean: z.array(z.number()).max(64).optional().describe("per band, of what goes in after scaling: (x − mean) / std"),
  std: z.array(z.number()).max(64).optional(),
  unsharp: z.boolean().optional().describe("the model was made for images sharpened by the course's unsharp mask"),
  threshold: z.number().min(0).max(1).optional(),
  positiveClass: z.string().trim().min(1).max(60).optional(),
  channel: z.number().int().min(0).max(10_000).optional().describe("which of its channels is reef, counted from 0"),
  channelNames: z.array(z.string().trim().min(1).max(60)).min(1).max(10_000).optional().describe("what its channels are, in order"),
  values: z.enum(["probability", "logit", "softmax"]).optional().describe("what its numbers are; absent: seen from what it answers"),
});
export type ModelImport = z.infer<typeof modelImportSchema>;

/** What a file of a model says of itself, before it is taken in; null where it is silent. */
export const modelFileLookSchema = z.object({
  kind: z.enum(["onnx", "keras", "reefline"]),
  name: z.string().describe("what it would be called"),
  gsdMeters: z.number().nullable(),
  bandNames: z.array(z.string()).nullable(),
  bandCount: z.number().nullable(),
  scale: z.union([z.literal(1), z.literal(255)]).nullable(),
  threshold: z.number().nullable(),
  positiveClass: z.string().nullable(),
  channelNames: z.array(z.string()).nullable(),
  unsharp: z.boolean(),
  dice: z.number().nullable().describe("of a model that a Reefline trained, on its held-out or else its validation ground"),
});
export type ModelFileLook = z.infer<typeof modelFileLookSchema>;
