import type { Raster } from "@reefline/raster/raster";
import { BlockCache } from "@reefline/raster/tiff/blockCache";
import { defaultLimits, type Limits } from "@reefline/schema/limits";
import { openRasterPlace, type RasterPlace } from "../assets/rasterPlace.ts";

interface Entry {
  readonly raster: Promise<Raster>;
  users: number;
  isEvicted: boolean;
}

/**
 * Keeps the rasters that tiles are drawn from open, least recently used closed first, all of them sharing one cache of
 * decoded blocks. A raster in use is closed when its last user is done.
 */
export class RasterPool {
  private readonly entries = new Map<string, Entry>();
  private readonly cache: BlockCache;
  private readonly limits: Limits;
  private readonly openAtOnce: number;

  constructor(options: { limits?: Limits; openAtOnce?: number } = {}) {
    this.limits = options.limits ?? defaultLimits;
    this.openAtOnce = options.openAtOnce ?? 32;
    this.cache = new BlockCache(this.limits.blockCacheBytes);
  }

  /**
   * Runs `task` with the raster at `place`.
   * @param key names what lies there, e.g. asset id and version: another key opens it anew
   */
  async use<Result>(place: RasterPlace, key: string, task: (raster: Raster) => Promise<Result>): Promise<Result> {
    const entry = this.entry(place, key);
    entry.users++;
    try {
      return await task(await entry.raster);
    } finally {
      entry.users--;
      if (entry.isEvicted && entry.users === 0) await close(entry);
    }
  }

  /** Closes the rasters whose key starts with `prefix`, e.g. before their file is deleted. */
  async evict(prefix: string): Promise<void> {
    const chosen = [...this.entries].filter(([key]) => key.startsWith(prefix));
    await Promise.all(chosen.map(([key, entry]) => this.remove(key, entry)));
  }

  /** Closes everything; the pool may be used again. */
  close(): Promise<void> {
    return this.evict("");
  }

  private entry(place: RasterPlace, key: string): Entry {
    const found = this.entries.get(key);
    if (found) {
      this.entries.delete(key);
      this.entries.set(key, found);
      return found;
    }
    const entry: Entry = {
      raster: openRasterPlace(place, this.limits, this.cache),
      users: 0,
      isEvicted: false,
    };
    this.entries.set(key, entry);
    // A file that cannot be opened now may be there later.
    entry.raster.catch(() => this.entries.get(key) === entry && this.entries.delete(key));
    for (const [oldKey, old] of this.entries) {
      if (this.entries.size <= this.openAtOnce) break;
      void this.remove(oldKey, old);
    }
    return entry;
  }

  private async remove(key: string, entry: Entry): Promise<void> {
    this.entries.delete(key);
    entry.isEvicted = true;
    if (entry.users === 0) await close(entry);
  }
}

async function close(entry: Entry): Promise<void> {
  const raster = await entry.raster.catch(() => null);
  await raster?.close();
}
