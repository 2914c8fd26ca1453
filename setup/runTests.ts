/** `npm test`: every project of vitest.config.ts, and at the end one line with the totals. Arguments go to Vitest. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { checkoutCacheDir, rootDir } from "./paths.ts";
import { type Totals, totalsOf } from "./testTotals.ts";

const root = rootDir();
const report = join(checkoutCacheDir(), `tests-${process.pid}.json`);
mkdirSync(checkoutCacheDir(), { recursive: true });

function runVitest(): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      [
        "--no-deprecation",
        join(root, "node_modules/vitest/vitest.mjs"),
        "run",
        "--reporter=default",
        "--reporter=json",
        `--outputFile.json=${report}`,
        ...process.argv.slice(2),
      ],
      { cwd: root, stdio: ["ignore", "inherit", "inherit"], env: { ...process.env, REEFLINE_OPEN: "off" } },
    );
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
    child.on("error", () => resolve(1));
    child.on("exit", (code) => resolve(code ?? 1));
  });
}

const code = await runVitest();
const totals: Totals = existsSync(report) ? totalsOf(JSON.parse(readFileSync(report, "utf8"))) : { passed: 0, failed: 1, skipped: 0 };
rmSync(report, { force: true });
// Vitest also fails for what is no test: an error nobody caught, a file that does not load.
const failed = totals.failed === 0 && code !== 0 ? 1 : totals.failed;
process.stdout.write(`\n${totals.passed} passed, ${failed} failed${totals.skipped > 0 ? `, ${totals.skipped} skipped` : ""}\n`);
process.exitCode = failed > 0 || totals.passed === 0 ? 1 : 0;
