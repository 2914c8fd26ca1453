import { AppError } from "@reefline/schema/errors";
import type { KerasFamilyModel } from "./kerasFamily.ts";
import type { ConvertedKeras } from "./kerasOnnx.ts";
import { askLimitedProcess, type ProcessLimits } from "./limitedProcess.ts";

export interface KerasRequest {
  readonly path: string;
}

/** A whole model, as ONNX; or weights alone, of a network of ours. */
export type KerasModel = ({ readonly kind: "graph" } & ConvertedKeras) | ({ readonly kind: "weights" } & KerasFamilyModel);

export type KerasReply = { readonly read: KerasModel } | { readonly refused: Pick<AppError, "kind" | "code" | "message"> };

const program = new URL("./kerasRead.child.js", import.meta.url);

/**
 * Reads a Keras file in a process of its own with a limit on time and memory.
 * @throws AppError "keras/…" with what is wrong and what to do
 */
export async function readKerasModel(path: string, limits: ProcessLimits): Promise<KerasModel> {
  const { seconds, megabytes } = limits;
  const reply = await askLimitedProcess<KerasRequest, KerasReply>(program, { path }, limits, {
    tooSlow: new AppError("limit", "keras/too-slow", `This Keras file could not be read within ${seconds} seconds.`),
    tooLarge: new AppError("limit", "keras/too-large", `This Keras file needs more than ${megabytes} MB of memory to be read.`),
    crashed: new AppError(
      "bad-input",
      "keras/not-keras",
      "This file is damaged in a way that stops the HDF5 library. Save the model again.",
    ),
  });
  if ("refused" in reply) throw new AppError(reply.refused.kind, reply.refused.code, reply.refused.message);
  return reply.read;
}
