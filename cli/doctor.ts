import { existsSync, readFileSync, realpathSync, statfsSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Backend, EngineHere } from "@reefline/schema/training";
import { loadBackend, preferBackend } from "@reefline/segmentation/backends/backend";
import { endWebGpu } from "@reefline/segmentation/backends/webGpu";
import { enginesHere } from "@reefline/segmentation/engines/enginesHere";
import Database from "libsql";
import sharp from "sharp";
import { z } from "zod";
import { findBrowser } from "../setup/browser.ts";
import { rootDir, userCacheDir } from "../setup/paths.ts";
import { encoderPath } from "../setup/pretrained/ensureEncoder.ts";
import { findProgram, runCommand } from "../setup/run.ts";
import { compilerFix, findCompiler } from "../setup/tensorflow/compileBinding.ts";
import { cudaBytes } from "../setup/tensorflow/cudaWheels.ts";
import { cudaFailurePath, nativePackageDir } from "../setup/tensorflow/ensureNative.ts";
import { bindingPath } from "../setup/tensorflow/linkPackage.ts";
import { checkNativeLoads } from "../setup/tensorflow/loadCheck.ts";
import { driverTooOld, findNvidiaDriver } from "../setup/tensorflow/nvidiaDriver.ts";
import { wheelForThisMachine } from "../setup/tensorflow/wheels.ts";
import { webGpuPath } from "../setup/webgpu/ensureWebGpu.ts";
import { findPip } from "../setup/wheels/fetchWheel.ts";

/** One thing looked at: `ok`; `note` is worth knowing and stops nothing; `missing` takes something away and has a fix. */
export interface Finding {
  readonly name: string;
  readonly state: "ok" | "note" | "missing";
  readonly found: string;
  readonly fix: string | null;
}

export interface DoctorReport {
  readonly version: string;
  readonly findings: Finding[];
  /** What models run on, chosen as the worker chooses it. */
  readonly backend: Backend | null;
  /** Why the better ones were not. */
  readonly passedOver: string[];
  /** What predictions may run on; which is fastest is found by a test of the model itself (`reefline model engines`). */
  readonly engines: EngineHere[];
}

const ok = (name: string, found: string): Finding => ({ name, state: "ok", found, fix: null });
const note = (name: string, found: string, fix: string | null = null): Finding => ({ name, state: "note", found, fix });
const missing = (name: string, found: string, fix: string): Finding => ({ name, state: "missing", found, fix });

const NODE_FIX = "Install the current Node.js from https://nodejs.org.";

function nodeFinding(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const enough = major > 20 || (major === 20 && minor >= 19);
  return enough ? ok("Node.js", process.versions.node) : missing("Node.js", `${process.versions.node}, older than 20.19`, NODE_FIX);
}

function machineFinding(): Finding {
  const threads = availableParallelism();
  const gigabytes = totalmem() / 2 ** 30;
  const found = `${process.platform} ${process.arch}, ${threads} processor threads, ${gigabytes.toFixed(0)} GB memory`;
  return gigabytes < 4
    ? note("machine", found, "Training needs about 2 GB free; close other programs while it runs.")
    : ok("machine", found);
}

async function nativeFinding(): Promise<Finding> {
  const name = "native TensorFlow";
  if (process.env.REEFLINE_BACKEND === "wasm") return ok(name, "not asked for (--backend wasm)");
  if (!existsSync(bindingPath(nativePackageDir()))) {
    const wheel = wheelForThisMachine();
    return "why" in wheel
      ? missing(name, wheel.why, wheel.fix)
      : missing(name, "not prepared in this checkout yet", "npm start prepares it (and says what is in the way, if something is).");
  }
  const check = await checkNativeLoads(rootDir());
  return check.loads
    ? ok(
        name,
        `${check.tensorflowVersion}, library in ${dirname(realpathSync(join(nativePackageDir(), "deps/lib/libtensorflow_cc.so.2")))}`,
      )
    : missing(name, `there, but ${check.why}`, `Delete ${userCacheDir()} and run npm start again.`);
}

