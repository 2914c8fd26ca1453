import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { contentHash } from "./contentHash.ts";
import { withLock } from "./lock.ts";
import { checkoutCacheDir, rootDir } from "./paths.ts";
import { SetupProblem } from "./problem.ts";
import { runCommand } from "./run.ts";
import { say, saying } from "./say.ts";

/** Everything that the pages are built from. */
const SOURCES = [
  "app",
  "packages/schema",
  "packages/geo",
  "packages/accuracy",
  "packages/report",
  "next.config.ts",
  "postcss.config.mjs",
  "tsconfig.json",
  "package-lock.json",
];

/**
 * Builds the pages when what they are made from changed.
 *
 * @throws SetupProblem with the compiler's message.
 */
export async function ensurePages(): Promise<void> {
  const root = rootDir();
  const stamp = join(root, ".next", "reefline-sources");
  const upToDate = (hash: string) => existsSync(stamp) && readFileSync(stamp, "utf8") === hash;
  if (upToDate(contentHash(root, SOURCES))) return;
  await withLock(
    join(checkoutCacheDir(), "pages.lock"),
    () => say("Another start is building the pages; waiting for it."),
    async () => {
      const hash = contentHash(root, SOURCES);
      if (upToDate(hash)) return;
      const result = await saying("Building the pages.", () =>
        runCommand(process.execPath, [join(root, "node_modules/next/dist/bin/next"), "build"], {
          cwd: root,
          env: { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" },
        }),
      );
      if (result.code !== 0) {
        throw new SetupProblem(
          `The pages could not be built:\n${result.output.trim()}`,
          'Run "npm ci" again, or undo the last change in app/.',
        );
      }
      writeFileSync(stamp, hash);
    },
  );
}
