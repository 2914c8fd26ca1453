import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileSha256 } from "../contentHash.ts";
import { SetupProblem } from "../problem.ts";
import { findProgram, runCommand } from "../run.ts";
import { say, saying } from "../say.ts";
import { WHEEL_ABI, WHEEL_PYTHON, type Wheel } from "./wheel.ts";

/** A pip that works here: how to call it, what to call it by, its version. */
export type Pip = { command: string; args: string[]; name: string; version: number };

/** Looks for pip of the system's Python, then for uv, which can run one. Null when there is neither. */
export async function findPip(): Promise<Pip | null> {
  const candidates: { command: string | null; args: string[]; name: string }[] = [
    { command: findProgram("python3"), args: ["-m", "pip"], name: "pip" },
    { command: findProgram("python"), args: ["-m", "pip"], name: "pip" },
    { command: findProgram("pip3", "pip"), args: [], name: "pip" },
    { command: findProgram("uv"), args: ["tool", "run", "--quiet", "pip"], name: "uv" },
  ];
  for (const { command, args, name } of candidates) {
    if (command === null) continue;
    const result = await runCommand(command, [...args, "--version"], { timeoutMs: 120_000 });
    const version = /pip (\d+\.\d+)/.exec(result.output)?.[1];
    if (result.code === 0 && version !== undefined) return { command, args, name, version: Number.parseFloat(version) };
  }
  return null;
}

async function isTheWheel(path: string, wheel: Wheel): Promise<boolean> {
  try {
    return (await fileSha256(path)) === wheel.sha256;
  } catch {
    return false;
  }
}

/** pip says "no matching distribution" when it could not ask at all; what it warned of before is the reason. */
function whyPipFailed(output: string): string {
  if (/name resolution|NewConnectionError|unreachable|Connection(Error| refused| timed out)|Read timed out|ProxyError/i.test(output)) {
    return "the package index cannot be reached from here.";
  }
  if (/No matching distribution/i.test(output)) return "the package index does not offer it here, or cannot be reached.";
  return (
    output
      .split("\n")
      .filter((line) => /error/i.test(line))
      .at(-1)
      ?.trim() ?? "it ended without saying why."
  );
}

/**
 * The wheel's file inside `folder`, fetched by an ordinary client by name and version, with the content that is pinned here. A file
 * that an earlier start left whole is taken again; one that was cut off is fetched anew under another name.
 *
 * @throws SetupProblem when there is no client, no network, or another content under this name.
 */
export async function fetchWheel(wheel: Wheel, folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const done = join(folder, `${wheel.requirement}-${wheel.version}-${wheel.platformTag}.whl`);
  if (await isTheWheel(done, wheel)) {
    say(`${wheel.title} was downloaded before; using that file.`);
    return done;
  }
  const pip = await findPip();
  if (pip === null) {
    throw new SetupProblem(
      `${wheel.title} cannot be downloaded because neither pip nor uv is installed.`,
      process.platform === "linux"
        ? "Install one (Debian, Ubuntu: sudo apt install python3-pip; or see https://docs.astral.sh/uv) and start again."
        : "Install Python with pip, or uv, and start again.",
    );
  }
  const failedBefore = join(folder, `${wheel.requirement}-failed-before`);
  const work = join(folder, `fetching-${process.pid}`);
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  try {
    const list = join(work, "requirements.txt");
    writeFileSync(list, `${wheel.requirement}==${wheel.version} --hash=sha256:${wheel.sha256}\n`);
    const args = [
      ...pip.args,
      "download",
      "--no-deps",
      "--only-binary=:all:",
      "--require-hashes",
      "--implementation=cp",
      `--python-version=${WHEEL_PYTHON}`,
      `--abi=${WHEEL_ABI}`,
      `--platform=${wheel.platformTag}`,
      // A dropped connection goes on where it stopped; older pips begin again.
      ...(pip.version >= 25.1 ? ["--resume-retries=5"] : []),
      // At a field station without a network every start should not wait for all of pip's patience again.
      ...(existsSync(failedBefore) ? ["--retries=0"] : []),
      ...(process.stderr.isTTY ? [] : ["--progress-bar=off"]),
      `--dest=${work}`,
      `--requirement=${list}`,
    ];
    const megabytes = Math.round(wheel.downloadBytes / 1e6);
    const result = await saying(`Downloading ${wheel.title} with ${pip.name} (${megabytes} MB, once per user).`, () =>
      // pip writes the growing file to TMPDIR, which is often small.
      runCommand(pip.command, args, {
        env: { ...process.env, TMPDIR: work, PIP_DISABLE_PIP_VERSION_CHECK: "1" },
        show: process.stderr.isTTY,
      }),
    );
    const name = readdirSync(work).find((file) => file.endsWith(".whl"));
    if (result.code !== 0 || name === undefined) {
      writeFileSync(failedBefore, "");
      throw new SetupProblem(
        `${wheel.title} could not be downloaded with ${pip.name}: ${whyPipFailed(result.output)}`,
        "Check the network (a package mirror is set up in pip's own configuration) and start again; what was fetched whole is kept.",
      );
    }
    if (!(await isTheWheel(join(work, name), wheel))) {
      throw new SetupProblem(
        `The file that ${pip.name} brought as ${wheel.title} is not the one that was published (its SHA-256 differs), so it was thrown away.`,
        "Try again on another network, or check the package mirror that pip uses.",
      );
    }
    renameSync(join(work, name), done);
    rmSync(failedBefore, { force: true });
    return done;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
