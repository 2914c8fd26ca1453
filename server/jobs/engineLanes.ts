import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { SurveyPlan } from "@reefline/inference/surveyPlan";
import { type InferredWindow, inferringHere, type WindowForm, type WindowInference, windowForm } from "@reefline/inference/windowInference";
import type { LoadedWindow } from "@reefline/inference/windowSource";
import { AppError } from "@reefline/schema/errors";
import type { ModelCard } from "@reefline/schema/training";
import type { EngineChoice } from "@reefline/segmentation/engines/engineChoice";
import { loadPredictor } from "@reefline/segmentation/engines/predictor";
import { readModel } from "@reefline/segmentation/modelFiles/modelFiles";
import { AskedThread } from "./askedThread.ts";
import { memoryOf } from "./threadMemory.ts";

/** What a lane's thread is given. */
export interface LaneInput {
  readonly modelDir: string;
  /** With the threads of this lane alone. */
  readonly engine: EngineChoice;
}

export type LaneQuestion = "model" | { readonly window: LoadedWindow; readonly form: WindowForm; readonly spent: readonly Float32Array[] };

interface LaneModel {
  readonly card: ModelCard;
  readonly strideMultiplePx: number;
}

export type LaneAnswer = LaneModel | { readonly inferred: InferredWindow };

/** A model in memory, ready for the windows of a prediction. */
export interface OpenEngine {
  readonly card: ModelCard;
  readonly strideMultiplePx: number;
  readonly engine: EngineChoice;
  inference(plan: SurveyPlan): WindowInference;
  close(): Promise<void>;
}

const threadFile = new URL("./engineLane.thread.js", import.meta.url);

/**
 * Threads of each lane. Two windows at once on half the threads each keep all cores at work: within one window threads wait for each other
 * at the end of every layer, by spinning, and all the longer when another program has one of their cores. A third lane would take the
 * memory of a third window for nothing.
 */
function laneThreads({ name, threads }: EngineChoice): number[] | null {
  if (name !== "onnxruntime") return null;
  return threads % 2 === 0 ? [threads / 2, threads / 2] : [threads];
}

/**
 * Loads a model for a prediction: on onnxruntime in threads of its own, so that this one is free to blend, to write and to renew leases;
 * on another engine, or run from sources, where the thread is not bundled, as `loadPredictor` does.
 * @throws AppError as `loadPredictor` does
 */
export async function openEngine(modelDir: string, engine: EngineChoice): Promise<OpenEngine> {
  const perLane = laneThreads(engine);
  const isImported = (await readModel(modelDir)).card.architecture.kind === "imported-onnx";
  if (!perLane || isImported || !existsSync(fileURLToPath(threadFile))) {
    const predictor = await loadPredictor(modelDir, { engine });
    const { card, strideMultiplePx } = predictor;
    const close = async (): Promise<void> => predictor.dispose();
    return { card, strideMultiplePx, engine: predictor.engine, inference: (plan) => inferringHere(predictor, plan), close };
  }
  const lanes = perLane.map((threads) => new Lane({ modelDir, engine: { ...engine, threads } }));
  const close = async (): Promise<void> => void (await Promise.all(lanes.map((lane) => lane.close())));
  try {
    const [model] = await Promise.all(lanes.map(({ model }) => model));
    if (!model) throw new RangeError("an engine has at least one lane");
    return { ...model, engine, inference: (plan) => inferringIn(lanes, windowForm(plan)), close };
  } catch (error) {
    await close();
    throw error;
  }
}

function inferringIn(lanes: readonly Lane[], form: WindowForm): WindowInference {
  const spent: Float32Array[] = [];
  return {
    // One waits at every lane while another is computed; eight orientations take so long that a pause before them is nothing, and whoever
    // cancels waits for what was begun.
    atOnce: form.testTimeAugmentation ? lanes.length : 2 * lanes.length,
    infer: (window) => {
      const idlest = lanes.reduce((best, lane) => (lane.waiting < best.waiting ? lane : best));
      return idlest.infer(window, form, spent.splice(0));
    },
    giveBack: (planes) => void spent.push(planes),
  };
}

/** One engine in a thread of its own. */
class Lane {
  readonly model: Promise<LaneModel>;
  readonly #thread: AskedThread<LaneQuestion, LaneAnswer>;

  constructor(input: LaneInput) {
    const stopped = { code: "prediction/engine", message: "The part that runs the model stopped. Try again." };
    this.#thread = new AskedThread(threadFile, input, stopped);
    this.model = this.#thread.ask("model").then((answer) => {
      if (!("card" in answer)) throw unexpected();
      return answer;
    });
    this.model.catch(() => undefined);
  }

  /** Windows handed over that have not come back. */
  get waiting(): number {
    return this.#thread.waiting;
  }

  async infer(window: LoadedWindow, form: WindowForm, spent: readonly Float32Array[]): Promise<InferredWindow> {
    const memory = memoryOf([window.pixels, window.valid, window.keep, ...spent]);
    const answer = await this.#thread.ask({ window, form, spent }, memory);
    if (!("inferred" in answer)) throw unexpected();
    return answer.inferred;
  }

  /** Lets what was asked be computed first. May be called again. */
  async close(): Promise<void> {
    this.#thread.tell("close");
    await this.#thread.ended;
  }
}

const unexpected = (): AppError => new AppError("internal", "prediction/engine", "The part that runs the model gave an unexpected answer.");
