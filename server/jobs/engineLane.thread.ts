/** Computes windows for a prediction, one after the other, beside other lanes. See engineLanes.ts. */
import { parentPort, workerData } from "node:worker_threads";
import { inferWindow } from "@reefline/inference/windowInference";
import { loadPredictor } from "@reefline/segmentation/engines/predictor";
import { answerInTurn } from "./answeringThread.ts";
import type { LaneAnswer, LaneInput, LaneQuestion } from "./engineLanes.ts";
import { memoryOf } from "./threadMemory.ts";

const { modelDir, engine }: LaneInput = workerData;
const spent: Float32Array[] = [];

const opened = loadPredictor(modelDir, { engine });
opened.catch(() => undefined);

answerInTurn<LaneQuestion, LaneAnswer, "close">(
  async (question) => {
    const predictor = await opened;
    if (question === "model") return { answer: { card: predictor.card, strideMultiplePx: predictor.strideMultiplePx }, memory: [] };
    const { window, form } = question;
    spent.push(...question.spent);
    const planes = await inferWindow(predictor, form, window, spent);
    return { answer: { inferred: { window, planes } }, memory: memoryOf([window.pixels, window.valid, window.keep, planes]) };
  },
  (_close, whenAnswered) =>
    void whenAnswered
      .then(() => opened)
      .then((predictor) => predictor.dispose())
      .catch(() => undefined)
      .then(() => parentPort?.close()),
);
