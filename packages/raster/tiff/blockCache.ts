/** What can be kept: anything that says how many bytes it holds. */
export interface Sized {
  readonly byteLength: number;
}

/**
 * Decoded blocks of all open rasters under one byte budget, least recently used first out. A block asked for twice at the
 * same time is loaded once.
 */
export class BlockCache {
  private readonly kept = new Map<string, Sized>();
  private readonly loading = new Map<string, Promise<Sized>>();
  private bytes = 0;
  /** May be changed; a smaller one takes effect with the next block. */
  budgetBytes: number;

  constructor(budgetBytes: number) {
    this.budgetBytes = budgetBytes;
  }

  get usedBytes(): number {
    return this.bytes;
  }

  /** The block under `key` where it is in memory. */
  peek<Block extends Sized>(key: string): Block | undefined {
    // Keys carry the id of their raster and the kind of block, so what lies under one is always of one type.
    const found = this.kept.get(key) as Block | undefined;
    if (found) {
      this.kept.delete(key);
      this.kept.set(key, found);
    }
    return found;
  }

  /** The block under `key`, from memory or by `load`. A load that fails is not remembered. */
  async get<Block extends Sized>(key: string, load: () => Promise<Block>): Promise<Block> {
    const found = this.peek<Block>(key);
    if (found) return found;
    const underway = this.loading.get(key) as Promise<Block> | undefined;
    if (underway) return underway;
    const promise = load().then((block) => {
      this.keep(key, block);
      return block;
    });
    this.loading.set(key, promise);
    try {
      return await promise;
    } finally {
      this.loading.delete(key);
    }
  }

  /** Drops every block whose key starts with `prefix`. */
  forget(prefix: string): void {
    for (const [key, block] of this.kept) {
      if (!key.startsWith(prefix)) continue;
      this.kept.delete(key);
      this.bytes -= block.byteLength;
    }
  }

  private keep(key: string, block: Sized): void {
    if (block.byteLength > this.budgetBytes) return;
    this.kept.set(key, block);
    this.bytes += block.byteLength;
    for (const [oldest, old] of this.kept) {
      if (this.bytes <= this.budgetBytes) break;
      this.kept.delete(oldest);
      this.bytes -= old.byteLength;
    }
  }
}

const shared = new BlockCache(0);

/** The cache of all rasters of this process that are not given one of their own; its budget is the one asked for last. */
export function sharedBlockCache(budgetBytes: number): BlockCache {
  shared.budgetBytes = budgetBytes;
  return shared;
}
