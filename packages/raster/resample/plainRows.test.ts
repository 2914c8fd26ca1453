import { mkdtemp, readdir, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defaultLimits } from "@reefline/schema/defaultLimits";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bytesPerSample, newSamples } from "../decode/newSamples.ts";
import type { Raster } from "../raster.ts";
import { BlockCache } from "../tiff/blockCache.ts";
import { openFileSource } from "../tiff/fileSource.ts";
import { openGeoTiff } from "../tiff/geotiffRaster.ts";

const golden = fileURLToPath(new URL("../../../tests/golden/rasters/", import.meta.url));
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "reefline-plain-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const open = async (path: string) => openGeoTiff(await openFileSource(path), defaultLimits, new BlockCache(2 ** 24));

type Values = Uint8Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Float32Array<ArrayBuffer>;
interface Kind {
  readonly bandCount: number;
  readonly nodata?: string;
  /** A strip that is left out. */
  readonly sparse?: number;
}
const WIDTH_PX = 5;
const HEIGHT_PX = 8;
const STRIP_ROWS = 3;

/** 5 × 8 pixels in strips of three rows, the second strip behind the third. */
async function strips(name: string, values: Values, { bandCount, nodata, sparse = -1 }: Kind): Promise<string> {
  const sampleBytes = values.BYTES_PER_ELEMENT;
  const stripBytes = STRIP_ROWS * WIDTH_PX * bandCount * sampleBytes;
  const lastBytes = (stripBytes * (HEIGHT_PX % STRIP_ROWS)) / STRIP_ROWS;
  const places = [600, 600 + stripBytes + lastBytes, 600 + stripBytes].map((offset, strip) => (strip === sparse ? 0 : offset));
  const counts = [stripBytes, stripBytes, lastBytes].map((count, strip) => (strip === sparse ? 0 : count));
  const each = (value: number) => new Array<number>(bandCount).fill(value);
  const text = nodata === undefined ? null : [...Buffer.from(`${nodata}\0`)];
  const fields: [tag: number, type: 2 | 3 | 4, values: number[]][] = [
    [256, 3, [WIDTH_PX]],
    [257, 3, [HEIGHT_PX]],
    [258, 3, each(sampleBytes * 8)],
    [259, 3, [1]],
    [262, 3, [1]],
    [273, 4, places],
    [277, 3, [bandCount]],
    [278, 3, [STRIP_ROWS]],
    [279, 4, counts],
    [338, 3, new Array<number>(bandCount - 1).fill(0)],
    [339, 3, each(values instanceof Float32Array ? 3 : 1)],
    [42113, 2, text ?? []],
  ];
  const used = fields.filter(([, , list]) => list.length > 0);
  const file = Buffer.alloc(600 + 2 * stripBytes + lastBytes);
  file.write("II*\0", 0, "latin1");
  file.writeUInt32LE(8, 4);
  file.writeUInt16LE(used.length, 8);
  let beyond = 400;
  used.forEach(([tag, type, list], i) => {
    const at = 10 + i * 12;
    const size = type === 4 ? 4 : type === 3 ? 2 : 1;
    file.writeUInt16LE(tag, at);
    file.writeUInt16LE(type, at + 2);
    file.writeUInt32LE(list.length, at + 4);
    const inside = list.length * size <= 4;
    if (!inside) file.writeUInt32LE(beyond, at + 8);
    list.forEach((value, k) => {
      file.writeUIntLE(value, (inside ? at + 8 : beyond) + k * size, size);
    });
    if (!inside) beyond += list.length * size;
  });
  const bytes = Buffer.from(values.buffer);
  places.forEach((place, strip) => {
    if (place > 0) bytes.copy(file, place, strip * stripBytes, Math.min(bytes.length, (strip + 1) * stripBytes));
  });
  const path = join(folder, name);
  await writeFile(path, file);
  return path;
}

