import { setFlagsFromString } from "node:v8";

/** Garbage that may gather before it is collected. */
const slackBytes = 96 * 2 ** 20;

/**
 * Lets the garbage collector wait for about a hundred megabytes. Windows of several megabytes that come and go between threads make it start
 * every few windows otherwise, each time through all that the libraries keep, for nothing: a tenth of the work beside the network. For a
 * process whose work is one prediction.
 */
export function collectRarely(): void {
  const percent = Math.ceil((100 * slackBytes) / Math.max(1, process.memoryUsage().heapUsed));
  setFlagsFromString(`--heap-growing-percent=${Math.min(1000, percent)}`);
}
