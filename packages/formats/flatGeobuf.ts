import { closeSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { encodeFlatBuffer, type FlatTable } from "./flatBuffer.ts";
import {
  columnTypes,
  encodeMultiPolygonFeature,
  encodePolygonFeature,
  type FlatGeobufColumn,
  type FlatGeobufValues,
  type FlatRings,
} from "./flatGeobufFeature.ts";
import { FeatureBoxes, indexNodeSize, packedTree } from "./flatGeobufIndex.ts";

export interface FlatGeobufLayer {
  readonly name: string;
  readonly geometryType: "Polygon" | "MultiPolygon";
  /** EPSG code of the coordinates; null when there is none. */
  readonly epsg: number | null;
  readonly columns: readonly FlatGeobufColumn[];
  readonly description?: string;
}

export interface FlatGeobufRecord {
  /** One polygon, or for a MultiPolygon layer any number. */
  readonly polygons: readonly FlatRings[];
  readonly values: FlatGeobufValues;
}

export interface FlatGeobufOptions {
  /** Where features wait while they do not fit in memory; removed at the end. */
  readonly scratchPath: string;
  /** Bytes of features kept in memory before they go to the scratch file; 64 MB unless given. */
  readonly memoryBytes?: number;
}

const magic = Uint8Array.of(0x66, 0x67, 0x62, 0x03, 0x66, 0x67, 0x62, 0x00);
const geometryTypes = { Polygon: 3, MultiPolygon: 6 } as const;
const chunkBytes = 4 * 2 ** 20;

/**
 * A FlatGeobuf 3 file with its spatial index, in pieces, from any number of features: they are taken one by one, put by in a scratch file
 * beyond `memoryBytes`, and given out along a Hilbert curve. Memory: that much, 44 bytes per feature, and 40 per node of the index.
 * An empty layer has no index. https://flatgeobuf.org
 */
export async function* flatGeobuf(
  layer: FlatGeobufLayer,
  records: Iterable<FlatGeobufRecord> | AsyncIterable<FlatGeobufRecord>,
  { scratchPath, memoryBytes = 64 * 2 ** 20 }: FlatGeobufOptions,
): AsyncGenerator<Uint8Array> {
  const boxes = new FeatureBoxes();
  const store = new FeatureStore(scratchPath, memoryBytes);
  try {
    for await (const { polygons, values } of records) {
      const bytes =
        layer.geometryType === "Polygon"
          ? encodePolygonFeature(polygons[0] ?? [], layer.columns, values)
          : encodeMultiPolygonFeature(polygons, layer.columns, values);
      boxes.add(boxOf(polygons), store.add(bytes), bytes.length);
    }
    yield magic;
    yield encodeFlatBuffer(headerTable(layer, boxes));
    if (boxes.count === 0) return;
    const order = boxes.hilbertOrder();
    yield packedTree(boxes, order);
    let chunk = new Uint8Array(chunkBytes);
    let filled = 0;
    for (const feature of order) {
      const length = boxes.byteLength(feature);
      if (filled + length > chunk.length) {
        if (filled > 0) yield chunk.subarray(0, filled);
        chunk = new Uint8Array(Math.max(chunkBytes, length));
        filled = 0;
      }
      store.read(boxes.offset(feature), chunk.subarray(filled, filled + length));
      filled += length;
    }
    yield chunk.subarray(0, filled);
  } finally {
    store.close();
  }
}

function headerTable({ name, geometryType, epsg, columns, description }: FlatGeobufLayer, boxes: FeatureBoxes): FlatTable {
  return [
    { kind: "string", value: name },
    boxes.count > 0 ? { kind: "doubles", value: boxes.envelope() } : null,
    { kind: "ubyte", value: geometryTypes[geometryType] },
    null,
    null,
    null,
    null,
    {
      kind: "tables",
      value: columns.map(
        (column): FlatTable => [
          { kind: "string", value: column.name },
          { kind: "ubyte", value: columnTypes[column.type] },
        ],
      ),
    },
    { kind: "ulong", value: boxes.count },
    { kind: "ushort", value: boxes.count > 0 ? indexNodeSize : 0 },
    epsg === null
      ? null
      : {
          kind: "table",
          value: [
            { kind: "string", value: "EPSG" },
            { kind: "int", value: epsg },
          ],
        },
    null,
    description === undefined ? null : { kind: "string", value: description },
  ];
}

function boxOf(polygons: readonly FlatRings[]): { minX: number; minY: number; maxX: number; maxY: number } {
  let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [outer = []] of polygons)
    for (let i = 0; i < outer.length; i += 2) {
      const x = outer[i] ?? 0;
      const y = outer[i + 1] ?? 0;
      if (x < minX) minX = x;
      if (x > maxX) maxX = x;
      if (y < minY) minY = y;
      if (y > maxY) maxY = y;
    }
  return { minX, minY, maxX, maxY };
}

/** Bytes of features one after the other: in memory at first, all in a file as soon as they are too many. */
class FeatureStore {
  private readonly pieces: Uint8Array[] = [];
  private readonly places: number[] = [];
  private length = 0;
  private file: number | null = null;
  private pending: Uint8Array[] = [];
  private pendingBytes = 0;

  constructor(
    private readonly scratchPath: string,
    private readonly memoryBytes: number,
  ) {}

  /** @returns offset of the bytes. */
  add(bytes: Uint8Array): number {
    const offset = this.length;
    this.length += bytes.length;
    this.pending.push(bytes);
    this.pendingBytes += bytes.length;
    if (this.file === null && this.length <= this.memoryBytes) {
      this.pieces.push(bytes);
      this.places.push(offset);
      this.pending = [];
      this.pendingBytes = 0;
    } else if (this.pendingBytes >= chunkBytes || this.file === null) this.spill();
    return offset;
  }

  private spill(): void {
    if (this.file === null) {
      this.file = openSync(this.scratchPath, "wx+");
      for (const piece of this.pieces.splice(0)) writeAll(this.file, piece);
      this.places.length = 0;
    }
    writeAll(this.file, Buffer.concat(this.pending));
    this.pending = [];
    this.pendingBytes = 0;
  }

  read(offset: number, into: Uint8Array): void {
    if (this.file === null) {
      into.set(this.pieces[placeOf(this.places, offset)] ?? into);
      return;
    }
    if (this.pendingBytes > 0) this.spill();
    for (let at = 0; at < into.length; ) {
      const read = readSync(this.file, into, at, into.length - at, offset + at);
      if (read === 0) throw new Error(`${this.scratchPath} is shorter than what was written to it`);
      at += read;
    }
  }

  close(): void {
    if (this.file === null) return;
    closeSync(this.file);
    rmSync(this.scratchPath, { force: true });
  }
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

/** Index of a number in a sorted list. */
function placeOf(sorted: readonly number[], wanted: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
