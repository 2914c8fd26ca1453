import { closeSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import type { Affine } from "@reefline/schema/grid";
import { encodeFlatBuffer, type FlatTable } from "./flatBuffer.ts";
import { columnTypes, FeatureEncoder, type FlatGeobufColumn, type FlatGeobufRecord } from "./flatGeobufFeature.ts";
import { FeatureBoxes, indexNodeSize, packedTree } from "./flatGeobufIndex.ts";

export interface FlatGeobufLayer {
  readonly name: string;
  readonly geometryType: "Polygon" | "MultiPolygon";
  /** EPSG code of the coordinates; null when there is none. */
  readonly epsg: number | null;
  readonly columns: readonly FlatGeobufColumn[];
  readonly description?: string;
  /** Makes coordinates of the polygons' columns and rows; without it they are coordinates. */
  readonly transform?: Affine;
}

export interface FlatGeobufOptions {
  /** Where features wait while they do not fit in memory; removed at the end. */
  readonly scratchPath: string;
  /** Bytes of features, as they are written, kept in memory before they go to the scratch file; 64 MB unless given. */
  readonly memoryBytes?: number;
}

const magic = Uint8Array.of(0x66, 0x67, 0x62, 0x03, 0x66, 0x67, 0x62, 0x00);
const geometryTypes = { Polygon: 3, MultiPolygon: 6 } as const;
const chunkBytes = 2 ** 20;

/**
 * A FlatGeobuf 3 file with its spatial index, in pieces, from any number of features: they are taken as they come, put by in a scratch file
 * beyond `memoryBytes`, and given out along a Hilbert curve. A piece holds until the next is asked for. Memory: that much, 44 bytes per feature, and 40 per node of the index.
 * An empty layer has no index. https://flatgeobuf.org
 */
export async function* flatGeobuf(
  layer: FlatGeobufLayer,
  batches: Iterable<readonly FlatGeobufRecord[]> | AsyncIterable<readonly FlatGeobufRecord[]>,
  { scratchPath, memoryBytes = 64 * 2 ** 20 }: FlatGeobufOptions,
): AsyncGenerator<Uint8Array> {
  const boxes = new FeatureBoxes();
  const encoder = new FeatureEncoder(layer.geometryType, layer.columns, layer.transform ?? null);
  const store = new FeatureStore(encoder, scratchPath, memoryBytes);
  try {
    for await (const records of batches)
      for (const record of records) {
        const length = encoder.byteLength(record);
        boxes.add(encoder.box(record), length);
        store.add(record, length);
      }
    yield magic;
    yield encodeFlatBuffer(headerTable(layer, boxes));
    if (boxes.count === 0) return;
    const order = boxes.hilbertOrder();
    yield packedTree(boxes, order);
    let chunk = new DataView(new ArrayBuffer(chunkBytes));
    let filled = 0;
    for (const feature of order) {
      const length = boxes.byteLength(feature);
      if (filled + length > chunk.byteLength) {
        if (filled > 0) yield new Uint8Array(chunk.buffer, 0, filled);
        if (length > chunk.byteLength) chunk = new DataView(new ArrayBuffer(length));
        else new Uint8Array(chunk.buffer, 0, filled).fill(0);
        filled = 0;
      }
      store.write(feature, boxes.offset(feature), length, chunk, filled);
      filled += length;
    }
    yield new Uint8Array(chunk.buffer, 0, filled);
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

/** Features in the order they came: as they are at first, all in a file as soon as they are too many. */
class FeatureStore {
  private held: FlatGeobufRecord[] = [];
  private heldBytes = 0;
  private file: number | null = null;

  constructor(
    private readonly encoder: FeatureEncoder,
    private readonly scratchPath: string,
    private readonly memoryBytes: number,
  ) {}

  /** @param length bytes of the feature as it is written */
  add(record: FlatGeobufRecord, length: number): void {
    this.held.push(record);
    this.heldBytes += length;
    if (this.heldBytes > (this.file === null ? this.memoryBytes : chunkBytes)) this.spill();
  }

  private spill(): void {
    this.file ??= openSync(this.scratchPath, "wx+");
    for (let from = 0; from < this.held.length; ) {
      let bytes = 0;
      let end = from;
      while (end < this.held.length && bytes < chunkBytes) bytes += this.lengthOf(end++);
      const view = new DataView(new ArrayBuffer(bytes));
      for (let at = 0; from < end; from++) {
        const record = this.held[from];
        if (record) this.encoder.write(record, view, at);
        at += this.lengthOf(from);
      }
      writeAll(this.file, new Uint8Array(view.buffer));
    }
    this.held = [];
    this.heldBytes = 0;
  }

  private lengthOf(i: number): number {
    const record = this.held[i];
    return record ? this.encoder.byteLength(record) : 0;
  }

  /** Writes a feature, the `i`th to come and `offset` bytes from the first, into zeros. */
  write(i: number, offset: number, length: number, view: DataView<ArrayBuffer>, at: number): void {
    if (this.file === null) {
      const record = this.held[i];
      if (record) this.encoder.write(record, view, at);
      return;
    }
    if (this.held.length > 0) this.spill();
    const into = new Uint8Array(view.buffer, at, length);
    for (let read = 0; read < length; ) {
      const count = readSync(this.file, into, read, length - read, offset + read);
      if (count === 0) throw new Error(`${this.scratchPath} is shorter than what was written to it`);
      read += count;
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
