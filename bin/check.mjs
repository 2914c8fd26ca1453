/** `npm run check`: types, lint, dependency arrows. All run even when the first finds something; the exit code says if any did. */
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { bundle } from "./bundle.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const rooms = ["packages", "server", "cli", "app", "setup", "benchmarks"];

const checks = [
  { name: "types", script: "node_modules/typescript/bin/tsc", args: ["-p", "."] },
  { name: "lint", script: "node_modules/@biomejs/biome/bin/biome", args: ["check", "--max-diagnostics=40", "."] },
  {
    name: "arrows",
    script: "node_modules/dependency-cruiser/bin/dependency-cruise.mjs",
    args: ["--config", ".dependency-cruiser.mjs", ...rooms],
    // Under a TypeScript it does not know dependency-cruiser finds nothing and is content with that.
    accept: (output) => Number(/\((\d+) modules/.exec(output)?.[1] ?? 0) > 0,
  },
];

let failed = 0;
for (const { name, script, args, accept } of checks) {
  const startedAt = Date.now();
  const result = spawnSync(process.execPath, [join(root, script), ...args], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = `${result.stdout}${result.stderr}`;
  const passed = result.status === 0 && (accept === undefined || accept(output));
  if (!passed) failed += 1;
  process.stdout.write(
    `${passed ? "" : `${output}\n`}${name}: ${passed ? "ok" : "FAILED"} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)\n`,
  );
}
const broken = Object.values((await bundle()).entries).filter((entry) => entry.error !== undefined);
for (const { source, error } of broken) process.stdout.write(`${source}:\n${error}\n`);
process.stdout.write(`bundles: ${broken.length === 0 ? "ok" : "FAILED"}\n`);
process.exitCode = failed + broken.length === 0 ? 0 : 1;
