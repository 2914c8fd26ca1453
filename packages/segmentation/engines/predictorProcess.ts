import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { AppError } from "@reefline/schema/errors";
import type { EngineName } from "./engineChoice.ts";
import type { Predictor } from "./predictor.ts";
import type { PredictorReply, PredictorRequest } from "./predictorMessages.ts";

const program = new URL("./predictor.child.js", import.meta.url);

/**
 * A predictor in a process of its own, for what cannot share one: TensorFlow takes the precision of its products once, when its library
 * loads; one process has one backend; an imported file may crash what runs it.
 * @throws AppError "segmentation/engine-missing" when the engine is not here, "segmentation/predictor-ended" when the process dies
 */
export async function startPredictorProcess(modelDir: string, engine: EngineName, threads: number): Promise<Predictor> {
  const child = fork(fileURLToPath(program), [], { execArgv: [], serialization: "advanced", stdio: ["ignore", 2, 2, "ipc"] });
  const waiting: { resolve: (reply: PredictorReply) => void; reject: (error: Error) => void }[] = [];
  let ended: AppError | null = null;
  const end = (how: string): void => {
    ended ??= new AppError(
      "unavailable",
      "segmentation/predictor-ended",
      `The process that ran the model on ${engine} ended (${how}). Try again.`,
    );
    for (const { reject } of waiting.splice(0)) reject(ended);
  };
  child.on("message", (reply: PredictorReply) => waiting.shift()?.resolve(reply));
  child.once("error", (error) => end(error.message));
  child.once("exit", (code, signal) => end(signal ?? `exit code ${code}`));
  const ask = async (request: PredictorRequest): Promise<Exclude<PredictorReply, { error: unknown }>> => {
    if (ended) throw ended;
    const reply = await new Promise<PredictorReply>((resolve, reject) => {
      waiting.push({ resolve, reject });
      child.send(request, (error) => {
        if (error) end(error.message);
      });
    });
    if ("error" in reply) throw new AppError(reply.error.kind, reply.error.code, reply.error.message);
    return reply;
  };
  const unexpected = () => new AppError("internal", "segmentation/predictor", "The process that runs the model gave an unexpected answer.");
  try {
    const reply = await ask({ ask: "load", modelDir, engine, threads });
    if (!("loaded" in reply)) throw unexpected();
    return {
      ...reply.loaded,
      async predict(pixels, widthPx, heightPx, batch, valid) {
        const answer = await ask({ ask: "predict", pixels, widthPx, heightPx, batch, valid: valid ?? null });
        if (!("probability" in answer)) throw unexpected();
        return answer.probability;
      },
      dispose: () => {
        if (child.connected) child.disconnect();
      },
    };
  } catch (error) {
    if (child.connected) child.disconnect();
    throw error;
  }
}
