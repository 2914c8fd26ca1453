import { type ChildProcess, fork, spawn } from "node:child_process";
import { join } from "node:path";
import { createTRPCClient, httpLink } from "@trpc/client";
import { bundle } from "../../bin/bundle.mjs";
import type { AppRouter } from "../../server/routers/appRouter.ts";

const { folder } = await bundle();

/** Short leases and a quick look at the queue, so that tests of crashes do not wait. */
const quick = { REEFLINE_LEASE_SECONDS: "2", REEFLINE_POLL_SECONDS: "0.05", TF_CPP_MIN_LOG_LEVEL: "2" };

export interface RunningServer {
  readonly process: ChildProcess;
  readonly url: string;
  readonly port: number;
  readonly api: ReturnType<typeof apiAt>;
  stop(): Promise<void>;
  /** As a power cut would: no handler runs. */
  kill(): Promise<void>;
}

export function apiAt(url: string) {
  return createTRPCClient<AppRouter>({ links: [httpLink({ url: `${url}/api/trpc` })] });
}

export function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once("exit", (code) => resolve(code)));
}

async function endBy(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  child.kill(signal);
  await ended(child);
}

/** The bundled server as a process of its own. Rejects with its last words when it does not come up. */
export function startServer(dataDir: string, env: Record<string, string> = {}): Promise<RunningServer> {
  const child = fork(join(folder, "server.js"), [], {
    env: { ...process.env, ...quick, NODE_ENV: "production", REEFLINE_DATA: dataDir, REEFLINE_PORT: "0", ...env },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let words = "";
  child.stderr?.on("data", (data) => {
    words += data;
  });
  return new Promise((resolve, reject) => {
    child.once("exit", () => reject(new Error(words)));
    child.on("message", (message: { kind: string; url: string }) => {
      if (message.kind !== "listening") return;
      child.removeAllListeners("exit");
      resolve({
        process: child,
        url: message.url,
        port: Number(new URL(message.url).port),
        api: apiAt(message.url),
        stop: () => endBy(child, "SIGTERM"),
        kill: () => endBy(child, "SIGKILL"),
      });
    });
  });
}

export interface RunningWorker {
  readonly process: ChildProcess;
  stop(): Promise<void>;
  kill(): Promise<void>;
}

export function startWorker(dataDir: string, args: string[] = [], env: Record<string, string> = {}): RunningWorker {
  const child = fork(join(folder, "worker.js"), args, {
    env: { ...process.env, ...quick, REEFLINE_DATA: dataDir, ...env },
    stdio: ["ignore", "ignore", process.env.REEFLINE_TEST_LOG ? "inherit" : "ignore", "ipc"],
  });
  return { process: child, stop: () => endBy(child, "SIGTERM"), kill: () => endBy(child, "SIGKILL") };
}

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The bundled command line as a process of its own. */
export function reefline(args: string[], env: Record<string, string> = {}): Promise<CliResult> {
  const child = spawn(process.execPath, [join(folder, "cli.js"), ...args], { env: { ...process.env, ...quick, ...env } });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (data) => {
    stdout += data;
  });
  child.stderr.on("data", (data) => {
    stderr += data;
  });
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, stdout, stderr })));
}

/** Polls until `probe` gives something, or fails loudly. */
export async function until<T>(what: string, probe: () => Promise<T | null | undefined | false>, seconds = 60): Promise<T> {
  const deadline = Date.now() + seconds * 1_000;
  for (;;) {
    const found = await probe();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`${what} did not happen within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
