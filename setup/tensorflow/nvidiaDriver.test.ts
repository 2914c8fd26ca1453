import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { CUDA_WHEELS, cudaBytes } from "./cudaWheels.ts";
import { driverTooOld, findNvidiaDriver } from "./nvidiaDriver.ts";
import { cudaPlace, tensorflowPlace } from "./unpackWheel.ts";

describe("an NVIDIA driver", () => {
  const folder = mkdtempSync(join(tmpdir(), "reefline-driver-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const [lib, elsewhere] = [join(folder, "lib"), join(folder, "elsewhere")];
  for (const path of [lib, elsewhere]) mkdirSync(path);
  const library = join(lib, "libcuda.so.1");
  writeFileSync(library, "");
  const device = join(folder, "nvidiactl");
  const versionFile = join(folder, "version");
  const places = { folders: [elsewhere, lib], devices: [join(folder, "none"), device], versionFile };

  it("is seen when its library and a device are there, with its version where the kernel tells", () => {
    expect(findNvidiaDriver({}, places)).toBeNull();
    writeFileSync(device, "");
    expect(findNvidiaDriver({}, places)).toEqual({ library, version: null });
    writeFileSync(
      versionFile,
      "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.14  Thu Feb 22 01:44:30 UTC 2024\nGCC version 12.2.0\n",
    );
    expect(findNvidiaDriver({}, places)).toEqual({ library, version: "550.54.14" });
    expect(findNvidiaDriver({}, { ...places, folders: [elsewhere] })).toBeNull();
    expect(findNvidiaDriver({ LD_LIBRARY_PATH: `:${lib}` }, { ...places, folders: [] })).toEqual({ library, version: "550.54.14" });
  });

  it("is left alone when the cards are hidden", () => {
    for (const hidden of ["", "-1"]) expect(findNvidiaDriver({ CUDA_VISIBLE_DEVICES: hidden }, places)).toBeNull();
    expect(findNvidiaDriver({ CUDA_VISIBLE_DEVICES: "0" }, places)).not.toBeNull();
  });

  it("is refused when CUDA 12 does not run on it", () => {
    expect(driverTooOld({ library, version: "470.256.02" })).toMatch(/470\.256\.02 is older than 525/);
    expect(driverTooOld({ library, version: "525.60.13" })).toBeNull();
    expect(driverTooOld({ library, version: null })).toBeNull();
  });
});

describe("what is fetched for a card", () => {
  it("is pinned and adds up", () => {
    expect(CUDA_WHEELS.map(({ requirement }) => requirement)).toContain("nvidia-cudnn-cu12");
    for (const { sha256, downloadBytes, unpackedBytes } of CUDA_WHEELS) {
      expect(sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(unpackedBytes).toBeGreaterThan(downloadBytes);
    }
    const { download, whilePrepared, afterwards } = cudaBytes();
    expect(Math.round(download / 1e8)).toBe(34);
    expect(Math.round(afterwards / 1e8)).toBe(57);
    expect(whilePrepared).toBeGreaterThan(download + afterwards);
  });

  it("goes where TensorFlow looks for it: nvidia/ beside lib/", () => {
    expect(tensorflowPlace("tensorflow/libtensorflow_cc.so.2")).toBe("lib/libtensorflow_cc.so.2");
    expect(tensorflowPlace("tensorflow/include/tensorflow/c/c_api.h")).toBe("include/tensorflow/c/c_api.h");
    expect(tensorflowPlace("tensorflow/python/_pywrap.so")).toBeNull();
    expect(cudaPlace("nvidia/cudnn/lib/libcudnn.so.9")).toBe("nvidia/cudnn/lib/libcudnn.so.9");
    expect(cudaPlace("nvidia/cuda_nvcc/bin/ptxas")).toBe("nvidia/cuda_nvcc/bin/ptxas");
    for (const name of [
      "nvidia/cudnn/include/cudnn.h",
      "nvidia/cudnn/lib/",
      "nvidia/x/lib/../../../../etc/passwd",
      "nvidia_cudnn/METADATA",
    ]) {
      expect(cudaPlace(name)).toBeNull();
    }
  });
});