const PIXELS = WIDTH_PX * HEIGHT_PX;
const kinds: Record<string, { values: Values; kind: Kind }> = {
  "bytes without nodata": { values: Uint8Array.from({ length: PIXELS * 3 }, (_, i) => i % 4), kind: { bandCount: 3 } },
  // Only where every band is 0.
  "bytes with nodata": { values: Uint8Array.from({ length: PIXELS * 3 }, (_, i) => (i * i) % 3), kind: { bandCount: 3, nodata: "0" } },
  "one band of bytes": { values: Uint8Array.from({ length: PIXELS }, (_, i) => i % 5), kind: { bandCount: 1, nodata: "2" } },
  // Where any band is.
  "wide numbers": { values: Uint16Array.from({ length: PIXELS * 4 }, (_, i) => (i * 577) % 31), kind: { bandCount: 4, nodata: "7" } },
  floats: { values: oddFloats(), kind: { bandCount: 2, nodata: "-2" } },
  "floats, the first strip left out": { values: oddFloats(), kind: { bandCount: 2, sparse: 0 } },
  "floats, the strip in the middle left out": { values: oddFloats(), kind: { bandCount: 2, sparse: 1 } },
  "floats, the last strip left out": { values: oddFloats(), kind: { bandCount: 2, sparse: 2 } },
};

function oddFloats(): Float32Array<ArrayBuffer> {
  const values = Float32Array.from({ length: PIXELS * 2 }, (_, i) => i / 8 - 3);
  values[13] = Number.NaN;
  values[40] = Number.NEGATIVE_INFINITY;
  return values;
}

/** Rows by `readRows`, in memory that threads share and that held something else, beside the same by `read`. */
async function bothWays(raster: Raster, rowOff: number, heightPx: number) {
  const { widthPx } = raster.grid;
  const pixels = widthPx * heightPx;
  const samples = pixels * raster.bandNames.length;
  const maker = newSamples(raster.sampleType, 0).constructor as new (buffer: SharedArrayBuffer) => ReturnType<typeof newSamples>;
  const data = new maker(new SharedArrayBuffer(samples * bytesPerSample[raster.sampleType])).fill(77);
  const valid = new Uint8Array(new SharedArrayBuffer(pixels)).fill(77);
  await raster.readRows?.({ rowOff, heightPx }, { data, valid });
  const whole = await raster.read({ colOff: 0, rowOff, widthPx, heightPx });
  return { rows: { data: Array.from(data), valid: [...valid] }, whole: { data: Array.from(whole.data), valid: [...whole.valid] } };
}

describe("readRows", () => {
  it.each(Object.entries(kinds))("gives what read gives: %s", async (name, { values, kind }) => {
    const raster = await open(await strips(`${name}.tif`, values, kind));
    expect(raster.readRows).toBeDefined();
    for (const [rowOff, rows] of [
      [0, 8],
      [2, 5],
      [4, 1],
      [5, 3],
    ] as const) {
      const { rows: ours, whole } = await bothWays(raster, rowOff, rows);
      expect(ours).toEqual(whole);
    }
    await raster.close();
  });

  it("is only there where the file holds what read gives", async () => {
    const plain: string[] = [];
    for (const name of (await readdir(golden)).filter((file) => file.endsWith(".tif"))) {
      const raster = await open(golden + name).catch(() => null);
      if (raster?.readRows) plain.push(name);
      await raster?.close();
    }
    // All of them are compressed, tiled, planar or of the other byte order.
    expect(plain).toEqual([]);
  });

  it("refuses a file that was cut short since it was opened, and memory of another size", async () => {
    const path = await strips("cut.tif", oddFloats(), { bandCount: 2 });
    const raster = await open(path);
    const into = (pixels: number) => ({ data: new Float32Array(pixels * 2), valid: new Uint8Array(pixels) });
    await expect(raster.readRows?.({ rowOff: 0, heightPx: 8 }, into(39))).rejects.toThrow(RangeError);
    await truncate(path, 900);
    await expect(raster.readRows?.({ rowOff: 0, heightPx: 8 }, into(40))).rejects.toThrow("The file ends before its image does.");
    await raster.close();
  });
});
