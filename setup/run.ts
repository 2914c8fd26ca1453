import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

export type CommandResult = { code: number | null; output: string };

/**
 * Runs a command to its end without a shell and gives back its exit code and its output (stdout and stderr together, the last
 * 64 KB). `code` is null when it could not be started or ran past `timeoutMs`.
 */
export function runCommand(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv; timeoutMs?: number; show?: boolean } = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: options.timeoutMs,
      killSignal: "SIGKILL",
    });
    let output = "";
    const take = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-65_536);
      if (options.show) process.stderr.write(chunk);
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.on("error", (error) => resolve({ code: null, output: String(error.message) }));
    child.on("close", (code) => resolve({ code, output }));
  });
}

/** The first of these programs that is on the PATH, as a full path, or null. */
export function findProgram(...names: string[]): string | null {
  const endings = process.platform === "win32" ? [".exe", ".cmd", ""] : [""];
  for (const name of names) {
    for (const folder of (process.env.PATH ?? "").split(delimiter)) {
      if (folder === "") continue;
      for (const ending of endings) {
        const path = join(folder, name + ending);
        if (existsSync(path)) return path;
      }
    }
  }
  return null;
}
