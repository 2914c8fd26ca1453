import { existsSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";

/** An NVIDIA driver as it lies on this machine. */
export type NvidiaDriver = {
  /** The driver's own library, which no package brings. */
  library: string;
  /** "550.54.14"; null where the kernel does not tell (inside WSL). */
  version: string | null;
};

/** Where to look; other places in tests. */
export type DriverPlaces = { folders: readonly string[]; devices: readonly string[]; versionFile: string };

export const DRIVER_PLACES: DriverPlaces = {
  folders: [
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib64",
    "/usr/lib",
    "/usr/lib/wsl/lib",
    "/usr/local/nvidia/lib64",
    "/usr/local/nvidia/lib",
    "/run/opengl-driver/lib",
  ],
  // The second is WSL's.
  devices: ["/dev/nvidiactl", "/dev/dxg"],
  versionFile: "/proc/driver/nvidia/version",
};

/** CUDA 12 runs on this driver and newer ones. */
export const OLDEST_DRIVER = 525;

/** The driver, when its library and a device are there and nobody has hidden the cards. */
export function findNvidiaDriver(
  env: Record<string, string | undefined> = process.env,
  places: DriverPlaces = DRIVER_PLACES,
): NvidiaDriver | null {
  if (env.CUDA_VISIBLE_DEVICES !== undefined && ["", "-1"].includes(env.CUDA_VISIBLE_DEVICES.trim())) return null;
  if (!places.devices.some((path) => existsSync(path))) return null;
  const folders = [...(env.LD_LIBRARY_PATH ?? "").split(delimiter).filter((path) => path !== ""), ...places.folders];
  const library = folders.map((folder) => join(folder, "libcuda.so.1")).find((path) => existsSync(path));
  if (library === undefined) return null;
  const said = existsSync(places.versionFile) ? readFileSync(places.versionFile, "utf8") : "";
  return { library, version: /\b(\d{3,}\.\d+(?:\.\d+)?)\b/.exec(said)?.[1] ?? null };
}

/** Why this driver cannot run CUDA 12, or null. */
export function driverTooOld({ version }: NvidiaDriver): string | null {
  if (version === null || Number.parseInt(version, 10) >= OLDEST_DRIVER) return null;
  return `The driver ${version} is older than ${OLDEST_DRIVER}, which CUDA 12 needs.`;
}
