import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deserialize } from "flatgeobuf/lib/mjs/geojson.js";
import { afterAll, describe, expect, it } from "vitest";
import { type FlatGeobufLayer, flatGeobuf } from "./flatGeobuf.ts";
import type { FlatGeobufRecord } from "./flatGeobufFeature.ts";

const folder = mkdtempSync(join(tmpdir(), "flatgeobuf-"));
afterAll(() => rmSync(folder, { recursive: true }));

const layer: FlatGeobufLayer = {
  name: "Reefs",
  geometryType: "Polygon",
  epsg: 32618,
  columns: [
    { name: "areaM2", type: "double" },
    { name: "model", type: "string" },
    { name: "parts", type: "int" },
    { name: "checked", type: "bool" },
    { name: "date", type: "datetime" },
  ],
};

/** A square with a side of 3 and, every third time, a hole. */
function record(i: number): FlatGeobufRecord {
  const x = (i * 37) % 101;
  const y = (i * 53) % 89;
  const outer = [x, y, x + 3, y, x + 3, y + 3, x, y + 3, x, y];
  const hole = [x + 1, y + 1, x + 1, y + 2, x + 2, y + 2, x + 1, y + 1];
  return {
    polygons: [i % 3 === 0 ? [outer, hole] : [outer]],
    values: [9 + i / 8, i % 2 === 0 ? `Möwe ${i}` : null, -i, i % 2 === 1, "2026-05-14T09:30:00Z"],
  };
}

async function bytesOf(of: FlatGeobufLayer, records: Iterable<FlatGeobufRecord>, memoryBytes?: number): Promise<Uint8Array> {
  const scratchPath = join(folder, "scratch");
  const pieces: Uint8Array[] = [];
  for await (const piece of flatGeobuf(of, inBatches(records), { scratchPath, memoryBytes })) pieces.push(Uint8Array.from(piece));
  expect(existsSync(scratchPath)).toBe(false);
  return Buffer.concat(pieces);
}

/** One, two, three, none, one, … together. */
function* inBatches(records: Iterable<FlatGeobufRecord>): Generator<FlatGeobufRecord[]> {
  let batch: FlatGeobufRecord[] = [];
  let size = 0;
  for (const each of records) {
    batch.push(each);
    if (batch.length < 1 + (size % 3)) continue;
    yield batch;
    if (size++ % 3 === 2) yield [];
    batch = [];
  }
  yield batch;
}

interface Read {
  geometry: { type: string; coordinates: unknown };
  properties: Record<string, unknown>;
}

async function read(bytes: Uint8Array, rect?: { minX: number; minY: number; maxX: number; maxY: number }): Promise<Read[]> {
  const features: Read[] = [];
  for await (const feature of deserialize(Uint8Array.from(bytes), rect ? { rect } : undefined)) features.push(feature as unknown as Read);
  return features;
}

const pairs = (flat: ArrayLike<number>) => Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i], flat[2 * i + 1]]);

describe("flatGeobuf", () => {
  const records = Array.from({ length: 777 }, (_, i) => record(i));

  it("is read back by the format's own reader: geometry, holes, every kind of value", async () => {
    const features = await read(await bytesOf(layer, records));
    expect(features).toHaveLength(777);
    for (const { geometry, properties } of features) {
      const i = 0 - Number(properties.parts);
      const wanted = record(i);
      expect(geometry).toEqual({ type: "Polygon", coordinates: wanted.polygons[0]?.map(pairs) });
      expect(properties.areaM2).toBe(9 + i / 8);
      expect(properties.model ?? null).toBe(i % 2 === 0 ? `Möwe ${i}` : null);
      expect(properties.checked).toBe(i % 2 === 1);
      expect(properties.date).toBe("2026-05-14T09:30:00Z");
    }
    expect(new Set(features.map(({ properties }) => properties.parts)).size).toBe(777);
  });

  it("has an index that finds exactly what touches a box", async () => {
    const bytes = await bytesOf(layer, records);
    for (const rect of [
      { minX: 20, minY: 11, maxX: 33, maxY: 19 },
      { minX: 0, minY: 0, maxX: 0.5, maxY: 200 },
      { minX: 500, minY: 500, maxX: 501, maxY: 501 },
    ]) {
      const wanted = records.flatMap(({ polygons }, i) => {
        const [x = 0, y = 0] = Array.from(polygons[0]?.[0] ?? []);
        return x <= rect.maxX && x + 3 >= rect.minX && y <= rect.maxY && y + 3 >= rect.minY ? [i] : [];
      });
      const found = (await read(bytes, rect)).map(({ properties }) => 0 - Number(properties.parts));
      expect(found.sort((a, b) => a - b)).toEqual(wanted);
    }
  });

  it("gives the same bytes when features wait in a file", async () => {
    expect(await bytesOf(layer, records, 10_000)).toEqual(await bytesOf(layer, records));
    await expect(bytesOf(layer, failing(), 1_000)).rejects.toThrow("half-way");
    expect(existsSync(join(folder, "scratch"))).toBe(false);
  });

  it("places columns and rows by a transform", async () => {
    const transform = [0.5, 0.25, 100, -0.125, -2, 70] as const;
    const place = (i: number): FlatGeobufRecord => {
      const { polygons, values } = record(i);
      const [a, b, c, d, e, f] = transform;
      const placed = (ring: ArrayLike<number>) => pairs(ring).flatMap(([x = 0, y = 0]) => [a * x + b * y + c, d * x + e * y + f]);
      return { polygons: polygons.map((rings) => rings.map(placed)), values };
    };
    const wanted = await bytesOf(
      layer,
      records.map((_, i) => place(i)),
    );
    expect(await bytesOf({ ...layer, transform }, records)).toEqual(wanted);
  });

  it("holds MultiPolygons, one feature, and none", async () => {
    const multi = { ...layer, geometryType: "MultiPolygon" as const };
    const polygons = [...record(0).polygons, ...record(1).polygons];
    const [feature] = await read(await bytesOf(multi, [{ polygons, values: [1, "both", 2, null, null] }]));
    expect(feature?.geometry).toEqual({ type: "MultiPolygon", coordinates: polygons.map((rings) => rings.map(pairs)) });
    expect(feature?.properties.model).toBe("both");
    expect(await read(await bytesOf({ ...layer, epsg: null }, []))).toEqual([]);
  });
});

function* failing(): Generator<FlatGeobufRecord> {
  for (let i = 0; i < 20; i++) yield record(i);
  throw new Error("half-way");
}
