#!/usr/bin/env node
/**
 * The launcher: checks Node and the installation, bundles what changed, makes the set-up, runs the command.
 * It is plain JavaScript because it is what turns the TypeScript into something Node can run.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

function stop(sentence, exitCode = 1) {
  process.stderr.write(`${sentence}\n`);
  process.exit(exitCode);
}

// A reader that has seen enough (`| head`) closes the pipe: what is left to say goes nowhere, and the work goes on.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error) => {
    if (error.code !== "EPIPE") throw error;
  });
}

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  stop(
    `Reefline needs Node.js 20.19 or newer and this is ${process.versions.node}: install a current one from https://nodejs.org and try again.`,
  );
}
if (!existsSync(join(root, "node_modules", "esbuild", "package.json")) || !existsSync(join(root, "node_modules", "@reefline", "schema"))) {
  stop(`Reefline's libraries are not installed: run "npm ci" in ${root} first.`);
}

process.env.REEFLINE_ROOT = root;
process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";
// A graphics card's memory is taken as it is needed, not all at once: the worker and a prediction's engine test share it.
process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= "true";
process.env.NEXT_TELEMETRY_DISABLED ??= "1";
// Node's notices about things its own libraries deprecated are not for the person at the terminal.
process.noDeprecation = true;

const { bundle } = await import("./bundle.mjs");
const { folder, entries } = await bundle();

/** A clear stop when a bundled entry is missing or did not compile. */
function requireEntry(name) {
  const entry = entries[name];
  if (entry === undefined) stop(`Reefline has no part named "${name}".`, 2);
  if (entry.error !== undefined) stop(`${entry.source} could not be bundled:\n${entry.error}`);
}

async function load(name) {
  requireEntry(name);
  return import(pathToFileURL(join(folder, `${name}.js`)).href);
}

/** What a command needs beside the bundles. Commands that never touch a model start without it. */
function needsOf(words) {
  const [first, second] = words.filter((word) => !word.startsWith("-"));
  if (first === "start" || first === "serve") return ["native", "encoder", "pages"];
  if (first === "test") return ["native", "encoder", "pages", "browser"];
  if (words.length === 0 || words.includes("--help") || words.includes("-h") || words.includes("--version") || words.includes("-V"))
    return [];
  if (first === undefined || ["help", "doctor", "jobs", "export", "labels"].includes(first)) return [];
  if (first === "survey" && second !== "add") return [];
  if (first === "model" && second !== "engines") return [];
  return ["train", "demo", "worker", "bench"].includes(first) ? ["native", "encoder"] : ["native"];
}

/** The words of the command without `--data DIR`, which may stand before it. */
function commandWords(args) {
  const words = [];
  for (let index = 0; index < args.length; index += 1) {
    if (args[index] === "--data") index += 1;
    else words.push(args[index]);
  }
  return words;
}

const args = process.argv.slice(2);
// What models run on decides what has to be set up, and every process started from here inherits it.
const backends = ["auto", "native-gpu", "native-cpu", "webgpu", "wasm"];
const backendAt = args.indexOf("--backend");
if (backendAt >= 0) {
  process.env.REEFLINE_BACKEND = args[backendAt + 1] ?? "";
  args.splice(backendAt, 2);
  process.argv.splice(backendAt + 2, 2);
}
const backend = process.env.REEFLINE_BACKEND;
if (backend !== undefined && !backends.includes(backend)) {
  stop(`There is no backend "${backend}": choose one of ${backends.join(", ")}.`, 2);
}
// TensorFlow looks for graphics cards when it loads.
if (backend === "native-cpu") process.env.CUDA_VISIBLE_DEVICES = "";
const words = commandWords(args);

const needs = needsOf(words);
if (needs.includes("pages")) for (const name of ["server", "worker"]) requireEntry(name);
if (needs.length > 0) {
  const { ensureSetup } = await load("setup");
  const { problems, missing } = await ensureSetup(needs);
  // Children inherit what was found, so that one start says it once and the pages can show it.
  process.env.REEFLINE_SETUP_PROBLEMS = JSON.stringify(problems);
  if (missing.length > 0) stop(missing.join("\n"));
}

if (words[0] === "start") {
  process.argv.splice(2, process.argv.length, ...args.filter((word, index) => !(word === "start" && index === args.indexOf("start"))));
  await load("start");
} else if (words[0] === "test") {
  process.argv.splice(2, process.argv.length, ...words.slice(1));
  await load("test");
} else if (words[0] === "bench") {
  const known = Object.keys(entries)
    .filter((name) => name.startsWith("bench-"))
    .map((name) => name.slice("bench-".length));
  const name = words[1];
  if (name === undefined || !known.includes(name)) stop(`Say which benchmark: ${known.join(", ") || "there is none yet"}.`, 2);
  process.argv.splice(2, process.argv.length, ...words.slice(2));
  await load(`bench-${name}`);
} else {
  await load("cli");
}
