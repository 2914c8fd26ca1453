import { type ChildProcess, fork } from "node:child_process";
import { constants, setPriority } from "node:os";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { readableLogLine } from "./readableLog.ts";

/** One of the processes: what it is called, its bundle, whether it gives way to everything else on the machine. */
type Part = { name: string; bundle: string; gentle: boolean };

const serverBundle = fileURLToPath(new URL("./server.js", import.meta.url));
const workerBundle = fileURLToPath(new URL("./worker.js", import.meta.url));

function partsWith(workers: number): Part[] {
  return [
    { name: "web server", bundle: serverBundle, gentle: false },
    ...Array.from({ length: workers }, (_, i) => ({ name: i === 0 ? "worker" : `worker ${i + 1}`, bundle: workerBundle, gentle: true })),
  ];
}

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** A part that ran this long is healthy: its next crash counts as the first. */
const HEALTHY_MS = 60_000;
/** How long a part may take to end when asked. */
const GRACE_MS = 10_000;

export type Supervision = {
  env: NodeJS.ProcessEnv;
  /** Worker processes; one when left out. They share the swaths of a prediction. */
  workers?: number;
  say: (message: string) => void;
  onListening: (url: string) => void;
};

function isListening(message: unknown): message is { kind: "listening"; url: string } {
  return typeof message === "object" && message !== null && "kind" in message && message.kind === "listening" && "url" in message;
}

/** How long to wait before the start after `crashes` crashes in a row: 1, 2, 4 … 30 s. */
export function pauseAfter(crashes: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (crashes - 1));
}

/**
 * Runs web server and workers until SIGINT or SIGTERM and gives back the exit code. A part that dies is started again; a web server
 * that ends before it ever listened (the data folder is in use, say) has told why and ends everything.
 */
export function supervise({ env, workers = 1, say, onListening }: Supervision): Promise<number> {
  return new Promise((resolve) => {
    const running = new Map<Part, ChildProcess>();
    const pauses = new Set<NodeJS.Timeout>();
    let hasListened = false;
    let stopping = false;
    let exitCode = 0;

    const finishWhenEmpty = () => {
      if (stopping && running.size === 0) resolve(exitCode);
    };

    const stop = (code: number) => {
      if (stopping) return;
      stopping = true;
      exitCode = code;
      for (const pause of pauses) clearTimeout(pause);
      for (const child of running.values()) child.kill("SIGTERM");
      setTimeout(() => {
        for (const [part, child] of running) {
          say(`The ${part.name} did not end within ${GRACE_MS / 1000} s and is stopped by force; its work goes on at the next start.`);
          child.kill("SIGKILL");
        }
      }, GRACE_MS).unref();
      finishWhenEmpty();
    };

    const start = (part: Part, crashes: number) => {
      const startedAt = Date.now();
      // Both parts log to stderr; what libraries say on stdout is chatter.
      const child = fork(part.bundle, [], { env: { ...env, REEFLINE_SUPERVISED: "yes" }, stdio: ["ignore", "ignore", "pipe", "ipc"] });
      if (child.stderr !== null) createInterface({ input: child.stderr }).on("line", (line) => say(readableLogLine(line)));
      running.set(part, child);
      if (part.gentle && child.pid !== undefined) {
        try {
          setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
        } catch {
          // Not permitted in some containers; everything works, only less politely.
        }
      }
      child.on("message", (message) => {
        if (!isListening(message)) return;
        if (hasListened) return;
        hasListened = true;
        // After a crash the open pages look for it at the same address.
        env.REEFLINE_PORT = new URL(message.url).port;
        onListening(message.url);
      });
      child.on("error", (error) => say(`The ${part.name} could not be started: ${error.message}`));
      child.on("exit", (code, signal) => {
        running.delete(part);
        if (stopping) {
          finishWhenEmpty();
          return;
        }
        const how = signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
        if (part.name === "web server" && !hasListened) {
          stop(code ?? 1);
          return;
        }
        // A worker that has trained makes room for a fresh one.
        if (part.gentle && code === 0 && Date.now() - startedAt >= FIRST_PAUSE_MS) {
          start(part, 0);
          return;
        }
        const inARow = Date.now() - startedAt >= HEALTHY_MS ? 1 : crashes + 1;
        const pauseMs = pauseAfter(inARow);
        say(`The ${part.name} ${how}; starting it again in ${pauseMs / 1000} s. Nothing that was saved is lost.`);
        const pause = setTimeout(() => {
          pauses.delete(pause);
          start(part, inARow);
        }, pauseMs);
        pauses.add(pause);
      });
    };

    let askedTwice = false;
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => {
        if (stopping && signal === "SIGINT" && askedTwice) {
          for (const child of running.values()) child.kill("SIGKILL");
        }
        askedTwice = stopping;
        if (!stopping) say("Stopping …");
        stop(0);
      });
    }
    for (const part of partsWith(workers)) start(part, 0);
  });
}