function encoderFinding(): Finding {
  return existsSync(encoderPath())
    ? ok("pretrained encoder", encoderPath())
    : note("pretrained encoder", "not fetched yet; models are trained from nothing", "npm start fetches it (17 MB, once per user).");
}

async function compilerFinding(): Promise<Finding> {
  const compiler = findCompiler();
  if (compiler === null) return missing("C++ compiler", "none (needed once, to build TensorFlow's binding)", compilerFix());
  const { output } = await runCommand(compiler, ["--version"], { timeoutMs: 20_000 });
  return ok("C++ compiler", output.split("\n")[0]?.trim() || compiler);
}

async function pipFinding(): Promise<Finding> {
  const pip = await findPip();
  if (pip !== null) return ok("pip or uv", `${pip.name === "uv" ? "uv with pip" : "pip"} ${pip.version} (${pip.command})`);
  return missing(
    "pip or uv",
    "neither (one is needed once, to download TensorFlow)",
    "Install one: sudo apt install python3-pip, or https://docs.astral.sh/uv.",
  );
}

async function gpuFinding(): Promise<Finding> {
  const name = "graphics card";
  const driver = findNvidiaDriver();
  if (driver === null) return note(name, "no NVIDIA driver with a card, or hidden (CUDA_VISIBLE_DEVICES); models run on the processor");
  const query = findProgram("nvidia-smi");
  const asked = query && (await runCommand(query, ["--query-gpu=name,memory.total", "--format=csv,noheader"], { timeoutMs: 20_000 }));
  const cards = asked && asked.code === 0 ? asked.output.trim().split("\n").join("; ") : "a card";
  const found = `${cards}, driver ${driver.version ?? "of unknown version"} (${driver.library})`;
  const tooOld = driverTooOld(driver);
  if (tooOld !== null) return missing(name, `${found}; not used: ${tooOld}`, "Update the NVIDIA driver and run npm start again.");
  const failed = cudaFailurePath(driver);
  if (existsSync(failed)) {
    return missing(name, `${found}; not used: ${readFileSync(failed, "utf8")}`, `Delete ${failed} and run npm start to try again.`);
  }
  const check = existsSync(bindingPath(nativePackageDir())) ? await checkNativeLoads(rootDir()) : null;
  if (check?.loads && check.gpu) return ok(name, `${found}, used by TensorFlow ${check.tensorflowVersion}`);
  const { download, afterwards } = cudaBytes();
  const [gigabytes, kept] = [download, afterwards].map((bytes) => (bytes / 1e9).toFixed(1));
  return note(name, `${found}; not used yet`, `npm start prepares TensorFlow for it (${gigabytes} GB to download, ${kept} GB on disk).`);
}

function databaseFinding(): Finding {
  try {
    const database = new Database(":memory:");
    const row: unknown = database.prepare("SELECT sqlite_version() AS version").get();
    database.close();
    return ok("database", `SQLite ${z.object({ version: z.string() }).parse(row).version}`);
  } catch (error) {
    return missing("database", `libsql does not load: ${error instanceof Error ? error.message : String(error)}`, 'Run "npm ci" again.');
  }
}

async function imagesFinding(): Promise<Finding> {
  try {
    const bytes = await sharp({ create: { width: 5, height: 3, channels: 4, background: "#24788f" } })
      .webp()
      .toBuffer();
    const { width, height } = await sharp(bytes).metadata();
    if (width !== 5 || height !== 3) throw new Error(`a 5 × 3 image came back as ${width} × ${height}`);
    return ok("images", `sharp ${sharp.versions.sharp ?? ""} with libvips ${sharp.versions.vips}`);
  } catch (error) {
    return missing("images", `sharp does not work: ${error instanceof Error ? error.message : String(error)}`, 'Run "npm ci" again.');
  }
}

