import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundle, root } from "../../bin/bundle.mjs";
import { ensurePages } from "../../setup/pages.ts";

export interface RunningApp {
  readonly url: string;
  readonly dataDir: string;
  /** Asks a tRPC query the way the browser does. */
  query<T>(procedure: string, input?: unknown): Promise<T>;
  stop(): Promise<void>;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  const force = setTimeout(() => child.kill("SIGKILL"), 8_000);
  await once(child, "exit");
  clearTimeout(force);
}

/** The real server and the real worker, from the bundles, on a data folder of their own. */
export async function startApp(): Promise<RunningApp> {
  await ensurePages();
  const { folder } = await bundle();
  const dataDir = await mkdtemp(join(tmpdir(), "reefline-e2e-"));
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    NODE_ENV: "production",
    REEFLINE_ROOT: root,
    REEFLINE_DATA: dataDir,
    REEFLINE_PORT: "0",
  };
  const log = openSync(join(dataDir, "processes.log"), "a");
  const start = (name: string): ChildProcess =>
    spawn(process.execPath, [join(folder, `${name}.js`)], { cwd: root, env, stdio: ["ignore", "ignore", log, "ipc"] });

  const server = start("server");
  const url = await new Promise<string>((resolve, reject) => {
    server.on("message", (message: { kind?: string; url?: string; message?: string }) => {
      if (message.kind === "listening" && message.url) resolve(message.url);
      else if (message.kind === "failed") reject(new Error(message.message));
    });
    server.on("exit", (code) => reject(new Error(`The server ended with ${code} before it listened.`)));
  });
  const worker = start("worker");

  return {
    url,
    dataDir,
    async query<T>(procedure: string, input: unknown = {}) {
      const response = await fetch(`${url}/api/trpc/${procedure}?input=${encodeURIComponent(JSON.stringify(input))}`);
      const answer = (await response.json()) as { result?: { data: T }; error?: { message: string } };
      if (!answer.result) throw new Error(`${procedure}: ${answer.error?.message}`);
      return answer.result.data;
    },
    async stop() {
      await Promise.all([ended(worker), ended(server)]);
      closeSync(log);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Asks again until the answer will do. */
export async function eventually<T>(what: string, ask: () => Promise<T>, enough: (answer: T) => boolean, withinMs = 30_000): Promise<T> {
  const until = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (enough(answer)) return answer;
    if (Date.now() > until)
      throw new Error(`Waited ${withinMs / 1000} s in vain for ${what}; last: ${JSON.stringify(answer).slice(0, 400)}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
