import { pathToFileURL } from "node:url";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { bundle, root } from "./bin/bundle.mjs";

process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";
process.env.REEFLINE_ROOT ??= root;

const { folder, entries } = await bundle({ keepCompiler: true });

/**
 * Code starts its threads and child processes as siblings of the running bundle: `new URL("./probe.child.js", import.meta.url)`.
 * Under Vitest the code runs from its TypeScript source, where no such sibling lies, so the same words are pointed at the bundle.
 */
function siblingsComeFromTheBundle(): Plugin {
  return {
    name: "siblings-come-from-the-bundle",
    enforce: "pre",
    transform(code, id) {
      if (!/\.tsx?$/.test(id) || id.includes("node_modules")) return null;
      const changed = code.replace(/new URL\(\s*"\.\/([\w.-]+)\.js",\s*import\.meta\.url,?\s*\)/g, (text, name: string) =>
        name in entries ? `new URL(${JSON.stringify(pathToFileURL(`${folder}/${name}.js`).href)})` : text,
      );
      return changed === code ? null : { code: changed, map: null };
    },
  };
}

export default defineConfig({
  plugins: [siblingsComeFromTheBundle()],
  test: {
    // Native TensorFlow must not be loaded in worker threads.
    pool: "forks",
    maxWorkers: 2,
    // Rooms grow one after the other; an empty one is no failure, while no test at all is (see setup/runTests.ts).
    passWithNoTests: true,
    env: { TF_CPP_MIN_LOG_LEVEL: "2" },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["packages/**/*.test.ts", "server/**/*.test.ts", "app/**/*.test.{ts,tsx}", "cli/**/*.test.ts", "setup/**/*.test.ts"],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: "integration",
          include: ["tests/{integration,hostile,arrows}/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: "e2e",
          include: ["tests/e2e/**/*.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
