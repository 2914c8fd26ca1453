import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { withLock } from "../lock.ts";
import { rootDir, userCacheDir } from "../paths.ts";
import { SetupProblem } from "../problem.ts";
import { say, saying } from "../say.ts";
import { fetchWheel } from "../wheels/fetchWheel.ts";
import type { Wheel } from "../wheels/wheel.ts";
import { compileBinding, compilerFix, findCompiler } from "./compileBinding.ts";
import { CUDA_TENSORFLOW, CUDA_WHEELS, cudaBytes } from "./cudaWheels.ts";
import { bindingPath, linkPackage, readStamp, unlinkPackage, writeStamp } from "./linkPackage.ts";
import { checkNativeLoads } from "./loadCheck.ts";
import { DRIVER_PLACES, type DriverPlaces, driverTooOld, findNvidiaDriver, type NvidiaDriver } from "./nvidiaDriver.ts";
import { cudaPlace, tensorflowPlace, type Unpacking, unpackWheels } from "./unpackWheel.ts";
import { type TensorFlowWheel, wheelForThisMachine } from "./wheels.ts";

/** Where npm put the package that native TensorFlow is built for. */
export function nativePackageDir(root: string = rootDir()): string {
  return dirname(createRequire(join(root, "package.json")).resolve("@tensorflow/tfjs-node-gpu/package.json"));
}

function packageVersion(folder: string): string {
  const { version }: { version: string } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return version;
}

/** One of the builds of TensorFlow that can be linked: for processors, or for NVIDIA cards as well. */
type Library = {
  /** Of its folder in the cache. */
  name: string;
  wheels: readonly { wheel: Wheel; place: Unpacking["place"] }[];
  whilePreparedBytes: number;
  seenWorking: boolean;
  needsGpu: boolean;
};

function cpuLibrary(wheel: TensorFlowWheel): Library {
  return {
    name: `tensorflow-${wheel.version}`,
    wheels: [{ wheel, place: tensorflowPlace }],
    whilePreparedBytes: wheel.downloadBytes * 2 + wheel.unpackedBytes,
    seenWorking: wheel.seenWorking,
    needsGpu: false,
  };
}

export function cudaLibrary(): Library {
  return {
    name: `tensorflow-cuda-${CUDA_TENSORFLOW.version}`,
    wheels: [{ wheel: CUDA_TENSORFLOW, place: tensorflowPlace }, ...CUDA_WHEELS.map((wheel) => ({ wheel, place: cudaPlace }))],
    whilePreparedBytes: cudaBytes().whilePrepared,
    seenWorking: true,
    needsGpu: true,
  };
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

function checkDisk(folder: string, needBytes: number): void {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize >= needBytes) return;
  throw new SetupProblem(
    `Native TensorFlow needs ${gigabytes(needBytes)} of disk in ${folder} while it is prepared, and ${gigabytes(bavail * bsize)} are free.`,
    "Make room there, or name another folder in the variable REEFLINE_CACHE, and start again.",
  );
}

/** What we compile into the binding beside TensorFlow.js's own files, and what that includes. */
function addedFiles(): string[] {
  const folder = join(rootDir(), "setup/tensorflow");
  const kernels = readdirSync(join(folder, "kernels"))
    .sort()
    .map((name) => join("kernels", name));
  return ["quietLog.cc", "fusedConvolution.cc", ...kernels].map((name) => join(folder, name));
}

/** Changes with their text, so that a changed file makes a new binding. */
function addedSourcesKey(): string {
  const hash = createHash("sha256");
  for (const path of addedFiles()) hash.update(readFileSync(path));
  return hash.digest("hex").slice(0, 8);
}

/** What stops an NVIDIA card from being used, kept so that gigabytes are not tried again for the same driver. */
export function cudaFailurePath(driver: NvidiaDriver): string {
  return join(userCacheDir(), `cuda-${CUDA_TENSORFLOW.version}-driver-${driver.version ?? "unknown"}-failed.txt`);
}

/**
 * Native TensorFlow for this checkout: downloaded and built once per user and version, linked into this checkout's node_modules.
 * Where an NVIDIA driver is seen, the build for its cards, with NVIDIA's libraries; when that cannot be had or does not work, the build
 * for the processor, with one sentence that says why. Returns at once when it is done already.
 *
 * @throws SetupProblem that says what is missing and how to get it.
 */
