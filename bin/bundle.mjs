/**
 * Bundles server, worker, children, threads, set-up, CLI and benchmarks from TypeScript into `dist/<hash of the sources>/`.
 *
 * The folder's name is the hash of everything that went in, it is written under another name and renamed when whole. So two
 * starts at once need no lock (the second rename finds the first one's folder and is dropped), a crash leaves nothing half
 * made, and a process that runs from an older folder keeps its siblings.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const SOURCE_ROOMS = ["packages", "server", "cli", "setup", "benchmarks"];

/** Entries with names of their own. Beside them: every `*.thread.ts` and `*.child.ts`, and every `benchmarks/<name>/run.ts`. */
const NAMED_ENTRIES = {
  cli: "cli/main.ts",
  server: "server/main.ts",
  worker: "server/worker.ts",
  start: "server/start.ts",
  setup: "setup/ensureSetup.ts",
  test: "setup/runTests.ts",
};

const KEPT_BUNDLES = 6;

function sourceFiles() {
  const files = [];
  const walk = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.name === "node_modules" || entry.name.startsWith(".")) continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) walk(path);
      else if (/\.(ts|tsx|json)$/.test(entry.name) && !/\.test\.tsx?$/.test(entry.name)) files.push(path);
    }
  };
  for (const room of SOURCE_ROOMS) if (existsSync(join(root, room))) walk(join(root, room));
  return files.sort();
}

function sourceHash(files) {
  const hash = createHash("sha256");
  for (const path of [...files, join(root, "package-lock.json"), join(root, "bin/bundle.mjs"), join(root, "bin/nodeShims.mjs")]) {
    hash.update(relative(root, path)).update("\0");
    try {
      hash.update(readFileSync(path)).update("\0");
    } catch (error) {
      if (error.code !== "ENOENT") throw error;
    }
  }
  return hash.digest("hex").slice(0, 16);
}

/** Entry name → path from the root. Throws when two files ask for the same output name. */
function entryPoints(files) {
  const entries = new Map();
  const add = (name, path) => {
    const other = entries.get(name);
    if (other !== undefined && other !== path) throw new Error(`${other} and ${path} would both be bundled as ${name}.js; rename one.`);
    entries.set(name, path);
  };
  for (const [name, path] of Object.entries(NAMED_ENTRIES)) if (existsSync(join(root, path))) add(name, path);
  for (const file of files) {
    const path = relative(root, file).split(sep).join("/");
    const own = /([^/]+\.(?:thread|child))\.ts$/.exec(path);
    if (own) add(own[1], path);
    const bench = /^benchmarks\/([^/]+)\/run\.ts$/.exec(path);
    if (bench) add(`bench-${bench[1]}`, path);
  }
  return entries;
}

/** Our own workspaces go into the bundle; what npm installed stays outside it. */
const installedPackagesStayOutside = {
  name: "installed-packages-stay-outside",
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, (args) => {
      if (args.kind === "entry-point" || args.path.startsWith("@reefline/") || /^[A-Za-z]:[\\/]/.test(args.path)) return undefined;
      return { path: args.path, external: true };
    });
  },
};

function readManifest(folder) {
  try {
    return JSON.parse(readFileSync(join(folder, "bundles.json"), "utf8"));
  } catch {
    return null;
  }
}

function sweep(dist, keep) {
  const folders = readdirSync(dist, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== keep)
    .map((entry) => ({ path: join(dist, entry.name), usedAt: statSync(join(dist, entry.name)).mtimeMs }))
    .sort((a, b) => b.usedAt - a.usedAt);
  for (const folder of folders.slice(KEPT_BUNDLES)) rmSync(folder.path, { recursive: true, force: true });
}

/**
 * Makes the bundles if the sources changed. Returns the folder and the entries by name; an entry that could not be bundled has
 * `error`, the compiler's message, and stops only who asks for it.
 *
 * @returns {Promise<{ folder: string, built: boolean, entries: Record<string, { source: string, error?: string }> }>}
 */
export async function bundle({ keepCompiler = false } = {}) {
  const files = sourceFiles();
  const hash = sourceHash(files);
  const dist = join(root, "dist");
  const folder = join(dist, hash);
  const known = readManifest(folder);
  if (known !== null && Object.values(known).every((entry) => entry.error === undefined)) {
    const now = new Date();
    utimesSync(folder, now, now);
    return { folder, built: false, entries: known };
  }
  const { build, formatMessages, stop } = await import("esbuild");
  const work = join(dist, `.${hash}-${process.pid}-${Date.now()}`);
  mkdirSync(work, { recursive: true });
  const entries = {};
  // One build per entry, so that one that does not compile leaves the others usable.
  await Promise.all(
    [...entryPoints(files)].map(async ([name, source]) => {
      try {
        await build({
          absWorkingDir: root,
          entryPoints: [{ in: source, out: name }],
          outdir: work,
          bundle: true,
          splitting: true,
          chunkNames: "chunk-[hash]",
          format: "esm",
          platform: "node",
          target: "node20",
          sourcemap: "linked",
          logLevel: "silent",
          inject: [join(root, "bin/nodeShims.mjs")],
          plugins: [installedPackagesStayOutside],
        });
        entries[name] = { source };
      } catch (error) {
        const messages = Array.isArray(error.errors) ? await formatMessages(error.errors, { kind: "error" }) : [String(error)];
        entries[name] = { source, error: messages.join("\n").trim() };
      }
    }),
  );
  // Its service process would otherwise live as long as this one; Vitest goes on using it.
  if (!keepCompiler) await stop();
  writeFileSync(join(work, "bundles.json"), JSON.stringify(entries, null, 1));
  if (known !== null) rmSync(folder, { recursive: true, force: true });
  try {
    renameSync(work, folder);
  } catch (error) {
    if (readManifest(folder) === null) throw error;
    rmSync(work, { recursive: true, force: true });
  }
  sweep(dist, hash);
  return { folder, built: true, entries };
}
