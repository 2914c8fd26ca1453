import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Programs bundled beside this one. */
export type Sibling = "server" | "worker" | "probe.child" | "background.child";

export const siblingPath = (name: Sibling): string => fileURLToPath(new URL(`./${name}.js`, import.meta.url));

/** Starts a sibling with a message channel. Its stdout goes to our stderr: ours belongs to results. */
export function forkSibling(
  name: Sibling,
  options: { env?: Record<string, string>; execArgv?: string[]; args?: string[]; quiet?: boolean } = {},
): ChildProcess {
  return fork(siblingPath(name), options.args ?? [], {
    env: { ...process.env, ...options.env },
    execArgv: options.execArgv ?? [],
    serialization: "advanced",
    stdio: ["ignore", options.quiet ? "ignore" : 2, options.quiet ? "ignore" : 2, "ipc"],
  });
}