export async function ensureNative(places: DriverPlaces = DRIVER_PLACES): Promise<void> {
  const packageDir = nativePackageDir();
  const platform = `${process.platform}-${process.arch}`;
  const keyOf = (name: string) => `${name}-tfjs-${packageVersion(packageDir)}-${platform}-${addedSourcesKey()}`;
  const chosen = wheelForThisMachine();
  const cpu = "wheel" in chosen ? cpuLibrary(chosen.wheel) : null;
  const cuda = cudaLibrary();
  const driver = platform === "linux-x64" && cpu ? findNvidiaDriver(process.env, places) : null;
  const stamp = readStamp(packageDir);
  // The build for cards does as well without one, should it be unplugged.
  if (stamp !== null && (stamp.kind === "own" || stamp.key === keyOf(cuda.name))) return;
  const unusable = driver && (driverTooOld(driver) ?? knownFailure(driver));
  if (stamp?.key === keyOf(cpu?.name ?? "tensorflow-own") && (driver === null || unusable !== null)) return;

  const cache = userCacheDir();
  mkdirSync(cache, { recursive: true });
  await withLock(
    join(cache, "native.lock"),
    () => say("Another start is preparing TensorFlow; waiting for it."),
    async () => {
      const now = readStamp(packageDir);
      if (now !== null && now.key !== stamp?.key) return;
      if (now === null && existsSync(bindingPath(packageDir))) {
        const found = await checkNativeLoads(rootDir());
        if (found.loads) {
          say(`TensorFlow ${found.tensorflowVersion} was already built in this checkout.`);
          writeStamp(packageDir, { kind: "own", key: keyOf(cpu?.name ?? "tensorflow-own"), tensorflowVersion: found.tensorflowVersion });
          return;
        }
      }
      if ("why" in chosen) throw new SetupProblem(chosen.why, chosen.fix);
      const where = { cache, packageDir, platform };
      if (driver && (unusable === null || now === null)) {
        const why = unusable ?? (await whyNoCuda(cuda, driver, { ...where, key: keyOf(cuda.name) }));
        if (why === null) return;
        say(`The graphics card is not used: ${why.replace(/[.]$/, "")}. Models run on the processor.`);
      }
      const library = cpuLibrary(chosen.wheel);
      const key = keyOf(library.name);
      if (readStamp(packageDir)?.key !== key) await buildAndLink(library, { ...where, key });
    },
  );
}

function knownFailure(driver: NvidiaDriver): string | null {
  const path = cudaFailurePath(driver);
  return existsSync(path) ? readFileSync(path, "utf8") : null;
}

/** Prepares the build for NVIDIA cards. Null when it works, else why not. */
async function whyNoCuda(
  library: Library,
  driver: NvidiaDriver,
  where: { cache: string; packageDir: string; platform: string; key: string },
): Promise<string | null> {
  const { download, whilePrepared, afterwards } = cudaBytes();
  say(
    `An NVIDIA driver${driver.version ? ` (${driver.version})` : ""} is here: preparing TensorFlow for its card. This downloads ${gigabytes(download)} once per user; it takes ${gigabytes(whilePrepared)} of disk while it is prepared and ${gigabytes(afterwards)} afterwards. To leave the card out, start with --backend native-cpu.`,
  );
  try {
    await buildAndLink(library, where);
    return null;
  } catch (error) {
    if (!(error instanceof SetupProblem)) throw error;
    const why = error.message;
    // What was fetched whole and does not work will not work next time either, unless the driver changes.
    if (error instanceof UnusableLibrary) {
      rmSync(join(where.cache, `${library.name}-${where.platform}`), { recursive: true, force: true });
      writeFileSync(cudaFailurePath(driver), why);
    }
    return why;
  }
}

/** It is there whole, and cannot be used on this machine. */
class UnusableLibrary extends SetupProblem {}

async function buildAndLink(library: Library, where: { cache: string; packageDir: string; platform: string; key: string }): Promise<void> {
  const tensorflowDir = join(where.cache, `${library.name}-${where.platform}`);
  const binding = join(where.cache, `${where.key}.node`);
  // Asked first: a download of hundreds of megabytes for want of a compiler would be a bad joke.
  if (!existsSync(binding) && findCompiler() === null) {
    throw new SetupProblem("Native TensorFlow cannot be built because there is no C++ compiler.", compilerFix());
  }
  if (!existsSync(tensorflowDir)) {
    checkDisk(where.cache, library.whilePreparedBytes);
    if (!library.seenWorking) say(`Nobody has reported yet how TensorFlow does on ${where.platform}; trying.`);
    const downloads = join(where.cache, "downloads");
    const unpackings: Unpacking[] = [];
    for (const { wheel, place } of library.wheels) unpackings.push({ wheelPath: await fetchWheel(wheel, downloads), place });
    await saying("Unpacking TensorFlow's library.", () => unpackWheels(unpackings, tensorflowDir));
    rmSync(downloads, { recursive: true, force: true });
  }
  if (!existsSync(binding)) {
    const nodeApiHeaders = createRequire(join(rootDir(), "package.json")).resolve("node-api-headers/package.json");
    await saying("Compiling TensorFlow's binding.", () =>
      compileBinding({
        packageDir: where.packageDir,
        nodeApiHeadersDir: join(dirname(nodeApiHeaders), "include"),
        tensorflowDir,
        addedSources: addedFiles().filter((path) => path.endsWith(".cc")),
        target: binding,
      }),
    );
  }
  linkPackage(where.packageDir, tensorflowDir, binding);
  const found = await checkNativeLoads(rootDir());
  if (!found.loads || (library.needsGpu && !found.gpu)) {
    unlinkPackage(where.packageDir);
    rmSync(binding, { force: true });
    throw new UnusableLibrary(
      found.loads
        ? "TensorFlow finds no card that it can use with this driver."
        : `TensorFlow's native library is there but cannot be used: ${found.why}.`,
      `Delete ${where.cache} and start again; if it stays so, this machine cannot run it.`,
    );
  }
  writeStamp(where.packageDir, { kind: "reefline", key: where.key, tensorflowVersion: found.tensorflowVersion });
  say(`Native TensorFlow ${found.tensorflowVersion} is ready${library.needsGpu ? ", on the graphics card" : ""}.`);
}
