import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { SurveyPlan } from "@reefline/inference/surveyPlan";
import { type InferredWindow, inferringHere, type WindowForm, type WindowInference, windowForm } from "@reefline/inference/windowInference";
import type { LoadedWindow } from "@reefline/inference/windowSource";
import { AppError, type AppErrorKind } from "@reefline/schema/errors";
import type { ModelCard } from "@reefline/schema/training";
import type { EngineChoice } from "@reefline/segmentation/engineChoice";
import { readModel } from "@reefline/segmentation/modelFiles";
import { loadPredictor } from "@reefline/segmentation/predictor";
import { memoryOf } from "./threadMemory.ts";

/** What a lane's thread is given. */
export interface LaneInput {
  readonly modelDir: string;
  /** With the threads of this lane alone. */
  readonly engine: EngineChoice;
}

export type LaneRequest =
  | { readonly window: LoadedWindow; readonly form: WindowForm; readonly spent: readonly Float32Array[] }
  | { readonly close: true };

/** One to each request, in their order; before them the model, or why there is none. */
export type LaneReply =
  | { readonly card: ModelCard; readonly strideMultiplePx: number }
  | { readonly inferred: InferredWindow }
  | { readonly error: { readonly kind: AppErrorKind; readonly code: string; readonly message: string } };

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
    giveBack: (planes) => void spent.push(...planes),
  };
}

/** One engine in a thread of its own. */
class Lane {
  readonly model: Promise<Extract<LaneReply, { card: unknown }>>;
  readonly #thread: Worker;
  readonly #ended: Promise<void>;
  readonly #asked: { resolve(reply: LaneReply): void; reject(error: unknown): void }[] = [];
  #broken: unknown = null;

  constructor(input: LaneInput) {
    this.#thread = new Worker(threadFile, { workerData: input });
    this.#thread.on("message", (reply: LaneReply) => {
      const asked = this.#asked.shift();
      if ("error" in reply) asked?.reject(new AppError(reply.error.kind, reply.error.code, reply.error.message));
      else asked?.resolve(reply);
    });
    const fail = (error: unknown): void => {
      this.#broken ??= error;
      for (const { reject } of this.#asked.splice(0)) reject(this.#broken);
    };
    this.#thread.on("error", fail);
    this.#ended = new Promise((resolve) => {
      this.#thread.on("exit", () => {
        fail(new AppError("internal", "prediction/engine", "The part that runs the model stopped. Try again."));
        resolve();
      });
    });
    this.model = this.#reply().then((reply) => {
      if (!("card" in reply)) throw unexpected();
      return reply;
    });
    this.model.catch(() => undefined);
  }

  /** Windows handed over that have not come back. */
  get waiting(): number {
    return this.#asked.length;
  }

  async infer(window: LoadedWindow, form: WindowForm, spent: readonly Float32Array[]): Promise<InferredWindow> {
    if (this.#broken) throw this.#broken;
    const answer = this.#reply();
    const memory = memoryOf([window.pixels, window.valid, window.keep, ...spent]);
    this.#thread.postMessage({ window, form, spent } satisfies LaneRequest, memory);
    const reply = await answer;
    if (!("inferred" in reply)) throw unexpected();
    return reply.inferred;
  }

  /** Lets what was asked be computed first. May be called again. */
  async close(): Promise<void> {
    this.#thread.postMessage({ close: true } satisfies LaneRequest);
    await this.#ended;
  }

  #reply(): Promise<LaneReply> {
    return new Promise((resolve, reject) => this.#asked.push({ resolve, reject }));
  }
}

const unexpected = (): AppError => new AppError("internal", "prediction/engine", "The part that runs the model gave an unexpected answer.");
