import { fork } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { AppError } from "@reefline/schema/errors";
import type { DeclaredOnnx } from "./importedOnnx.ts";

export interface TrialRequest {
  readonly path: string;
  readonly declared: DeclaredOnnx;
  readonly bandCount: number;
  readonly windows: readonly { readonly widthPx: number; readonly heightPx: number }[];
}

export type TrialReply =
  | { readonly answers: readonly { readonly shape: number[]; readonly data: Float32Array }[] }
  | { readonly error: string };

export interface TrialLimits {
  readonly seconds: number;
  /** Resident memory, watched where the system tells (Linux). */
  readonly megabytes: number;
}

const program = new URL("./onnxTrial.child.js", import.meta.url);

/**
 * Runs an ONNX file that nobody vouches for, in a process of its own with a limit on time and memory.
 * @throws AppError "onnx/run" when it cannot be run, "onnx/too-slow", "onnx/too-large", "onnx/crashed"
 */
export function tryOnnx(request: TrialRequest, { seconds, megabytes }: TrialLimits): Promise<Extract<TrialReply, { answers: unknown }>> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(program), [], {
      execArgv: [],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      clearInterval(watch);
      child.removeAllListeners();
      child.on("error", () => {});
      child.kill("SIGKILL");
      settle();
    };
    const fail = (kind: "limit" | "bad-input", code: string, message: string): void =>
      finish(() => reject(new AppError(kind, `onnx/${code}`, message)));
    const timer = setTimeout(
      () => fail("limit", "too-slow", `This model did not answer for one small window within ${seconds} seconds.`),
      seconds * 1000,
    );
    const watch = setInterval(async () => {
      const pages = Number((await readFile(`/proc/${child.pid}/statm`, "utf8").catch(() => "")).split(" ")[1]);
      if (pages * 4096 > megabytes * 1e6) {
        fail(
          "limit",
          "too-large",
          `This model needs more than ${megabytes} MB of memory for one small window, which is more than is allowed.`,
        );
      }
    }, 100);
    child.once("message", (reply: TrialReply) => {
      if ("error" in reply) fail("bad-input", "run", `onnxruntime cannot run this model: ${reply.error}`);
      else finish(() => resolve(reply));
    });
    child.once("error", () => fail("bad-input", "crashed", "The program that tries models could not be started."));
    child.once("exit", () =>
      fail("bad-input", "crashed", "This model crashed onnxruntime. Export it again, with another opset if it can be."),
    );
    child.send(request);
  });
}
