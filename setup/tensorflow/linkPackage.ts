import { copyFileSync, existsSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const STAMP = ".reefline-native.json";

/** What the installed package is linked to: our library (`key`), or one that its own install script or a person put there. */
export type NativeStamp = { kind: "reefline" | "own"; key: string; tensorflowVersion: string };

export function bindingPath(packageDir: string): string {
  return join(packageDir, "lib", "napi-v8", "tfjs_binding.node");
}

/** The stamp, when what it speaks of is still there (a deleted cache leaves dangling links). */
export function readStamp(packageDir: string): NativeStamp | null {
  if (!existsSync(bindingPath(packageDir)) || !existsSync(join(packageDir, "deps", "lib"))) return null;
  try {
    const stamp: NativeStamp = JSON.parse(readFileSync(join(packageDir, STAMP), "utf8"));
    if (stamp.kind === "reefline" && !existsSync(join(packageDir, "deps", "lib", "libtensorflow_cc.so.2"))) return null;
    return stamp;
  } catch {
    return null;
  }
}

export function writeStamp(packageDir: string, stamp: NativeStamp): void {
  writeFileSync(join(packageDir, STAMP), JSON.stringify(stamp));
}

function replaceLink(target: string, path: string): void {
  const work = `${path}.${process.pid}.tmp`;
  rmSync(work, { force: true });
  symlinkSync(target, work);
  if (existsSync(path) && !lstatSync(path).isSymbolicLink()) rmSync(path, { recursive: true, force: true });
  renameSync(work, path);
}

/** Points the installed package at the library in the user's cache, and gives it its binding. */
export function linkPackage(packageDir: string, tensorflowDir: string, binding: string): void {
  const lib = join(packageDir, "deps", "lib");
  mkdirSync(lib, { recursive: true });
  mkdirSync(join(packageDir, "lib", "napi-v8"), { recursive: true });
  for (const name of ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"])
    replaceLink(join(tensorflowDir, "lib", name), join(lib, name));
  // TensorFlow looks for NVIDIA's libraries beside its own folder, as it was opened: beside the links.
  const nvidia = join(packageDir, "deps", "nvidia");
  if (existsSync(join(tensorflowDir, "nvidia"))) replaceLink(join(tensorflowDir, "nvidia"), nvidia);
  else rmSync(nvidia, { force: true });
  replaceLink("libtensorflow_cc.so.2", join(lib, "libtensorflow.so.2"));
  replaceLink("libtensorflow_cc.so.2", join(lib, "libtensorflow.so"));
  replaceLink("libtensorflow_framework.so.2", join(lib, "libtensorflow_framework.so"));
  const work = `${bindingPath(packageDir)}.${process.pid}.tmp`;
  copyFileSync(binding, work);
  renameSync(work, bindingPath(packageDir));
}

/** Takes the binding away, so that nothing tries to load what crashed. */
export function unlinkPackage(packageDir: string): void {
  rmSync(bindingPath(packageDir), { force: true });
  rmSync(join(packageDir, STAMP), { force: true });
}
