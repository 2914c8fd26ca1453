import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { openFileSource } from "../tiff/fileSource.ts";
import { openGeoTiff, parseNodata } from "../tiff/geotiffRaster.ts";
import { decodeLzw } from "./lzwDecode.ts";
import { undoDifferencing, undoFloatPredictor } from "./predictorDecode.ts";

/** TIFF LZW as TIFF 6.0 section 13 writes it, straight from its pseudocode. */
function encodeLzw(data: Uint8Array): Uint8Array {
  const out: number[] = [];
  let bits = 0n;
  let bitCount = 0;
  let width = 9;
  const put = (code: number) => {
    bits = (bits << BigInt(width)) | BigInt(code);
    bitCount += width;
    while (bitCount >= 8) {
      out.push(Number((bits >> BigInt(bitCount - 8)) & 255n));
      bitCount -= 8;
      bits &= (1n << BigInt(bitCount)) - 1n;
    }
  };
  let table = new Map<string, number>();
  let next = 258;
  const reset = () => {
    put(256);
    table = new Map(Array.from({ length: 256 }, (_, i) => [String.fromCharCode(i), i]));
    next = 258;
    width = 9;
  };
  reset();
  let run = "";
  for (const byte of data) {
    const longer = run + String.fromCharCode(byte);
    if (table.has(longer)) {
      run = longer;
      continue;
    }
    put(table.get(run)!);
    table.set(longer, next++);
    // The decoder is one entry behind, and widens one code early.
    if (next === 511 + 1 || next === 1023 + 1 || next === 2047 + 1) width++;
    if (next === 4094 + 1) reset();
    run = String.fromCharCode(byte);
  }
  if (run) put(table.get(run)!);
  put(257);
  if (bitCount > 0) out.push(Number((bits << BigInt(8 - bitCount)) & 255n));
  return Uint8Array.from(out);
}

describe("LZW", () => {
  it("undoes an encoder written from the specification, through all code widths and table resets", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 1, max: 255 }), fc.integer(), (length, range, seed) => {
        let state = seed;
        const data = Uint8Array.from({ length }, () => {
          state = (Math.imul(state, 1_103_515_245) + 12_345) | 0;
          return (state >>> 16) % range;
        });
        expect(Buffer.compare(decodeLzw(encodeLzw(data), length), data)).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  it("never writes beyond what is expected, and says when data is garbled or short", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 1, max: 500 }), (bytes, expected) => {
        try {
          expect(decodeLzw(bytes, expected)).toHaveLength(expected);
        } catch (error) {
          expect(error).toMatchObject({ code: "raster/damaged" });
        }
      }),
    );
  });
});

describe("predictors", () => {
  it("undo differences for any number of bands, wrapping as the type does", () => {
    for (const [bands, type] of [
      [3, Uint8Array],
      [1, Uint8Array],
      [4, Uint16Array],
      [2, Uint32Array],
    ] as const) {
      const width = 7;
      const want = new type(Array.from({ length: width * bands * 3 }, (_, i) => (i * 7919) % 65_521));
      const stored = want.slice();
      for (let row = 0; row < 3; row++) {
        for (let i = width * bands - 1; i >= bands; i--) {
          const at = row * width * bands + i;
          stored[at] = want[at]! - want[at - bands]!;
        }
      }
      undoDifferencing(stored, width, bands);
      expect(stored).toEqual(want);
    }
  });

  it("undo the floating point predictor", () => {
    const width = 5;
    const bands = 2;
    const values = Float32Array.from({ length: width * bands * 2 }, (_, i) => Math.sin(i) * 1e3);
    const little = new Uint8Array(values.buffer);
    const stored = new Uint8Array(little.length);
    const rowSamples = width * bands;
    for (let row = 0; row < 2; row++) {
      const start = row * rowSamples * 4;
      for (let i = 0; i < rowSamples; i++) for (let b = 0; b < 4; b++) stored[start + b * rowSamples + i] = little[start + i * 4 + 3 - b]!;
      for (let i = rowSamples * 4 - 1; i >= bands; i--) stored[start + i] = stored[start + i]! - stored[start + i - bands]!;
    }
    expect(undoFloatPredictor(stored, width, bands, 4)).toEqual(little);
  });
});

describe("JPEG blocks", () => {
  it.each(["u8-rgb-jpeg-ycbcr-tiled.tif", "u8-rgb-jpeg-rgb-tiled.tif"])(
    "%s equals libtiff with libjpeg-turbo, sample by sample",
    async (name) => {
      const path = fileURLToPath(new URL(`../../../tests/golden/rasters/${name}`, import.meta.url));
      const raster = await openGeoTiff(await openFileSource(path));
      const { widthPx, heightPx } = raster.grid;
      const ours = await raster.read({ colOff: 0, rowOff: 0, widthPx, heightPx });
      // sharp opens the whole TIFF with the libtiff it carries.
      const theirs = await sharp(readFileSync(path)).raw().toBuffer();
      expect(Buffer.compare(Buffer.from(ours.data.buffer, ours.data.byteOffset, ours.data.byteLength), theirs)).toBe(0);
      await raster.close();
    },
  );
});

describe("nodata", () => {
  it("is what samples of the type can hold", () => {
    expect(parseNodata("-9999", "float32")).toBe(-9999);
    expect(parseNodata("-3.4028234663852886e+38", "float32")).toBe(Math.fround(-3.4028234663852886e38));
    expect(parseNodata("0.1", "float32")).toBe(Math.fround(0.1));
    expect(parseNodata("nan", "float64")).toBeNaN();
    expect(parseNodata("nan", "uint8")).toBeNull();
    expect(parseNodata("-9999", "uint8")).toBeNull();
    expect(parseNodata("255 ", "uint8")).toBe(255);
    expect(parseNodata("", "uint8")).toBeNull();
    expect(parseNodata("none", "int16")).toBeNull();
  });
});
