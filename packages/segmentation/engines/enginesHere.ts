import type { EngineHere } from "@reefline/schema/training";
import { loadPredictionBackend, tensorflowEngine } from "../backends/backend.ts";
import { whyNoBf16 } from "../backends/bf16Support.ts";
import { loadOnnxRuntime, onnxRuntimeVersion } from "./onnxRuntimeLibrary.ts";

/** Every engine a prediction may run on, and why those that cannot are not here. Loads each library once; runs no model. */
export async function enginesHere(): Promise<EngineHere[]> {
  const { tf, passedOver } = await loadPredictionBackend();
  const tensorflow = tensorflowEngine(tf);
  const isNative = tensorflow.name === "native";
  const noNative = passedOver[0] ?? "Native TensorFlow is switched off.";
  const noBf16 = isNative ? whyNoBf16() : noNative;
  const onnxruntime = await loadOnnxRuntime().then(
    (runtime): EngineHere => ({ name: "onnxruntime", version: onnxRuntimeVersion(runtime), why: null }),
    (error: unknown): EngineHere => ({ name: "onnxruntime", version: null, why: error instanceof Error ? error.message : String(error) }),
  );
  return [
    isNative ? { name: "native", version: tensorflow.version, why: null } : { name: "native", version: null, why: noNative },
    noBf16 === null ? { name: "native-bf16", version: tensorflow.version, why: null } : { name: "native-bf16", version: null, why: noBf16 },
    onnxruntime,
    { name: "wasm", version: tf.version_core, why: null },
  ];
}
