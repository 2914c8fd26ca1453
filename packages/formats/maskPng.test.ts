import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { encode } from "fast-png";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { maskValueText, readMaskPng } from "./maskPng.ts";

const most = 1e6;

/** A PNG from its parts, CRCs and all. */
function png(
  header: { width: number; height: number; depth: number; colour: number },
  data: Buffer,
  extra: [string, Buffer][] = [],
): Buffer {
  const crcTable = Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
    return c >>> 0;
  });
  const chunk = (type: string, body: Buffer) => {
    const all = Buffer.concat([Buffer.from(type, "latin1"), body]);
    let crc = 0xffffffff;
    for (const byte of all) crc = (crcTable[(crc ^ byte) & 0xff]! ^ (crc >>> 8)) >>> 0;
    const out = Buffer.alloc(body.length + 12);
    out.writeUInt32BE(body.length, 0);
    all.copy(out, 4);
    out.writeUInt32BE((crc ^ 0xffffffff) >>> 0, body.length + 8);
    return out;
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(header.width, 0);
  head.writeUInt32BE(header.height, 4);
  head.writeUInt8(header.depth, 8);
  head.writeUInt8(header.colour, 9);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk("IHDR", head),
    ...extra.map(([type, body]) => chunk(type, body)),
    chunk("IDAT", deflateSync(data)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

describe("masks as numbers", () => {
  it("gives back what was written, at 8 and 16 bits", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 23 }), fc.integer({ min: 1, max: 17 }), fc.boolean(), fc.nat(), (width, height, wide, seed) => {
        const depth = wide ? 16 : 8;
        const numbers = Array.from({ length: width * height }, (_, i) => (i * 7919 + seed) % (wide ? 65_536 : 256));
        const data = wide ? Uint16Array.from(numbers) : Uint8Array.from(numbers);
        const { values, kind, widthPx, heightPx } = readMaskPng(encode({ width, height, data, channels: 1, depth }), most);
        expect([widthPx, heightPx, kind]).toEqual([width, height, "grey"]);
        expect([...values]).toEqual([...data]);
      }),
      { numRuns: 40 },
    );
  });
  it("reads one, two and four bits a pixel, rows on whole bytes", () => {
    // 5 px wide: rows 10110 and 01001.
    const bits = png({ width: 5, height: 2, depth: 1, colour: 0 }, Buffer.from([0, 0b10110000, 0, 0b01001000]));
    expect([...readMaskPng(bits, most).values]).toEqual([1, 0, 1, 1, 0, 0, 1, 0, 0, 1]);
    const fours = png({ width: 3, height: 1, depth: 4, colour: 0 }, Buffer.from([0, 0x1f, 0xa0]));
    expect([...readMaskPng(fours, most).values]).toEqual([1, 15, 10]);
    const twos = png({ width: 3, height: 1, depth: 2, colour: 0 }, Buffer.from([0, 0b11_01_10_00]));
    expect([...readMaskPng(twos, most).values]).toEqual([3, 1, 2]);
  });
  it("gives a palette's indexes, not its colours", () => {
    const palette: [string, Buffer] = ["PLTE", Buffer.from([0, 0, 0, 128, 0, 0, 0, 128, 0])];
    const file = png({ width: 4, height: 1, depth: 8, colour: 3 }, Buffer.from([0, 0, 2, 1, 2]), [palette]);
    expect(readMaskPng(file, most)).toMatchObject({ kind: "palette", values: Uint32Array.from([0, 2, 1, 2]) });
  });
  it("tells colours apart from greys that are stored as colours, and takes transparent pixels for nothing", () => {
    const colours = encode({ width: 3, height: 1, channels: 3, depth: 8, data: Uint8Array.from([255, 0, 0, 0, 0, 0, 1, 2, 3]) });
    const read = readMaskPng(colours, most);
    expect(read.kind).toBe("colour");
    expect([...read.values].map((value) => maskValueText(value, read.kind))).toEqual(["#ff0000", "#000000", "#010203"]);
    const grey = encode({ width: 2, height: 1, channels: 4, depth: 8, data: Uint8Array.from([9, 9, 9, 255, 200, 200, 200, 0]) });
    expect(readMaskPng(grey, most)).toMatchObject({ kind: "grey", values: Uint32Array.from([9, 0]) });
  });
  it("reads interlaced files of libvips", async () => {
    const data = Buffer.from(Array.from({ length: 13 * 11 }, (_, i) => (i % 3 === 0 ? 255 : 0)));
    const file = await sharp(data, { raw: { width: 13, height: 11, channels: 1 } })
      .toColourspace("b-w")
      .png({ progressive: true })
      .toBuffer();
    expect([...readMaskPng(file, most).values]).toEqual([...data]);
  });
  it("refuses what is none, is cut off, is too large, or unpacks to more than it says", async () => {
    const good = Buffer.from(encode({ width: 40, height: 30, data: new Uint8Array(1_200).fill(1), channels: 1 }));
    expect(() => readMaskPng(Buffer.from("GIF89a and so on, long enough to have a header"), most)).toThrow(/not a PNG/);
    expect(() => readMaskPng(good.subarray(0, good.length - 30), most)).toThrow(/damaged/);
    expect(() => readMaskPng(good, 1_000)).toThrow(/40 × 30 pixels/);
    const bomb = png({ width: 2, height: 2, depth: 8, colour: 0 }, Buffer.alloc(200 * 2 ** 20));
    expect(bomb.length).toBeLessThan(2 ** 20);
    expect(() => readMaskPng(bomb, most)).toThrow(/damaged/);
    const huge = png({ width: 2 ** 31, height: 2 ** 31 - 1, depth: 8, colour: 0 }, Buffer.alloc(4));
    expect(() => readMaskPng(huge, most)).toThrow(/pixels, more than/);
  });
});
