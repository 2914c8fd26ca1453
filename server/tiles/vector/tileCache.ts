/** Tiles that took many polygons to make; the one not asked for longest goes first. */
export class TileCache {
  private readonly tiles = new Map<string, Uint8Array>();
  private bytes = 0;

  constructor(
    private readonly mostBytes: number,
    /** Smaller tiles are made again just as fast. */
    private readonly worthBytes = 16_384,
  ) {}

  tile(key: string, make: () => Uint8Array | null): Uint8Array | null {
    const known = this.tiles.get(key);
    if (known) {
      this.tiles.delete(key);
      this.tiles.set(key, known);
      return known;
    }
    const made = make();
    if (!made || made.length < this.worthBytes) return made;
    this.tiles.set(key, made);
    this.bytes += made.length;
    for (const [oldKey, old] of this.tiles) {
      if (this.bytes <= this.mostBytes) break;
      this.tiles.delete(oldKey);
      this.bytes -= old.length;
    }
    return made;
  }
}
