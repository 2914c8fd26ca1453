import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { rootDir } from "./paths.ts";

const FILES = ["maplibre-gl-worker.mjs", "maplibre-gl-shared.mjs"];

/**
 * Copies MapLibre's worker and what it imports to `public/vendor/`. MapLibre 6 loads its worker from the address given to
 * `setWorkerUrl` ("/vendor/maplibre-gl-worker.mjs") and draws nothing, without an error, when there is none.
 */
export function ensureMapWorker(): void {
  const root = rootDir();
  const dist = join(root, "node_modules", "maplibre-gl", "dist");
  const vendor = join(root, "public", "vendor");
  mkdirSync(vendor, { recursive: true });
  for (const name of FILES) {
    const source = join(dist, name);
    const target = join(vendor, name);
    if (existsSync(target) && statSync(target).size === statSync(source).size && readFileSync(target).equals(readFileSync(source)))
      continue;
    copyFileSync(source, `${target}.${process.pid}.tmp`);
    renameSync(`${target}.${process.pid}.tmp`, target);
  }
}
