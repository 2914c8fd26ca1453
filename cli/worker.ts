import { resolve } from "node:path";
import { forkSibling } from "../server/siblings.ts";

/** `reefline worker`: one more worker on a data folder, beside whatever runs there, until Ctrl+C. Returns the exit code. */
export function worker({ dataDir, allowHosts }: { dataDir?: string; allowHosts?: string }): Promise<number> {
  const env: Record<string, string> = {};
  if (dataDir !== undefined) env.REEFLINE_DATA = resolve(dataDir);
  if (allowHosts !== undefined) env.REEFLINE_ALLOW_HOSTS = allowHosts;
  const child = forkSibling("worker", { env });
  process.stderr.write("A worker is running: it takes jobs, and helps with predictions under way. Stop it with Ctrl+C.\n");
  // What it has in hand goes back to the queue.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill("SIGTERM"));
  return new Promise((done) => child.once("exit", (code) => done(code ?? 1)));
}
