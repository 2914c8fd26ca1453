import type { Affine } from "@reefline/schema/grid";

/** Numbers of the FlatGeobuf schema's ColumnType. */
export const columnTypes = { bool: 2, int: 5, double: 10, string: 11, datetime: 13 } as const;

export interface FlatGeobufColumn {
  readonly name: string;
  readonly type: keyof typeof columnTypes;
}

/** In the order of the columns; null leaves one empty. */
export type FlatGeobufValues = readonly (string | number | boolean | null)[];

/** A polygon as rings of x,y pairs, closed or not: outer first, then holes. */
export type FlatRings = readonly ArrayLike<number>[];

export interface FlatGeobufRecord {
  /** One polygon, or for a MultiPolygon layer any number. */
  readonly polygons: readonly FlatRings[];
  readonly values: FlatGeobufValues;
}

export interface Box {
  minX: number;
  minY: number;
  maxX: number;
  maxY: number;
}

const text = new TextEncoder();
/** Then numbers in memory lie as they do in the file. */
const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

const aligned = (length: number): number => Math.ceil(length / 8) * 8;
/** Of a value that is no text, with its column's number. */
const valueBytes = { bool: 3, int: 6, double: 10 } as const;

// Places in a feature: its size, root, table `{geometry, properties}` and then, in a Polygon layer, the geometry.
const geometryAt = 32;
/** In a MultiPolygon layer a table `{parts}` and the list of them. */
const partsTableAt = 56;
const partsAt = partsTableAt + 8;

/** Writes features of a layer as the size-prefixed FlatBuffers the format wants. https://flatgeobuf.org */
export class FeatureEncoder {
  private readonly isMulti: boolean;

  /** @param transform makes coordinates of the polygons' columns and rows; null: they are coordinates */
  constructor(
    geometryType: "Polygon" | "MultiPolygon",
    private readonly columns: readonly FlatGeobufColumn[],
    private readonly transform: Affine | null,
  ) {
    this.isMulti = geometryType === "MultiPolygon";
  }

  /** Bytes of a feature; a multiple of 8. */
  byteLength({ polygons, values }: FlatGeobufRecord): number {
    return aligned(this.propertiesAt(polygons) + 4 + this.valuesLength(values));
  }

  /** What lies around a feature. */
  box({ polygons }: FlatGeobufRecord): Box {
    const box = { minX: Infinity, minY: Infinity, maxX: -Infinity, maxY: -Infinity };
    // Holes lie inside.
    for (const [outer = []] of polygons) widen(box, outer, this.transform ?? unchanged);
    return box;
  }

  /** Writes a feature into memory that holds zeros, from a multiple of 8 of its buffer on. */
  write({ polygons, values }: FlatGeobufRecord, view: DataView<ArrayBuffer>, at: number): void {
    const propertiesAt = this.propertiesAt(polygons);
    const valuesLength = this.valuesLength(values);
    const properties = at + propertiesAt;
    view.setUint32(at, aligned(propertiesAt + 4 + valuesLength) - 4, true);
    view.setUint32(at + 4, 16 - 4, true);
    view.setUint16(at + 8, 8, true);
    view.setUint16(at + 10, 12, true);
    view.setUint16(at + 12, 4, true);
    view.setUint16(at + 14, 8, true);
    view.setInt32(at + 16, 8, true);
    view.setUint32(at + 24, propertiesAt - 24, true);
    view.setUint32(properties, valuesLength, true);
    this.writeValues(values, view, properties + 4);
    if (!this.isMulti) {
      view.setUint32(at + 20, this.writeGeometry(polygons[0] ?? [], view, at + geometryAt) - (at + 20), true);
      return;
    }
    const vtable = at + geometryAt;
    // {parts}, the eighth field.
    view.setUint16(vtable, 20, true);
    view.setUint16(vtable + 2, 8, true);
    view.setUint16(vtable + 4 + 2 * 7, 4, true);
    view.setInt32(at + partsTableAt, partsTableAt - geometryAt, true);
    view.setUint32(at + partsTableAt + 4, partsAt - (partsTableAt + 4), true);
    view.setUint32(at + partsAt, polygons.length, true);
    let part = at + aligned(partsAt + 4 + 4 * polygons.length);
    polygons.forEach((rings, i) => {
      const place = at + partsAt + 4 + 4 * i;
      view.setUint32(place, this.writeGeometry(rings, view, part) - place, true);
      part += geometryBytes(rings);
    });
    view.setUint32(at + 20, partsTableAt - 20, true);
  }

  private propertiesAt(polygons: readonly FlatRings[]): number {
    if (!this.isMulti) return geometryAt + geometryBytes(polygons[0] ?? []);
    return polygons.reduce((sum, rings) => sum + geometryBytes(rings), aligned(partsAt + 4 + 4 * polygons.length));
  }

