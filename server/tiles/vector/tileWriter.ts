/** Vector tiles as the Mapbox Vector Tile specification 2.1 has them, polygons only. */

/** Growing bytes with protobuf's variable-length integers. */
class Bytes {
  data = new Uint8Array(1 << 12);
  length = 0;

  private reserve(count: number): void {
    if (this.length + count <= this.data.length) return;
    const larger = new Uint8Array(Math.max(this.data.length * 2, this.length + count));
    larger.set(this.data.subarray(0, this.length));
    this.data = larger;
  }

  /** A whole number from 0 to 2^53 − 1. */
  varint(value: number): void {
    this.reserve(8);
    let rest = value;
    while (rest >= 0x80) {
      this.data[this.length++] = (rest % 0x80) + 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.data[this.length++] = rest;
  }

  bytes(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.data.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** A field that holds bytes: tag, length, content. */
  field(number: number, content: Uint8Array): void {
    this.varint(number * 8 + 2);
    this.varint(content.length);
    this.bytes(content);
  }

  taken(): Uint8Array {
    return this.data.subarray(0, this.length);
  }
}

const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);
const text = new TextEncoder();

export type TagValue = string | number | boolean;

/** One layer of a tile, polygon by polygon. */
export class TileWriter {
  private readonly features = new Bytes();
  private readonly keys = new Map<string, number>();
  private readonly values = new Map<TagValue, number>();
  private readonly feature = new Bytes();
  private readonly geometry = new Bytes();
  private readonly tags = new Bytes();
  private cursorX = 0;
  private cursorY = 0;
  polygonCount = 0;

  constructor(
    private readonly layerName: string,
    private readonly extent: number,
  ) {}

  /** Bytes written so far; of the values' table an estimate. */
  get byteLength(): number {
    return this.features.length + this.values.size * 12;
  }

  /** Starts a polygon. `id` is a whole number from 0 to 2^53 − 1. */
  begin(): void {
    this.geometry.length = 0;
    this.tags.length = 0;
    this.cursorX = 0;
    this.cursorY = 0;
  }

  tag(key: string, value: TagValue): void {
    this.tags.varint(indexIn(this.keys, key));
    this.tags.varint(indexIn(this.values, value));
  }

  /** A ring of x, y in tile units; whole numbers, the first corner not repeated at the end. Outer rings clockwise on the screen, holes against. */
  ring(corners: Int32Array, count: number): void {
    const { geometry } = this;
    for (let corner = 0; corner < count; corner++) {
      if (corner === 0) geometry.varint(9);
      else if (corner === 1) geometry.varint((count - 1) * 8 + 2);
      const x = corners[corner * 2] ?? 0;
      const y = corners[corner * 2 + 1] ?? 0;
      geometry.varint(zigzag(x - this.cursorX));
      geometry.varint(zigzag(y - this.cursorY));
      this.cursorX = x;
      this.cursorY = y;
    }
    geometry.varint(15);
  }

  /** Ends the polygon; one without rings is left out. */
  end(id: number): void {
    if (this.geometry.length === 0) return;
    const { feature } = this;
    feature.length = 0;
    feature.varint(8);
    feature.varint(id);
    if (this.tags.length > 0) feature.field(2, this.tags.taken());
    feature.varint(24);
    feature.varint(3);
    feature.field(4, this.geometry.taken());
    this.features.field(2, feature.taken());
    this.polygonCount++;
  }

  /** The tile; null when it holds no polygon. */
  finish(): Uint8Array | null {
    if (this.polygonCount === 0) return null;
    const layer = new Bytes();
    layer.varint(15 * 8);
    layer.varint(2);
    layer.field(1, text.encode(this.layerName));
    layer.bytes(this.features.taken());
    for (const key of this.keys.keys()) layer.field(3, text.encode(key));
    for (const value of this.values.keys()) layer.field(4, encodeValue(value));
    layer.varint(5 * 8);
    layer.varint(this.extent);
    const tile = new Bytes();
    tile.field(3, layer.taken());
    return tile.taken().slice();
  }
}

function indexIn<T>(table: Map<T, number>, entry: T): number {
  const known = table.get(entry);
  if (known !== undefined) return known;
  table.set(entry, table.size);
  return table.size - 1;
}

function encodeValue(value: TagValue): Uint8Array {
  const bytes = new Bytes();
  if (typeof value === "string") bytes.field(1, text.encode(value));
  else if (typeof value === "boolean") {
    bytes.varint(7 * 8);
    bytes.varint(value ? 1 : 0);
  } else if (Number.isSafeInteger(value) && value >= 0) {
    bytes.varint(5 * 8);
    bytes.varint(value);
  } else {
    bytes.varint(3 * 8 + 1);
    bytes.bytes(new Uint8Array(Float64Array.of(value).buffer));
  }
  return bytes.taken().slice();
}
