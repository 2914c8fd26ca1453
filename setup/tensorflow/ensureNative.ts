import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, statfsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { withLock } from "../lock.ts";
import { rootDir, userCacheDir } from "../paths.ts";
import { SetupProblem } from "../problem.ts";
import { say, saying } from "../say.ts";
import { fetchWheel } from "../wheels/fetchWheel.ts";
import { compileBinding, compilerFix, findCompiler } from "./compileBinding.ts";
import { bindingPath, linkPackage, readStamp, unlinkPackage, writeStamp } from "./linkPackage.ts";
import { checkNativeLoads } from "./loadCheck.ts";
import { unpackWheel } from "./unpackWheel.ts";
import { type TensorFlowWheel, wheelForThisMachine } from "./wheels.ts";

/** Where npm put the package that native TensorFlow is built for. */
export function nativePackageDir(root: string = rootDir()): string {
  return dirname(createRequire(join(root, "package.json")).resolve("@tensorflow/tfjs-node-gpu/package.json"));
}

function packageVersion(folder: string): string {
  const { version }: { version: string } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return version;
}

function checkDisk(folder: string, wheel: TensorFlowWheel): void {
  const { bavail, bsize } = statfsSync(folder);
  const needBytes = wheel.downloadBytes * 2 + wheel.unpackedBytes;
  if (bavail * bsize >= needBytes) return;
  throw new SetupProblem(
    `Native TensorFlow needs ${(needBytes / 1e9).toFixed(1)} GB of disk in ${folder} while it is prepared, and ${((bavail * bsize) / 1e9).toFixed(1)} GB are free.`,
    "Make room there, or name another folder in the variable REEFLINE_CACHE, and start again.",
  );
}

/** What we compile into the binding beside TensorFlow.js's own files. */
function addedSources(): string[] {
  return ["quietLog.cc", "fusedConvolution.cc"].map((name) => join(rootDir(), "setup/tensorflow", name));
}

/** Changes with their text, so that a changed file makes a new binding. */
function addedSourcesKey(): string {
  const hash = createHash("sha256");
  for (const path of addedSources()) hash.update(readFileSync(path));
  return hash.digest("hex").slice(0, 8);
}

/**
 * Native TensorFlow for this checkout: downloaded and built once per user and version, linked into this checkout's node_modules.
 * Returns at once when that is done already.
 *
 * @throws SetupProblem that says what is missing and how to get it.
 */
export async function ensureNative(): Promise<void> {
  const packageDir = nativePackageDir();
  const chosen = wheelForThisMachine();
  const platform = `${process.platform}-${process.arch}`;
  const version = "wheel" in chosen ? chosen.wheel.version : "own";
  const key = `tensorflow-${version}-tfjs-${packageVersion(packageDir)}-${platform}-${addedSourcesKey()}`;
  const stamp = readStamp(packageDir);
  if (stamp !== null && (stamp.kind === "own" || stamp.key === key)) return;

  const cache = userCacheDir();
  mkdirSync(cache, { recursive: true });
  await withLock(
    join(cache, "native.lock"),
    () => say("Another start is preparing TensorFlow; waiting for it."),
    async () => {
      if (readStamp(packageDir)?.key === key) return;
      if (stamp === null && existsSync(bindingPath(packageDir))) {
        const found = await checkNativeLoads(rootDir());
        if (found.loads) {
          say(`TensorFlow ${found.tensorflowVersion} was already built in this checkout.`);
          writeStamp(packageDir, { kind: "own", key, tensorflowVersion: found.tensorflowVersion });
          return;
        }
      }
      if ("why" in chosen) throw new SetupProblem(chosen.why, chosen.fix);
      await buildAndLink(chosen.wheel, { cache, packageDir, platform, key });
    },
  );
}

async function buildAndLink(
  wheel: TensorFlowWheel,
  where: { cache: string; packageDir: string; platform: string; key: string },
): Promise<void> {
  const tensorflowDir = join(where.cache, `tensorflow-${wheel.version}-${where.platform}`);
  const binding = join(where.cache, `${where.key}.node`);
  // Asked first: a download of hundreds of megabytes for want of a compiler would be a bad joke.
  if (!existsSync(binding) && findCompiler() === null) {
    throw new SetupProblem("Native TensorFlow cannot be built because there is no C++ compiler.", compilerFix());
  }
  if (!existsSync(tensorflowDir)) {
    checkDisk(where.cache, wheel);
    if (!wheel.seenWorking) say(`Nobody has reported yet how TensorFlow does on ${where.platform}; trying.`);
    const downloads = join(where.cache, "downloads");
    const path = await fetchWheel(wheel, downloads);
    await saying("Unpacking TensorFlow's library.", () => unpackWheel(path, tensorflowDir));
    rmSync(downloads, { recursive: true, force: true });
  }
  if (!existsSync(binding)) {
    const nodeApiHeaders = createRequire(join(rootDir(), "package.json")).resolve("node-api-headers/package.json");
    await saying("Compiling TensorFlow's binding.", () =>
      compileBinding({
        packageDir: where.packageDir,
        nodeApiHeadersDir: join(dirname(nodeApiHeaders), "include"),
        tensorflowDir,
        addedSources: addedSources(),
        target: binding,
      }),
    );
  }
  linkPackage(where.packageDir, tensorflowDir, binding);
  const found = await checkNativeLoads(rootDir());
  if (!found.loads) {
    unlinkPackage(where.packageDir);
    rmSync(binding, { force: true });
    throw new SetupProblem(
      `TensorFlow's native library is there but cannot be used: ${found.why}.`,
      `Delete ${where.cache} and start again; if it stays so, this machine cannot run it.`,
    );
  }
  writeStamp(where.packageDir, { kind: "reefline", key: where.key, tensorflowVersion: found.tensorflowVersion });
  say(`Native TensorFlow ${found.tensorflowVersion} is ready.`);
}
