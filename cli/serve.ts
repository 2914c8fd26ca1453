import { resolve } from "node:path";
import { supervise } from "../server/supervisor.ts";

/** `reefline serve`: the web server and the worker on one data folder until Ctrl+C. Returns the exit code. */
export async function serve({
  port,
  workers,
  dataDir,
  allowHosts,
}: {
  port?: number;
  workers?: number;
  dataDir?: string;
  /** Hosts that images may be read from, with commas between. */
  allowHosts?: string;
}): Promise<number> {
  const env: NodeJS.ProcessEnv = { ...process.env, NODE_ENV: "production" };
  if (dataDir !== undefined) env.REEFLINE_DATA = resolve(dataDir);
  if (allowHosts !== undefined) env.REEFLINE_ALLOW_HOSTS = allowHosts;
  if (port !== undefined) env.REEFLINE_PORT = String(port);
  const say = (sentence: string) => process.stderr.write(`${sentence}\n`);
  return supervise({ env, workers, say, onListening: (url) => say(`Reefline is ready: ${url}\nStop it with Ctrl+C.`) });
}
