import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { SetupProblem } from "../problem.ts";
import { findProgram, runCommand } from "../run.ts";

export function findCompiler(): string | null {
  const chosen = process.env.CXX;
  return chosen ? findProgram(chosen) : findProgram("g++", "c++", "clang++");
}

/** How to get a C++ compiler, in words. */
export function compilerFix(): string {
  if (process.platform === "darwin") return "Install Apple's command line tools (xcode-select --install) and start again.";
  return "Install a C++ compiler (Debian, Ubuntu: sudo apt install g++; Fedora: sudo dnf install gcc-c++) and start again.";
}

/**
 * Compiles TensorFlow.js's N-API binding against the unpacked library. N-API is the same for every Node version, so one binary
 * serves all.
 *
 * @throws SetupProblem without a compiler, or when it refuses.
 */
export async function compileBinding(options: {
  packageDir: string;
  nodeApiHeadersDir: string;
  tensorflowDir: string;
  /** Our own additions, beside this file in the sources. */
  addedSources: readonly string[];
  target: string;
}): Promise<void> {
  const compiler = findCompiler();
  if (compiler === null) {
    throw new SetupProblem("Native TensorFlow cannot be built because there is no C++ compiler.", compilerFix());
  }
  const { packageDir, nodeApiHeadersDir, tensorflowDir, addedSources, target } = options;
  mkdirSync(dirname(target), { recursive: true });
  const work = `${target}.${process.pid}.tmp`;
  const result = await runCommand(compiler, [
    "-std=c++17",
    "-O3",
    "-shared",
    "-fPIC",
    "-w",
    "-DNAPI_VERSION=8",
    `-I${nodeApiHeadersDir}`,
    `-I${join(tensorflowDir, "include")}`,
    `-I${dirname(packageDir)}`,
    join(packageDir, "binding", "tfjs_backend.cc"),
    join(packageDir, "binding", "tfjs_binding.cc"),
    ...addedSources,
    "-Wl,--wrap=TFE_OpSetAttrString",
    "-o",
    work,
    `-L${join(tensorflowDir, "lib")}`,
    "-l:libtensorflow_cc.so.2",
    "-l:libtensorflow_framework.so.2",
    "-Wl,-rpath,$ORIGIN/../../deps/lib",
  ]);
  if (result.code !== 0 || !existsSync(work)) {
    rmSync(work, { force: true });
    const reason = result.output.split("\n").find((line) => /error/i.test(line)) ?? result.output.trim().split("\n").at(-1);
    throw new SetupProblem(`The C++ compiler (${compiler}) could not build TensorFlow's binding: ${reason ?? "no message"}`, compilerFix());
  }
  renameSync(work, target);
}