  private valuesLength(values: FlatGeobufValues): number {
    let length = 0;
    for (let column = 0; column < this.columns.length; column++) {
      const value = values[column] ?? null;
      const type = this.columns[column]?.type ?? "string";
      if (value === null) continue;
      length += type === "string" || type === "datetime" ? 6 + Buffer.byteLength(String(value)) : valueBytes[type];
    }
    return length;
  }

  private writeValues(values: FlatGeobufValues, view: DataView<ArrayBuffer>, from: number): void {
    let at = from;
    for (let column = 0; column < this.columns.length; column++) {
      const value = values[column] ?? null;
      const type = this.columns[column]?.type ?? "string";
      if (value === null) continue;
      view.setUint16(at, column, true);
      if (type === "double") view.setFloat64(at + 2, Number(value), true);
      else if (type === "int") view.setInt32(at + 2, Number(value), true);
      else if (type === "bool") view.setUint8(at + 2, value ? 1 : 0);
      else {
        const content = String(value);
        const length = Buffer.byteLength(content);
        view.setUint32(at + 2, length, true);
        text.encodeInto(content, new Uint8Array(view.buffer, view.byteOffset + at + 6, length));
        at += 6 + length;
        continue;
      }
      at += valueBytes[type];
    }
  }

  /** Writes a Polygon's table `{ends, xy}` at `at` (a multiple of 8); returns where the table itself is. */
  private writeGeometry(rings: FlatRings, view: DataView<ArrayBuffer>, at: number): number {
    view.setUint16(at, 8, true);
    view.setUint16(at + 2, 12, true);
    view.setUint16(at + 4, 4, true);
    view.setUint16(at + 6, 8, true);
    const table = at + 8;
    view.setInt32(table, 8, true);
    const ends = table + 12;
    // So that the coordinates after their count begin at a multiple of 8.
    const coordinates = at + 24 + aligned(4 + 4 * rings.length + 4) - 4;
    view.setUint32(table + 4, ends - (table + 4), true);
    view.setUint32(table + 8, coordinates - (table + 8), true);
    view.setUint32(ends, rings.length, true);
    let end = 0;
    let place = coordinates + 4;
    for (let i = 0; i < rings.length; i++) {
      const ring = rings[i] ?? [];
      const length = closedLength(ring);
      end += length / 2;
      view.setUint32(ends + 4 + 4 * i, end, true);
      const written = new Float64Array(view.buffer, view.byteOffset + place, length);
      if (this.transform) placeRing(ring, this.transform, written);
      else written.set(ring);
      written[length - 2] = written[0] ?? 0;
      written[length - 1] = written[1] ?? 0;
      if (!isLittleEndian) new Uint8Array(view.buffer, view.byteOffset + place, 8 * length).set(swapped(written));
      place += 8 * length;
    }
    view.setUint32(coordinates, end * 2, true);
    return table;
  }
}

/** Numbers of a ring that ends where it began. */
function closedLength(ring: ArrayLike<number>): number {
  const { length } = ring;
  return ring[0] === ring[length - 2] && ring[1] === ring[length - 1] ? length : length + 2;
}

/** Bytes of a geometry's table with its rings, from a position that is a multiple of 8. */
function geometryBytes(rings: FlatRings): number {
  let bytes = 24 + aligned(4 + 4 * rings.length + 4);
  for (let i = 0; i < rings.length; i++) bytes += 8 * closedLength(rings[i] ?? []);
  return bytes;
}

function placeRing(ring: ArrayLike<number>, [a, b, c, d, e, f]: Affine, into: Float64Array): void {
  for (let i = 0; i < ring.length; i += 2) {
    const col = ring[i] ?? 0;
    const row = ring[i + 1] ?? 0;
    into[i] = a * col + b * row + c;
    into[i + 1] = d * col + e * row + f;
  }
}

const unchanged: Affine = [1, 0, 0, 0, 1, 0];

function widen(box: Box, ring: ArrayLike<number>, [a, b, c, d, e, f]: Affine): void {
  let { minX, minY, maxX, maxY } = box;
  for (let i = 0; i < ring.length; i += 2) {
    const col = ring[i] ?? 0;
    const row = ring[i + 1] ?? 0;
    const x = a * col + b * row + c;
    const y = d * col + e * row + f;
    if (x < minX) minX = x;
    if (x > maxX) maxX = x;
    if (y < minY) minY = y;
    if (y > maxY) maxY = y;
  }
  box.minX = minX;
  box.minY = minY;
  box.maxX = maxX;
  box.maxY = maxY;
}

function swapped(numbers: Float64Array): Uint8Array {
  return Buffer.from(numbers.buffer.slice(numbers.byteOffset, numbers.byteOffset + numbers.byteLength)).swap64();
}