function pagesFinding(): Finding {
  return existsSync(join(rootDir(), ".next", "reefline-sources"))
    ? ok("pages", "built")
    : note("pages", "not built yet", "npm start builds them.");
}

function browserFinding(): Finding {
  const browser = findBrowser();
  if (browser !== null) return ok("browser for the tests", browser);
  return note("browser for the tests", "none; only npm test needs one", "npm test gets one, or: sudo apt install chromium.");
}

function diskFinding(name: string, folder: string, wantedBytes: number): Finding {
  let existing = resolve(folder);
  while (!existsSync(existing)) existing = dirname(existing);
  const { bavail, bsize } = statfsSync(existing);
  const found = `${((bavail * bsize) / 1e9).toFixed(1)} GB free for ${resolve(folder)}`;
  return bavail * bsize >= wantedBytes ? ok(name, found) : missing(name, found, "Make room there or choose another folder.");
}

/** Looks at everything Reefline stands on, really trying each, and prints it; with `json` as one JSON document on stdout. */
export async function doctor({
  json,
  dataDir = process.env.REEFLINE_DATA ?? "data",
}: {
  json: boolean;
  dataDir?: string;
}): Promise<DoctorReport> {
  const native = await nativeFinding();
  const findings = [
    nodeFinding(),
    machineFinding(),
    native,
    encoderFinding(),
    await compilerFinding(),
    await pipFinding(),
    await gpuFinding(),
    databaseFinding(),
    await imagesFinding(),
    pagesFinding(),
    browserFinding(),
    diskFinding("disk for data", dataDir, 5e9),
    diskFinding("disk for TensorFlow", userCacheDir(), native.state === "ok" ? 0 : 1.5e9),
  ];
  const report = { version: projectVersion(), findings, ...(await chosenBackend(native)) };
  if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
  else process.stdout.write(inWords(report));
  return report;
}

function projectVersion(): string {
  return z.object({ version: z.string() }).parse(JSON.parse(readFileSync(join(rootDir(), "package.json"), "utf8"))).version;
}

async function chosenBackend(native: Finding): Promise<Pick<DoctorReport, "backend" | "passedOver" | "engines">> {
  try {
    const usable = native.state === "ok";
    const wantsWebGpu = process.env.REEFLINE_BACKEND === "webgpu";
    const binding = webGpuPath();
    preferBackend(usable || wantsWebGpu ? process.env.REEFLINE_BACKEND : "wasm", binding && existsSync(binding) ? binding : undefined);
    const { backend, passedOver } = await loadBackend();
    const reasons = [...(usable ? [] : [`Native TensorFlow: ${native.found}.`]), ...passedOver];
    const engines = await enginesHere();
    endWebGpu();
    return { backend, passedOver: reasons, engines };
  } catch (error) {
    return { backend: null, passedOver: [error instanceof Error ? error.message : String(error)], engines: [] };
  }
}

function inWords({ version, findings, backend, passedOver, engines }: DoctorReport): string {
  const mark = { ok: "ok     ", note: "note   ", missing: "MISSING" };
  const width = Math.max(...findings.map(({ name }) => name.length));
  const lines = findings.flatMap(({ name, state, found, fix }) => [
    `${mark[state]}  ${name.padEnd(width)}  ${found}`,
    ...(fix === null ? [] : [`${" ".repeat(width + 11)}→ ${fix}`]),
  ]);
  return [
    `Reefline ${version}`,
    "",
    ...lines,
    "",
    `Models run on: ${backend?.description ?? "nothing that works"}.`,
    ...passedOver.map((reason) => `  Not better because: ${reason}`),
    "Predictions choose the fastest of:",
    ...engines.map(({ name, version: found, why }) => `  ${name.padEnd(12)} ${found ?? `not here: ${why}`}`),
    "",
  ].join("\n");
}
