import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "../lock.ts";
import { userCacheDir } from "../paths.ts";
import { SetupProblem } from "../problem.ts";
import { findProgram, runCommand } from "../run.ts";
import { say, saying } from "../say.ts";

/** Dawn's binding for Node (MIT; Dawn itself BSD), for every platform in one package; only this one's file is kept. */
const published = {
  name: "webgpu",
  version: "0.4.0",
  sha512: "F5pimn3Aoi0zWjuRdiVs5TnrUwSzD2lESBohsIUsqyitWkGRQlXU2fhV6ycXlQTa1bvAf3sjqiUpBEpmSQ5ptA==",
  megabytes: 25,
};
const platforms = ["darwin-universal", "linux-arm64", "linux-x64", "win32-x64"];

/** Where the binding lies, whether it is there or not; null where none is published for this platform. */
export function webGpuPath(): string | null {
  const platform = `${process.platform}-${process.platform === "darwin" ? "universal" : process.arch}`;
  return platforms.includes(platform) ? join(userCacheDir(), `${published.name}-${published.version}-${platform}`, fileOf(platform)) : null;
}

const fileOf = (platform: string): string => `${platform}.dawn.node`;

/**
 * The binding for WebGPU in the user's cache, fetched by npm once per user when somebody asks for that backend.
 * @throws SetupProblem that says what is missing and how to get it
 */
export async function ensureWebGpu(): Promise<string> {
  const path = webGpuPath();
  if (path === null) {
    throw new SetupProblem(`There is no WebGPU for ${process.platform} ${process.arch}.`, "Start without --backend webgpu.");
  }
  const cache = userCacheDir();
  mkdirSync(cache, { recursive: true });
  await withLock(
    join(cache, "webgpu.lock"),
    () => say("Another start is fetching the binding for WebGPU; waiting for it."),
    async () => {
      if (existsSync(path)) return;
      const work = join(cache, `webgpu-fetching-${process.pid}`);
      rmSync(work, { recursive: true, force: true });
      mkdirSync(join(work, "dist"), { recursive: true });
      try {
        await unpack(await fetchPackage(work), work);
        renameSync(join(work, "dist"), join(path, ".."));
      } finally {
        rmSync(work, { recursive: true, force: true });
      }
    },
  );
  return path;
}

async function fetchPackage(folder: string): Promise<string> {
  const npm = findProgram("npm", "npm.cmd");
  const again = "Check the network and start again, or start without --backend webgpu.";
  if (npm === null) throw new SetupProblem("The binding for WebGPU cannot be fetched because npm is not on the path.", again);
  const { name, version, sha512, megabytes } = published;
  const { code, output } = await saying(`Downloading the binding for WebGPU with npm (${megabytes} MB, once per user).`, () =>
    runCommand(npm, ["pack", `${name}@${version}`, "--pack-destination", folder, "--loglevel=error"], { timeoutMs: 900_000 }),
  );
  const file = join(folder, `${name}-${version}.tgz`);
  if (code !== 0 || !existsSync(file)) {
    const why = output.split("\n").find((line) => /error/i.test(line)) ?? "it ended without saying why";
    throw new SetupProblem(`The binding for WebGPU could not be fetched with npm: ${why.trim()}.`, again);
  }
  if (createHash("sha512").update(readFileSync(file)).digest("base64") !== sha512) {
    throw new SetupProblem("The package that npm brought for WebGPU is not the one that was published (its SHA-512 differs).", again);
  }
  return file;
}

/** Takes this platform's files into `folder`/dist. */
async function unpack(packageFile: string, folder: string): Promise<void> {
  const tar = findProgram("tar", "tar.exe");
  const platform = process.platform === "darwin" ? "darwin-universal" : `${process.platform}-${process.arch}`;
  // Direct3D's compiler lies beside the binding.
  const files = [fileOf(platform), ...(process.platform === "win32" ? ["d3dcompiler_47.dll"] : [])].map((file) => `package/dist/${file}`);
  const result = tar === null ? null : await runCommand(tar, ["-xzf", packageFile, "-C", folder, "--strip-components=1", ...files]);
  if (result?.code !== 0) {
    throw new SetupProblem(
      `The binding for WebGPU could not be unpacked: ${result ? result.output.trim() : "there is no program tar"}.`,
      "Install tar, or start without --backend webgpu.",
    );
  }
}
