import { spawn } from "node:child_process";
import { join } from "node:path";
import process from "node:process";

/** The project's folder, told by the launcher. */
export function projectRoot(): string {
  const root = process.env.REEFLINE_ROOT;
  if (root === undefined) throw new Error("Run benchmarks through `npm run bench:…`: the launcher says where the project is.");
  return root;
}

/** Runs one `reefline … --json` command as a user would, its progress passed through; resolves with the JSON it printed. */
export async function reefline(dataDir: string, args: readonly string[]): Promise<unknown> {
  const child = spawn(process.execPath, [join(projectRoot(), "bin", "reefline.mjs"), "--data", dataDir, ...args, "--json"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const pieces: Buffer[] = [];
  child.stdout.on("data", (piece: Buffer) => pieces.push(piece));
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const text = Buffer.concat(pieces).toString("utf8");
  if (exitCode !== 0) throw new Error(`reefline ${args.join(" ")} ended with ${exitCode}. ${text}`);
  return JSON.parse(text);
}
