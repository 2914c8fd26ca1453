import type { ModelCard } from "@reefline/schema/training";
import type { InferenceSession } from "onnxruntime-node";
import { exportOnnx } from "../exchange/onnxExport.ts";
import type { ModelValues } from "../modelFiles/modelFiles.ts";
import { networkOf } from "../network/networkOf.ts";
import type { EngineChoice } from "./engineChoice.ts";
import { loadOnnxRuntime, onnxRuntimeVersion } from "./onnxRuntimeLibrary.ts";
import type { Predictor } from "./predictor.ts";
import { requireWindowFits } from "./windowFits.ts";

/**
 * How a session runs on the processor. The arena keeps its buffers, with windows of one size the peak of one window, given back by
 * `release`. A memory pattern would plan them into one piece beside what the first window took: a fifth more memory, and not faster.
 */
export function sessionOptions(threads: number): InferenceSession.SessionOptions {
  return {
    executionProviders: ["cpu"],
    graphOptimizationLevel: "all",
    executionMode: "sequential",
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    enableCpuMemArena: true,
    enableMemPattern: false,
    logSeverityLevel: 3,
    // Threads that wait by spinning take the processor from those that read and write beside them.
    extra: { session: { intra_op: { allow_spinning: "0" } } },
  };
}

/**
 * The model on onnxruntime, by our own exporter.
 * @throws AppError "segmentation/no-onnxruntime"
 */
export async function makeOnnxPredictor(card: ModelCard, values: ModelValues, threads: number): Promise<Predictor> {
  const runtime = await loadOnnxRuntime();
  const session = await runtime.InferenceSession.create(exportOnnx(card, values, "engine"), sessionOptions(threads));
  const { strideMultiplePx, bandCount, channelCount } = networkOf(card.architecture);
  const engine: EngineChoice = { name: "onnxruntime", threads, version: onnxRuntimeVersion(runtime) };
  let allValid = new Uint8Array(0);
  return {
    card,
    strideMultiplePx,
    engine,
    async predict(pixels, widthPx, heightPx, batch, valid, into) {
      requireWindowFits({ pixels, widthPx, heightPx, batch, valid, bandCount, strideMultiplePx });
      const count = batch * heightPx * widthPx;
      if (!valid && allValid.length !== count) allValid = new Uint8Array(count).fill(1);
      const shape = [batch, 1, heightPx, widthPx];
      const answer = into?.length === channelCount * count ? into : new Float32Array(channelCount * count);
      const { probability } = await session.run(
        {
          pixels: new runtime.Tensor("uint8", pixels, [batch, heightPx, widthPx, bandCount]),
          valid: new runtime.Tensor("uint8", valid ?? allValid, shape),
        },
        { probability: new runtime.Tensor("float32", answer, channelCount === 1 ? shape : [channelCount, batch, heightPx, widthPx]) },
      );
      if (!probability || !(probability.data instanceof Float32Array)) throw new TypeError("onnxruntime gave no probability");
      return probability.data;
    },
    dispose: () => void session.release(),
  };
}
