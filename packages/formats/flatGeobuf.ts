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
  /** Bytes of features kept in memory before they go to the scratch file; 64 MB unless given. */
  readonly memoryBytes?: number;
}

const magic = Uint8Array.of(0x66, 0x67, 0x62, 0x03, 0x66, 0x67, 0x62, 0x00);
const geometryTypes = { Polygon: 3, MultiPolygon: 6 } as const;
const chunkBytes = 4 * 2 ** 20;

/**
 * A FlatGeobuf 3 file with its spatial index, in pieces, from any number of features: they are taken as they come, put by in a scratch file
 * beyond `memoryBytes`, and given out along a Hilbert curve. Memory: that much, 44 bytes per feature, and 40 per node of the index.
 * An empty layer has no index. https://flatgeobuf.org
 */
export async function* flatGeobuf(
  layer: FlatGeobufLayer,
  batches: Iterable<readonly FlatGeobufRecord[]> | AsyncIterable<readonly FlatGeobufRecord[]>,
  { scratchPath, memoryBytes = 64 * 2 ** 20 }: FlatGeobufOptions,
): AsyncGenerator<Uint8Array> {
  const boxes = new FeatureBoxes();
  const store = new FeatureStore(scratchPath, memoryBytes);
  const encoder = new FeatureEncoder(layer.geometryType, layer.columns, layer.transform ?? null);
  try {
    for await (const records of batches)
      for (const record of records) {
        const length = encoder.byteLength(record);
        const { view, at, offset } = store.room(length);
        boxes.add(encoder.write(record, view, at), offset, length);
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

/** Memory for some features one after the other. */
interface StorePart {
  readonly view: DataView<ArrayBuffer>;
  /** Of its first byte among all features. */
  readonly offset: number;
  used: number;
}

/** Bytes of features one after the other: in memory at first, all in a file as soon as they are too many. */
class FeatureStore {
  private parts: StorePart[] = [];
  private file: number | null = null;

  constructor(
    private readonly scratchPath: string,
    private readonly memoryBytes: number,
  ) {}

  /** Room for a feature: zeros in `view` from `at` on, to be written before the next is asked for. `offset` is its place among all. */
  room(length: number): { readonly view: DataView<ArrayBuffer>; readonly at: number; readonly offset: number } {
    let part = this.parts.at(-1);
    if (!part || part.used + length > part.view.byteLength) {
      const offset = part ? part.offset + part.used : 0;
      if (this.file !== null || offset + length > this.memoryBytes) this.spill();
      part = { view: new DataView(new ArrayBuffer(Math.max(chunkBytes, length))), offset, used: 0 };
      this.parts.push(part);
    }
    const at = part.used;
    part.used += length;
    return { view: part.view, at, offset: part.offset + at };
  }

  private spill(): void {
    this.file ??= openSync(this.scratchPath, "wx+");
    for (const { view, used } of this.parts) writeAll(this.file, new Uint8Array(view.buffer, 0, used));
    this.parts = [];
  }

  read(offset: number, into: Uint8Array): void {
    if (this.file === null) {
      const part = this.parts.findLast((each) => each.offset <= offset);
      if (part) into.set(new Uint8Array(part.view.buffer, offset - part.offset, into.length));
      return;
    }
    if (this.parts.length > 0) this.spill();
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
