import { homedir } from "node:os";
import { join } from "node:path";

/** The checkout's root; the launcher says where. */
export function rootDir(): string {
  const root = process.env.REEFLINE_ROOT;
  if (root === undefined) throw new Error("Start Reefline with bin/reefline.mjs, which says where it lies.");
  return root;
}

/** What belongs to the user and not to one checkout: native libraries, downloads, benchmark environments. */
export function userCacheDir(env: NodeJS.ProcessEnv = process.env): string {
  if (env.REEFLINE_CACHE) return env.REEFLINE_CACHE;
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, "reefline");
  if (process.platform === "win32" && env.LOCALAPPDATA) return join(env.LOCALAPPDATA, "reefline", "cache");
  return join(homedir(), process.platform === "darwin" ? "Library/Caches/reefline" : ".cache/reefline");
}

/** What belongs to one checkout and may be deleted. */
export function checkoutCacheDir(): string {
  return join(rootDir(), ".cache");
}
