import { fork } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { AppError, type AppErrorKind } from "@reefline/schema/errors";
import { type ChooseEngineOptions, type ChosenEngine, chooseEngine } from "./chooseEngine.ts";

/** What the test's process is given. */
export interface EngineTestRequest {
  readonly modelDir: string;
  readonly options: Omit<ChooseEngineOptions, "signal">;
}

export type EngineTestReply =
  | { readonly chosen: ChosenEngine }
  | { readonly error: { readonly kind: AppErrorKind; readonly code: string; readonly message: string } };

const program = fileURLToPath(new URL("./engineTest.child.js", import.meta.url));

/**
 * `chooseEngine` in a process of its own: the libraries and the memory of the engines that lose are gone with it, and only the one that is
 * chosen is loaded by whoever predicts. Run from sources, where that process is not bundled, the test is made in place.
 * @throws AppError as `chooseEngine` does, and "segmentation/engine-test" when the process dies
 */
export async function testEngines(modelDir: string, { signal, ...options }: ChooseEngineOptions): Promise<ChosenEngine> {
  if (!existsSync(program)) return chooseEngine(modelDir, { ...options, signal });
  const child = fork(program, [], { execArgv: [], serialization: "advanced", stdio: ["ignore", 2, 2, "ipc"] });
  const stop = (): void => void child.kill("SIGKILL");
  signal?.addEventListener("abort", stop);
  try {
    const reply = await new Promise<EngineTestReply>((resolve, reject) => {
      const ended = (how: string): void =>
        reject(
          signal?.aborted
            ? new AppError("cancelled", "segmentation/cancelled", "The test of engines was cancelled.")
            : new AppError(
                "unavailable",
                "segmentation/engine-test",
                `The test of engines ended early (${how}). Try again, or choose an engine.`,
              ),
        );
      child.once("message", resolve);
      child.once("error", (error) => ended(error.message));
      child.once("exit", (code, by) => ended(by ?? `exit code ${code}`));
      if (signal?.aborted) stop();
      else child.send({ modelDir, options } satisfies EngineTestRequest);
    });
    if ("error" in reply) throw new AppError(reply.error.kind, reply.error.code, reply.error.message);
    return reply.chosen;
  } finally {
    signal?.removeEventListener("abort", stop);
    stop();
  }
}
