import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Programs bundled beside this one. Each address is written out, for tests run from the sources and point it at the bundle. */
const addresses = {
  server: new URL("./server.js", import.meta.url),
  worker: new URL("./worker.js", import.meta.url),
  "probe.child": new URL("./probe.child.js", import.meta.url),
  "background.child": new URL("./background.child.js", import.meta.url),
  "photos.child": new URL("./photos.child.js", import.meta.url),
  "zones.child": new URL("./zones.child.js", import.meta.url),
  "chips.child": new URL("./chips.child.js", import.meta.url),
};
export type Sibling = keyof typeof addresses;

/** Starts a sibling with a message channel. Its stdout goes to our stderr, since ours belongs to results, or where asked is read by us. */
export function forkSibling(
  name: Sibling,
  options: { env?: Record<string, string>; execArgv?: string[]; args?: string[]; quiet?: boolean; pipe?: boolean } = {},
): ChildProcess {
  return fork(fileURLToPath(addresses[name]), options.args ?? [], {
    // glibc else keeps what every thread gave back apart from the others'.
    env: { MALLOC_ARENA_MAX: "2", ...process.env, ...options.env },
    execArgv: options.execArgv ?? [],
    serialization: "advanced",
    stdio: ["ignore", options.pipe ? "pipe" : options.quiet ? "ignore" : 2, options.quiet ? "ignore" : 2, "ipc"],
  });
}
