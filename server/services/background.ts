import type { ChildProcess } from "node:child_process";
import { AppError } from "@reefline/schema/errors";
import { type Evaluation, evaluationSchema } from "@reefline/schema/training";
import { z } from "zod";
import { forkSibling } from "../siblings.ts";

const replySchema = z.object({
  id: z.number(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  evaluation: evaluationSchema.nullable(),
});

/** Work on predictions outside the server's own process, so that tiles and saves stay fast. */
export interface Background {
  trace(predictionId: string, threshold: number): Promise<void>;
  evaluate(predictionId: string, threshold: number): Promise<Evaluation | null>;
  stop(): void;
}

/** A child process, started at the first request and again after it has ended. */
export function backgroundChild(dataDir: string): Background {
  let child: ChildProcess | null = null;
  let nextId = 1;

  const start = (): ChildProcess => {
    const started = forkSibling("background.child", { env: { REEFLINE_DATA: dataDir } });
    started.setMaxListeners(0);
    started.once("exit", () => {
      if (child === started) child = null;
    });
    return started;
  };

  const ask = (what: "trace" | "evaluate", predictionId: string, threshold: number): Promise<Evaluation | null> =>
    new Promise((resolve, reject) => {
      child ??= start();
      const mine = child;
      const id = nextId++;
      const finish = (settle: () => void) => {
        mine.off("message", onMessage);
        mine.off("exit", onExit);
        settle();
      };
      const onMessage = (message: unknown) => {
        const reply = replySchema.safeParse(message);
        if (!reply.success || reply.data.id !== id) return;
        const { error, evaluation } = reply.data;
        finish(() => (error ? reject(new AppError("unavailable", error.code, error.message)) : resolve(evaluation)));
      };
      const onExit = () =>
        finish(() =>
          reject(
            new AppError("unavailable", "prediction/background-crashed", "This stopped unexpectedly. Move the threshold to try again."),
          ),
        );
      mine.on("message", onMessage);
      mine.on("exit", onExit);
      mine.send({ id, what, predictionId, threshold });
    });

  return {
    trace: async (predictionId, threshold) => {
      await ask("trace", predictionId, threshold);
    },
    evaluate: (predictionId, threshold) => ask("evaluate", predictionId, threshold),
    stop: () => child?.kill(),
  };
}
