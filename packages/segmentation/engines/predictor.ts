import { availableParallelism } from "node:os";
import { AppError } from "@reefline/schema/errors";
import type { ModelCard } from "@reefline/schema/training";
import { loadPredictionBackend, type Tf, tensorflowEngine } from "../backends/backend.ts";
import { whyNoBf16 } from "../backends/bf16Support.ts";
import { type ModelValues, readModel } from "../modelFiles/modelFiles.ts";
import { makeFoldedNetwork } from "../network/foldedNetwork.ts";
import { networkOf } from "../network/networkOf.ts";
import { normalizePixels } from "../network/normalize.ts";
import { probabilityPlanes } from "../network/probabilityPlanes.ts";
import { type EngineChoice, engineMissing } from "./engineChoice.ts";
import { makeOnnxPredictor } from "./onnxPredictor.ts";
import { startPredictorProcess } from "./predictorProcess.ts";
import { requireWindowFits } from "./windowFits.ts";

/** A model that is ready to predict. */
export interface Predictor {
  readonly card: ModelCard;
  /** Width and height of every window must be a multiple of this. */
  readonly strideMultiplePx: number;
  /** What it runs on. */
  readonly engine: EngineChoice;
  /**
   * Calibrated probability of reef per pixel, length batch · heightPx · widthPx; of a model that tells classes apart it is followed by one
   * such plane for each class, in the order of the card: probability of reef of that class.
   * @param pixels bytes on the model's grid, bands interleaved, windows one after the other
   * @param valid 1 where a pixel holds a measurement; pixels without one are filled as in training. Left out: all are valid
   * @param into memory of the answer's length that an engine may use for it instead of new memory
   * @throws AppError "segmentation/window-size" when the sizes do not fit the network or the array
   */
  predict(
    pixels: Uint8Array,
    widthPx: number,
    heightPx: number,
    batch: number,
    valid?: Uint8Array,
    into?: Float32Array,
  ): Promise<Float32Array>;
  dispose(): void;
}

/** The model on TensorFlow.js, on the backend that `tf` has at present. */
export function makePredictor(tf: Tf, card: ModelCard, values: ModelValues, engine: EngineChoice = tensorflowEngine(tf)): Predictor {
  const plan = networkOf(card.architecture);
  const { strideMultiplePx, bandCount } = plan;
  const network = makeFoldedNetwork(tf, plan, values, card);
  let input = new Float32Array(0);
  return {
    card,
    strideMultiplePx,
    engine,
    async predict(pixels, widthPx, heightPx, batch, valid) {
      requireWindowFits({ pixels, widthPx, heightPx, batch, valid, bandCount, strideMultiplePx });
      // Copied by TensorFlow before this call first waits, so that the next call may use it again.
      if (input.length !== pixels.length) input = new Float32Array(pixels.length);
      normalizePixels(pixels, valid ?? null, card.normalization, input);
      const probability = tf.tidy(() => probabilityPlanes(tf, network.logits(tf.tensor4d(input, [batch, heightPx, widthPx, bandCount]))));
      const result = await probability.data<"float32">();
      probability.dispose();
      return result;
    },
    dispose: () => network.dispose(),
  };
}

/**
 * Reads the model in `modelDir` and makes it ready on `engine`; when left out, on TensorFlow.js' best backend, or on `tf`.
 * @throws AppError "segmentation/engine-missing" when that engine is not here or has another version, and what `readModel` throws
 */
export async function loadPredictor(modelDir: string, options: { tf?: Tf; engine?: EngineChoice } = {}): Promise<Predictor> {
  const { engine } = options;
  const { card, values } = await readModel(modelDir);
  if (options.tf && !engine) return makePredictor(options.tf, card, values);
  const predictor = await startEngine(modelDir, card, values, engine ?? null);
  if (engine && predictor.engine.version !== engine.version) {
    predictor.dispose();
    throw new AppError(
      "unavailable",
      "segmentation/engine-missing",
      `This prediction was begun with ${engine.name} ${engine.version}, and here is ${predictor.engine.version}, which may round differently. Start the prediction again.`,
    );
  }
  return predictor;
}

/**
 * `loadPredictor` for a model that has been read, on an engine of whatever version is here.
 * @param engine null: TensorFlow.js' best backend
 * @throws AppError "segmentation/engine-missing" when that engine is not here
 */
export async function startEngine(
  modelDir: string,
  card: ModelCard,
  values: ModelValues,
  engine: Pick<EngineChoice, "name" | "threads"> | null,
): Promise<Predictor> {
  if (card.architecture.kind === "imported-onnx") {
    if (engine && engine.name !== "onnxruntime") throw engineMissing(engine.name, "An imported ONNX file runs on onnxruntime alone.");
    return startPredictorProcess(modelDir, "onnxruntime", engine?.threads ?? availableParallelism());
  }
  if (engine?.name === "onnxruntime") return makeOnnxPredictor(card, values, engine.threads);
  const { tf, passedOver } = await loadPredictionBackend();
  const here = tensorflowEngine(tf);
  if (!engine || here.name === engine.name) return makePredictor(tf, card, values, here);
  if (engine.name === "native-bf16") {
    const why = here.name === "native" ? whyNoBf16() : (passedOver[0] ?? "Native TensorFlow is switched off.");
    if (why) throw engineMissing(engine.name, why);
  }
  if (engine.name === "native") throw engineMissing(engine.name, passedOver[0] ?? "Native TensorFlow is switched off.");
  return startPredictorProcess(modelDir, engine.name, engine.threads);
}
