/** Predicts for another process, on an engine that must not share a process with others. See predictorProcess.ts. */
import { isAppError } from "@reefline/schema/errors";
import { loadBackend, tensorflowEngine } from "../backends/backend.ts";
import { readModel } from "../modelFiles/modelFiles.ts";
import { engineMissing } from "./engineChoice.ts";
import { makeImportedPredictor } from "./importedPredictor.ts";
import { makePredictor, type Predictor } from "./predictor.ts";
import type { PredictorReply, PredictorRequest } from "./predictorMessages.ts";

let predictor: Predictor | null = null;

async function load({ modelDir, engine, threads }: Extract<PredictorRequest, { ask: "load" }>): Promise<PredictorReply> {
  const { card, values } = await readModel(modelDir);
  if (card.architecture.kind === "imported-onnx") {
    predictor = await makeImportedPredictor(modelDir, card, card.architecture, threads);
    return loaded(predictor);
  }
  // biome-ignore lint/style/noProcessEnv: not a setting of ours; TensorFlow's library takes it from there alone, when it loads
  if (engine === "native-bf16") process.env.TF_SET_ONEDNN_FPMATH_MODE = "BF16";
  const { tf, passedOver } = await loadBackend(engine === "wasm" ? "wasm" : "auto");
  const here = tensorflowEngine(tf);
  if (engine !== "wasm" && here.name !== "native") throw engineMissing(engine, passedOver[0] ?? "Native TensorFlow did not load.");
  predictor = makePredictor(tf, card, values, { ...here, name: engine });
  return loaded(predictor);
}

const loaded = ({ card, strideMultiplePx, engine }: Predictor): PredictorReply => ({ loaded: { card, strideMultiplePx, engine } });

async function answer(request: PredictorRequest): Promise<PredictorReply> {
  if (request.ask === "load") return load(request);
  if (!predictor) throw new RangeError("No model is loaded.");
  const { pixels, widthPx, heightPx, batch, valid } = request;
  return { probability: await predictor.predict(pixels, widthPx, heightPx, batch, valid ?? undefined) };
}

/** One at a time, so that replies come in the order of the requests. */
let before: Promise<unknown> = Promise.resolve();

process.on("message", (request: PredictorRequest) => {
  before = before
    .then(() => answer(request))
    .catch((error: unknown): PredictorReply => {
      const message = error instanceof Error ? error.message : String(error);
      return isAppError(error)
        ? { error: { kind: error.kind, code: error.code, message } }
        : { error: { kind: "internal", code: "segmentation/predictor", message } };
    })
    .then((reply) => process.send?.(reply));
});
process.on("disconnect", () => process.exit(0));
