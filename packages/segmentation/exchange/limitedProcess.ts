import { fork } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { AppError } from "@reefline/schema/errors";

export interface ProcessLimits {
  readonly seconds: number;
  /** Resident memory, watched where the system tells (Linux). */
  readonly megabytes: number;
}

/** What is said when the process does not answer as it should. */
export interface ProcessRefusals {
  readonly tooSlow: AppError;
  readonly tooLarge: AppError;
  readonly crashed: AppError;
}

/**
 * Sends one request to a process of its own and waits for one reply: for files that nobody vouches for. The process is ended either way.
 * @param program a bundle that answers `process.once("message")` with `process.send`
 */
export function askLimitedProcess<Request extends object, Reply>(
  program: URL,
  request: Request,
  { seconds, megabytes }: ProcessLimits,
  refusals: ProcessRefusals,
): Promise<Reply> {
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
    const fail = (error: AppError): void => finish(() => reject(error));
    const timer = setTimeout(() => fail(refusals.tooSlow), seconds * 1000);
    const watch = setInterval(async () => {
      const pages = Number((await readFile(`/proc/${child.pid}/statm`, "utf8").catch(() => "")).split(" ")[1]);
      if (pages * 4096 > megabytes * 1e6) fail(refusals.tooLarge);
    }, 100);
    child.once("message", (reply: Reply) => finish(() => resolve(reply)));
    child.once("error", () => fail(refusals.crashed));
    child.once("exit", () => fail(refusals.crashed));
    child.send(request);
  });
}
