/**
 * The worker process: takes jobs until it is told to end. SIGTERM, or a parent that is gone, ends it after the present step with the job
 * given back. `--until JOB,JOB` ends it when those jobs have ended.
 */
import { constants, setPriority } from "node:os";
import type { JobKind } from "@reefline/schema/job";
import type { Backend } from "@reefline/schema/training";
import { loadBackend, preferBackend } from "@reefline/segmentation/backends/backend";
import { enginesHere } from "@reefline/segmentation/engines/enginesHere";
import { readConfig } from "./config.ts";
import { describeError } from "./errors.ts";
import { handlers } from "./jobs/handlers.ts";
import { workLoop } from "./jobs/workLoop.ts";
import { openLog } from "./log.ts";
import { openStore } from "./storage/store.ts";

const until = process.argv[process.argv.indexOf("--until") + 1];
// A command line shows progress itself.
const log = openLog("worker", process.argv.includes("--until") ? "warn" : "info");
const untilJobs = process.argv.includes("--until") && until ? until.split(",") : null;

try {
  // Tiles and saves stay fast while this one trains.
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
} catch (error) {
  log.warn({ err: error }, "the priority could not be lowered");
}

const stop = new AbortController();
process.on("SIGTERM", () => stop.abort());
// Ctrl+C reaches the whole process group; whoever started us decides what it means and tells us.
process.on("SIGINT", () => {
  if (!process.connected) stop.abort();
});
process.on("disconnect", () => stop.abort());
// The supervisor may have gone before anybody listened.
if (process.env.REEFLINE_SUPERVISED && !process.connected) stop.abort();

preferBackend(process.env.REEFLINE_BACKEND, process.env.REEFLINE_WEBGPU);
let backend: Backend | null = null;
try {
  const store = await openStore(readConfig());
  // A worker that stays says at once what it will compute with; one for a few jobs loads it when a job needs it.
  if (untilJobs === null) {
    loadBackend()
      .then(async (loaded) => {
        backend = loaded.backend;
        backend = { ...loaded.backend, engines: await enginesHere() };
      })
      .catch((error) => log.error({ err: error }, "no backend"));
  }
  // TensorFlow keeps the memory of a training for as long as the process lives; a prediction should have it.
  const endAfter: JobKind[] = process.env.REEFLINE_SUPERVISED ? ["train"] : [];
  await workLoop({ store, handlers, log, stopSignal: stop.signal, untilJobs, endAfter, backend: () => backend });
  await store.close();
  process.exit(0);
} catch (error) {
  log.error({ err: error }, describeError(error).message);
  process.exit(1);
}
