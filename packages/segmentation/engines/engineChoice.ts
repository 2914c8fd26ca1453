import { AppError } from "@reefline/schema/errors";
import type { PinnedEngine } from "@reefline/schema/prediction";

/** What a network is run with, on how many threads, and which version: answers are the same bytes as long as all three are. */
export type EngineChoice = PinnedEngine;

export type EngineName = EngineChoice["name"];

/** For people. */
export const engineTitles: Readonly<Record<EngineName, string>> = {
  native: "native TensorFlow",
  "native-bf16": "native TensorFlow, 16-bit products",
  onnxruntime: "onnxruntime",
  wasm: "WebAssembly",
};

/** @param why a sentence, which is in the details by itself */
export function engineMissing(name: EngineName, why: string): AppError {
  return new AppError(
    "unavailable",
    "segmentation/engine-missing",
    `The engine "${name}" cannot run on this computer: ${why} Choose another engine, or "auto".`,
    { why },
  );
}
