import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

export interface OpenReport {
  path: string;
  code: string;
  message: string;
  kind: string;
  milliseconds: number;
  rssMegabytes: number;
}

const root = fileURLToPath(new URL("../../", import.meta.url));
let bundled: Promise<string> | null = null;

function bundle(): Promise<string> {
  // Native modules are looked up from where the bundle lies.
  const outfile = join(root, "node_modules", ".cache", "reefline-tests", `openFiles-${process.pid}.mjs`);
  bundled ??= build({
    entryPoints: [fileURLToPath(new URL("./openFiles.child.ts", import.meta.url))],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    external: ["sharp", "lerc", "zstddec", "proj4", "geographiclib-geodesic", "geotiff-geokeys-to-proj4", "zod"],
    logLevel: "error",
  }).then(() => outfile);
  return bundled;
}

/**
 * Opens files in a child process with little memory. Rejects, naming the file, when the child dies or says nothing new for
 * `silenceMs`.
 */
export async function openInChild(paths: string[], silenceMs = 10_000): Promise<OpenReport[]> {
  const program = await bundle();
  const list = join(mkdtempSync(join(tmpdir(), "reefline-hostile-")), "list.json");
  writeFileSync(list, JSON.stringify(paths));
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--max-old-space-size=256", program, list], { stdio: ["ignore", "pipe", "pipe"] });
    const reports: OpenReport[] = [];
    let current = "";
    let rest = "";
    let errors = "";
    const giveUp = () => {
      child.kill("SIGKILL");
      reject(new Error(`nothing heard for ${silenceMs} ms while opening ${current}`));
    };
    let timer = setTimeout(giveUp, silenceMs);
    child.stdout.on("data", (chunk: Buffer) => {
      clearTimeout(timer);
      timer = setTimeout(giveUp, silenceMs);
      const lines = (rest + chunk.toString()).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const report = JSON.parse(line);
        current = report.path;
        if (report.state === "done") reports.push(report);
      }
    });
    child.stderr.on("data", (chunk: Buffer) => {
      errors += chunk.toString();
    });
    child.on("exit", (code, signal) => {
      clearTimeout(timer);
      rmSync(dirname(list), { recursive: true, force: true });
      if (code === 0) resolve(reports);
      else reject(new Error(`the reader ended with ${code ?? signal} while opening ${current}: ${errors.slice(0, 2000)}`));
    });
  });
}
