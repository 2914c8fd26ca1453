import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import process from "node:process";

/**
 * A Python with exactly these packages, for the peers a benchmark runs beside: made once per user under the cache folder, by venv and pip.
 * @param requirements as pip takes them, e.g. "tensorflow-cpu==2.21.0"
 * @returns path of its interpreter
 */
export async function peerPython(requirements: readonly string[]): Promise<string> {
  const key = createHash("sha256").update(requirements.join("\n")).digest("hex").slice(0, 12);
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  const folder = join(cache, "reefline", `peers-${key}`);
  const python = join(folder, "bin", "python");
  const finished = join(folder, "finished");
  if (existsSync(finished)) return python;
  process.stderr.write(`Preparing Python with ${requirements.join(", ")} (once)\n`);
  await mkdir(folder, { recursive: true });
  await run("python3", ["-m", "venv", "--clear", folder]);
  await run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...requirements]);
  await writeFile(finished, `${requirements.join("\n")}\n`);
  return python;
}

async function run(command: string, args: readonly string[]): Promise<void> {
  const child = spawn(command, args, { stdio: ["ignore", 2, 2] });
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (exitCode !== 0)
    throw new Error(`${command} ${args.join(" ")} ended with ${exitCode}. This benchmark needs Python 3.10–3.13 with venv and pip.`);
}
