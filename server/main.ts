/** The server process: one data folder, one port. Its parent learns the address by message; SIGTERM ends it when open requests are done. */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { readConfig } from "./config.ts";
import { describeError, exitCode } from "./errors.ts";
import { openLog } from "./log.ts";
import { startServer } from "./serve.ts";
import { backgroundChild } from "./services/background.ts";
import { parseSetupProblems } from "./services/system.ts";
import { openStore } from "./storage/store.ts";

const log = openLog("server");
try {
  const store = await openStore(readConfig());
  // Bundles lie in dist/<hash>/, two folders below the project.
  const rootDir = process.env.REEFLINE_ROOT ?? dirname(dirname(dirname(fileURLToPath(import.meta.url))));
  const setupProblems = parseSetupProblems(process.env.REEFLINE_SETUP_PROBLEMS);
  const server = await startServer({ store, rootDir, log, setupProblems, background: backgroundChild(store.config.dataDir) });
  log.info({ url: server.url }, "listening");
  process.send?.({ kind: "listening", url: server.url });

  let stopping = false;
  const stop = async () => {
    if (stopping) return;
    stopping = true;
    await server.close();
    await store.close();
    process.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, stop);
  // A supervisor that is gone cannot stop us any more.
  process.on("disconnect", stop);
  if (process.env.REEFLINE_SUPERVISED && !process.connected) await stop();
} catch (error) {
  const { code, message } = describeError(error);
  process.send?.({ kind: "failed", code, message });
  process.stderr.write(`${message}\n`);
  process.exitCode = exitCode(error);
  process.disconnect?.();
}
