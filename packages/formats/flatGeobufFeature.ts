/** Numbers of the FlatGeobuf schema's ColumnType. */
export const columnTypes = { bool: 2, int: 5, double: 10, string: 11, datetime: 13 } as const;

export interface FlatGeobufColumn {
  readonly name: string;
  readonly type: keyof typeof columnTypes;
}

/** In the order of the columns; null leaves one empty. */
export type FlatGeobufValues = readonly (string | number | boolean | null)[];

/** A polygon as closed rings of x,y pairs in the layer's CRS: outer first, then holes. */
export type FlatRings = readonly ArrayLike<number>[];

const text = new TextEncoder();
/** Then numbers in memory lie as they do in the file. */
const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function encodeValues(columns: readonly FlatGeobufColumn[], values: FlatGeobufValues): Uint8Array {
  const encoded = values.map((value) => (typeof value === "string" ? text.encode(value) : null));
  const bytes = new Uint8Array(values.length * 14 + encoded.reduce((sum, part) => sum + (part?.length ?? 0), 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  columns.forEach(({ type }, column) => {
    const value = values[column] ?? null;
    if (value === null) return;
    view.setUint16(at, column, true);
    at += 2;
    if (type === "double") {
      view.setFloat64(at, Number(value), true);
      at += 8;
    } else if (type === "int") {
      view.setInt32(at, Number(value), true);
      at += 4;
    } else if (type === "bool") {
      view.setUint8(at, value ? 1 : 0);
      at += 1;
    } else {
      const content = encoded[column] ?? text.encode(String(value));
      view.setUint32(at, content.length, true);
      bytes.set(content, at + 4);
      at += 4 + content.length;
    }
  });
  return bytes.subarray(0, at);
}

const aligned = (length: number): number => Math.ceil(length / 8) * 8;

/** Bytes of a geometry's table with its rings, from a position that is a multiple of 8. */
function geometryBytes(rings: FlatRings): number {
  return 24 + aligned(4 + 4 * rings.length + 4) + 8 * rings.reduce((sum, ring) => sum + ring.length, 0);
}

/** Writes a Polygon's table `{ends, xy}` at `at` (a multiple of 8); returns where the table itself is. Its length is `geometryBytes`. */
function writeGeometry(view: DataView, at: number, rings: FlatRings): number {
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
  rings.forEach((ring, i) => {
    end += ring.length / 2;
    view.setUint32(ends + 4 + 4 * i, end, true);
  });
  view.setUint32(coordinates, end * 2, true);
  let place = coordinates + 4;
  for (const ring of rings) {
    if (isLittleEndian) new Float64Array(view.buffer, place, ring.length).set(ring);
    else for (let i = 0; i < ring.length; i++) view.setFloat64(place + 8 * i, ring[i] ?? 0, true);
    place += 8 * ring.length;
  }
  return table;
}

/** A feature of a Polygon layer as the size-prefixed FlatBuffer the format wants; its length is a multiple of 8. Pure. */
export function encodePolygonFeature(rings: FlatRings, columns: readonly FlatGeobufColumn[], values: FlatGeobufValues): Uint8Array {
  const properties = encodeValues(columns, values);
  const geometry = 32;
  const afterGeometry = geometry + geometryBytes(rings);
  const bytes = new Uint8Array(aligned(afterGeometry + 4 + properties.length));
  const view = writeFeature(bytes, afterGeometry, properties);
  view.setUint32(20, writeGeometry(view, geometry, rings) - 20, true);
  return bytes;
}

/** The same of a MultiPolygon layer. Pure. */
export function encodeMultiPolygonFeature(
  polygons: readonly FlatRings[],
  columns: readonly FlatGeobufColumn[],
  values: FlatGeobufValues,
): Uint8Array {
  const properties = encodeValues(columns, values);
  const vtable = 32;
  const table = 56;
  const list = table + 8;
  let at = aligned(list + 4 + 4 * polygons.length);
  const places = polygons.map((rings) => {
    const place = at;
    at += geometryBytes(rings);
    return place;
  });
  const bytes = new Uint8Array(aligned(at + 4 + properties.length));
  const view = writeFeature(bytes, at, properties);
  // {parts}, the eighth field.
  view.setUint16(vtable, 20, true);
  view.setUint16(vtable + 2, 8, true);
  view.setUint16(vtable + 4 + 2 * 7, 4, true);
  view.setInt32(table, table - vtable, true);
  view.setUint32(table + 4, list - (table + 4), true);
  view.setUint32(list, polygons.length, true);
  polygons.forEach((rings, i) => {
    const place = list + 4 + 4 * i;
    view.setUint32(place, writeGeometry(view, places[i] ?? 0, rings) - place, true);
  });
  view.setUint32(20, table - 20, true);
  return bytes;
}

/** Size prefix, root and the feature's table `{geometry, properties}` at the front, properties at `propertiesAt`. */
function writeFeature(bytes: Uint8Array, propertiesAt: number, properties: Uint8Array): DataView {
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length - 4, true);
  view.setUint32(4, 16 - 4, true);
  view.setUint16(8, 8, true);
  view.setUint16(10, 12, true);
  view.setUint16(12, 4, true);
  view.setUint16(14, 8, true);
  view.setInt32(16, 8, true);
  view.setUint32(24, propertiesAt - 24, true);
  view.setUint32(propertiesAt, properties.length, true);
  bytes.set(properties, propertiesAt + 4);
  return view;
}
