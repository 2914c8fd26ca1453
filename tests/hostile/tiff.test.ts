import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { deflateSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { buildTiff, imageEntries } from "./buildTiff.ts";
import { type OpenReport, openInChild } from "./openInChild.ts";

// Attacks 5, 6 and 8 of the reliability promises: a bad file costs its sender one clear sentence and nobody else anything.

const folder = mkdtempSync(join(tmpdir(), "reefline-hostile-tiff-"));
const sharedFolder = join(process.env.REEFLINE_SHARED_DATA ?? fileURLToPath(new URL("../../../shared/data", import.meta.url)), "hostile");
const hasShared = existsSync(sharedFolder);
if (!hasShared) console.info(`No public fuzz corpora at ${sharedFolder}: only the attacks made here run.`);
const golden = fileURLToPath(new URL("../golden/rasters/", import.meta.url));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function save(name: string, bytes: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** Every file ended well: a typed error of one plain sentence or an image, refused within a second, in little memory. */
function expectWell(reports: OpenReport[], count: number): void {
  expect(reports).toHaveLength(count);
  for (const report of reports) {
    expect(report.code, `${report.path}: ${report.message} ${report.kind}`).not.toBe("NOT-TYPED");
    // Refusals are quick; what opens may have to decode, beside whatever else the machine does.
    expect(report.milliseconds, report.path).toBeLessThan(report.code === "opened" ? 5000 : 1000);
    expect(report.rssMegabytes, report.path).toBeLessThan(400);
    if (report.code !== "opened") expect(report.message, report.path).toMatch(/^[A-Z].{20,400}\.$/);
  }
}

const grey = { widthPx: 20, heightPx: 14, blockBytes: 280 };
const pixels = Uint8Array.from({ length: 280 }, (_, i) => i & 255);

describe("malformed TIFF", () => {
  it("the unharmed twin opens", async () => {
    const [report] = await openInChild([save("good.tif", buildTiff(imageEntries(grey), pixels))]);
    expect(report).toMatchObject({ code: "opened", message: "" });
  });

  const attacks: [string, () => Buffer, RegExp][] = [
    ["an image list that points to itself", () => buildTiff(imageEntries(grey), pixels, { next: "self" }), /runs in a circle/],
    [
      "2^31 × 2^31 pixels",
      () => buildTiff(imageEntries({ ...grey, widthPx: 2 ** 31, heightPx: 2 ** 31 }), pixels),
      /2147483648 × 2147483648 pixels/,
    ],
    ["a tile 2^20 wide", () => buildTiff(imageEntries({ ...grey, tilePx: 2 ** 20 }), pixels), /blocks of 1048576 × 1048576/],
    [
      "65,535 tags",
      () => Buffer.concat([buildTiff(imageEntries(grey), pixels, { entryCount: 65_535 }), Buffer.alloc(65_535 * 12)]),
      /65535 tags/,
    ],
    [
      "more block offsets than the file has bytes",
      () =>
        buildTiff(
          imageEntries(grey).map((entry) => (entry.tag === 273 ? { ...entry, count: 2 ** 31 } : entry)),
          pixels,
        ),
      /where its pixels are/,
    ],
    [
      "a block that is half a byte long",
      () =>
        buildTiff(
          imageEntries(grey).map((entry) => (entry.tag === 279 ? { ...entry, type: 12 as const, values: [0.5] } : entry)),
          pixels,
        ),
      /where its pixels are/,
    ],
    ["pixels beyond the end", () => buildTiff(imageEntries({ ...grey, blockBytes: 100_000 }), pixels), /ends before its image does/],
    ["an image of no height", () => buildTiff(imageEntries({ ...grey, heightPx: 0 }), pixels), /how large its image is/],
    [
      "65,535 bands",
      () =>
        buildTiff(
          imageEntries(grey).map((e) => (e.tag === 277 ? { ...e, values: [65_535] } : e)),
          pixels,
        ),
      /65535 bands/,
    ],
    [
      "a directory beyond the end",
      () => {
        const file = buildTiff(imageEntries(grey), pixels);
        file.writeUInt32LE(0x7fffffff, 4);
        return file;
      },
      /beyond its own end/,
    ],
    ["no directory at all", () => Buffer.from("II*\0\0\0\0\0", "latin1"), /holds no image/],
  ];
  it(`is refused: ${attacks.map(([name]) => name).join("; ")}`, async () => {
    const reports = await openInChild(attacks.map(([name, make]) => save(`${name.replace(/\W/g, "-")}.tif`, make())));
    expectWell(reports, attacks.length);
    reports.forEach((report, i) => {
      expect(report.message).toMatch(attacks[i]![2]);
    });
  });

  it("truncated at every kilobyte, and at every byte of its directory", async () => {
    const whole = readFileSync(join(golden, "u8-rgb-mask-overviews.tif"));
    const cuts = Array.from({ length: Math.floor(whole.length / 1024) }, (_, i) => (i + 1) * 1024 - 1);
    const small = buildTiff(imageEntries(grey), pixels);
    const reports = await openInChild([
      ...cuts.map((cut) => save(`cut-${cut}.tif`, whole.subarray(0, cut))),
      ...Array.from({ length: small.length - 1 }, (_, cut) => save(`byte-${cut}.tif`, small.subarray(0, cut))),
    ]);
    expectWell(reports, cuts.length + small.length - 1);
    for (const report of reports.slice(0, cuts.length)) expect(report.code, report.path).toBe("raster/damaged");
  });
});

describe("decompression bombs", () => {
  const declared = { widthPx: 64, heightPx: 64 };
  const lzwBomb = (): Buffer => {
    // Codes 256, 0, 258, 259, …: each run one longer than the last, all 9 to 12 bits wide.
    const bits: string[] = [];
    let width = 9;
    const push = (code: number) => bits.push(code.toString(2).padStart(width, "0"));
    for (let round = 0; round < 40; round++) {
      push(256);
      width = 9;
      push(0);
      for (let code = 258; code < 4094; code++) {
        push(code);
        if (code + 1 >= 2 ** width - 1 && width < 12) width++;
      }
    }
    const text = bits.join("");
    return Buffer.from(Array.from({ length: Math.floor(text.length / 8) }, (_, i) => Number.parseInt(text.slice(i * 8, i * 8 + 8), 2)));
  };

  it("a block of 64 × 64 pixels that expands to 128 MB, by deflate", async () => {
    const bomb = deflateSync(Buffer.alloc(2 ** 27), { level: 9 });
    const reports = await openInChild([
      save("deflate.tif", buildTiff(imageEntries({ ...declared, compression: 8, blockBytes: bomb.length }), bomb)),
    ]);
    expectWell(reports, 1);
    expect(reports[0]!.message).toMatch(/expands to more than its size/);
    expect(reports[0]!.rssMegabytes).toBeLessThan(256);
  });

  it("by LZW costs no more than the block it fills", async () => {
    const bomb = lzwBomb();
    const reports = await openInChild([
      save("lzw.tif", buildTiff(imageEntries({ ...declared, compression: 5, blockBytes: bomb.length }), bomb)),
    ]);
    expectWell(reports, 1);
    expect(reports[0]!.rssMegabytes).toBeLessThan(256);
  });

  it("a JPEG block that says it is 65,500 pixels wide", async () => {
    const jpeg = Buffer.from("ffd8ffc0000b08ffdcffdc01011100ffda0008010100003f00", "hex");
    const reports = await openInChild([
      save("jpeg.tif", buildTiff(imageEntries({ ...declared, compression: 7, blockBytes: jpeg.length }), jpeg)),
    ]);
    expectWell(reports, 1);
    expect(reports[0]!.message).toMatch(/65500 × 65500 pixels where the file says 64 × 64/);
  });
});

describe("bombs and forgeries of the further compressions", () => {
  const declared = { widthPx: 64, heightPx: 64 };
  // Zstandard: one frame of 2^27 zeros in run-length blocks of 128 KB each (RFC 8878 section 3.1.1.2), its size not stated.
  const zstdBomb = (): Buffer => {
    const blocks = Array.from({ length: 1024 }, (_, i) => {
      const header = (131_072 << 3) | (1 << 1) | (i === 1023 ? 1 : 0);
      return Buffer.of(header & 255, (header >> 8) & 255, (header >> 16) & 255, 0);
    });
    return Buffer.concat([Buffer.of(0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58), ...blocks]);
  };
  const webpOf = (widthPx: number, heightPx: number): Buffer => {
    const file = Buffer.alloc(60);
    file.write("RIFF", 0, "latin1");
    file.writeUInt32LE(52, 4);
    file.write("WEBPVP8L", 8, "latin1");
    file.writeUInt32LE(40, 16);
    file[20] = 0x2f;
    file.writeUInt32LE((widthPx - 1) | ((heightPx - 1) << 14), 21);
    return file;
  };
  const lercOf = (widthPx: number, heightPx: number, blobBytes = 200): Buffer => {
    const blob = Buffer.alloc(200);
    blob.write("Lerc2 ", 0, "latin1");
    [4, 0, heightPx, widthPx, 1, widthPx * heightPx, 8, blobBytes, 1].forEach((value, i) => {
      blob.writeInt32LE(value | 0, 6 + i * 4);
    });
    return blob;
  };
  // PackBits: every two bytes become 128 zeros.
  const packBitsBomb = Buffer.alloc(2 ** 21, Buffer.of(129, 0));
  const xzBomb = (): Buffer => {
    // LZMA2 chunks that say they hold 2 MB each, of noise.
    const chunk = Buffer.concat([Buffer.of(0xff, 0xff, 0xff, 0xff, 0xff, 0x5d), Buffer.alloc(65_536, 0x41)]);
    const head = Buffer.from("fd377a585a00000469 22de36 0200 2101 1c000000 10cf58cc".replaceAll(" ", ""), "hex");
    return Buffer.concat([head, ...Array.from({ length: 20 }, () => chunk)]);
  };
  const attacks: [string, number, Buffer, object, RegExp | null][] = [
    ["Zstandard that expands to 128 MB", 50000, zstdBomb(), {}, /Zstandard data cannot be decoded, or expands to more/],
    ["Zstandard cut short", 50000, zstdBomb().subarray(0, 90), {}, /Zstandard data cannot be decoded/],
    [
      "WebP that says it is 16,384 pixels wide",
      50001,
      webpOf(16_384, 16_384),
      { samples: 3 },
      /16384 × 16384 pixels where the file says 64 × 64/,
    ],
    ["WebP of the right size and nothing in it", 50001, webpOf(64, 64), { samples: 3 }, /WebP data cannot be decoded/],
    ["LERC that says it is 40,000 pixels wide", 34887, lercOf(40_000, 40_000), {}, /40000 × 40000 pixels of 1 bands where/],
    ["LERC of negative size", 34887, lercOf(64, 64, -5), {}, /LERC data is not whole/],
    ["LERC of the right size and nothing in it", 34887, lercOf(64, 64), {}, /LERC data cannot be decoded/],
    ["PackBits that expands to 128 MB", 32773, packBitsBomb, {}, null],
    ["LZMA of noise that says it expands to 40 MB", 34925, xzBomb(), {}, /LZMA data/],
  ];
  it(attacks.map(([name]) => name).join("; "), async () => {
    const reports = await openInChild(
      attacks.map(([name, compression, block, options]) =>
        save(
          `${name.replace(/\W/g, "-")}.tif`,
          buildTiff(imageEntries({ ...declared, ...options, compression, blockBytes: block.length }), block),
        ),
      ),
    );
    expectWell(reports, attacks.length);
    reports.forEach((report, i) => {
      const [name, , , , message] = attacks[i]!;
      if (message) expect(report.message, name).toMatch(message);
      else expect(report.code, name).toBe("opened");
      expect(report.rssMegabytes, name).toBeLessThan(256);
    });
  });

  it("files beside an image: broken overviews are left out, a broken mask is told", async () => {
    const bytes = readFileSync(join(golden, "u8-rgb-beside.tif"));
    const broken = Buffer.from("II*\0\x08\0\0\0\xff\xff", "latin1");
    const withOverviews = save("broken-overviews.tif", bytes);
    save("broken-overviews.tif.ovr", broken);
    const withMask = save("broken-mask.tif", bytes);
    save("broken-mask.tif.msk", broken);
    const reports = await openInChild([withOverviews, withMask]);
    expectWell(reports, 2);
    expect(reports.map(({ code }) => code)).toEqual(["opened", "raster/limit"]);
  });
});

describe("not supported, by name", () => {
  const cases: [string, Partial<Parameters<typeof imageEntries>[0]>, RegExp][] = [
    ["JPEG 2000", { compression: 34712 }, /compressed with JPEG 2000/],
    ["JPEG XL", { compression: 50002 }, /compressed with JPEG XL/],
    ["an unknown compression", { compression: 4711 }, /compressed with method 4711/],
    ["CIE Lab", { photometric: 8, samples: 3 }, /CIE Lab/],
    ["YCbCr without JPEG", { photometric: 6, samples: 3 }, /YCbCr colours outside JPEG/],
    ["a palette of numbers of 32 bits", { photometric: 3, bits: 32 }, /palette of unsigned whole numbers of 32 bits/],
    ["JPEG of 16 bits", { compression: 7, bits: 16 }, /JPEG data of 1 bands and 16 bits/],
    ["WebP of one band", { compression: 50001 }, /WebP data of 1 bands/],
    ["LERC of 4 bits", { compression: 34887, bits: 4 }, /LERC data of 1 bands and 4 bits/],
    ["floats of 24 bits", { bits: 24, sampleFormat: 3 }, /floating point numbers of 24 bits/],
    ["complex numbers", { bits: 64, sampleFormat: 6 }, /complex numbers of 64 bits/],
    ["an unknown predictor", { predictor: 9, compression: 8 }, /predictor 9/],
  ];
  it(cases.map(([name]) => name).join(", "), async () => {
    const reports = await openInChild(
      cases.map(([name, change]) => save(`${name}.tif`, buildTiff(imageEntries({ ...grey, ...change }), pixels))),
    );
    expectWell(reports, cases.length);
    reports.forEach((report, i) => {
      expect(report.code).toMatch(/^raster\/unsupported-/);
      expect(report.message).toMatch(cases[i]![2]);
    });
  });
});

describe("disguise", () => {
  const disguises: [string, string | Uint8Array, RegExp][] = [
    ["VRT", '<VRTDataset rasterXSize="1"><SourceFilename>/etc/passwd</SourceFilename></VRTDataset>', /virtual raster/],
    ["SVG", '<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]><svg>&a;</svg>', /SVG drawing/],
    ["XML", '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaa">]><r>&a;</r>', /XML document/],
    ["HTML", "<!DOCTYPE html><script>alert(1)</script>", /web page/],
    ["script", "#!/bin/sh\ntouch owned\n", /script/],
    ["JPEG", Uint8Array.of(0xff, 0xd8, 0xff, 0xe0), /JPEG photo/],
    ["PNG", Uint8Array.of(0x89, 0x50, 0x4e, 0x47), /PNG image/],
    ["zip", "PK\x03\x04", /zip archive/],
    ["empty", "", /empty file/],
    ["noise", Uint8Array.of(7, 7, 7), /not a TIFF file/],
  ];
  it("is seen by content, whatever the name", async () => {
    const reports = await openInChild(disguises.map(([name, content]) => save(`${name}.tif`, content)));
    expectWell(reports, disguises.length);
    reports.forEach((report, i) => {
      expect(report.code).toBe("raster/unsupported-format");
      expect(report.message).toMatch(disguises[i]![2]);
    });
  });
});

describe("public fuzz corpora", () => {
  it.skipIf(!hasShared)("every file opens or is refused", async () => {
    const paths = readdirSync(sharedFolder, { recursive: true, encoding: "utf8" })
      .map((name) => join(sharedFolder, name))
      .filter((path) => statSync(path).isFile());
    expect(paths.length).toBeGreaterThan(100);
    expectWell(await openInChild(paths), paths.length);
  });
});

describe("mutations", () => {
  // A deeper run: REEFLINE_FUZZ_ROUNDS=20000.
  const rounds = Number(process.env.REEFLINE_FUZZ_ROUNDS ?? 1500);
  it(`${rounds} seeded mutations of good files open or are refused`, async () => {
    const names = readdirSync(golden).filter((name) => name.endsWith(".tif"));
    let state = 20_260_101;
    const random = (below: number): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const paths = Array.from({ length: rounds }, (_, i) => {
      const bytes = readFileSync(join(golden, names[i % names.length]!));
      // The directory is where a changed byte hurts; it lies at the front or, for some writers, at the end. A third goes anywhere,
      // most of that to the decoders.
      const start = random(3) === 0 ? Math.max(0, bytes.length - 600) : 0;
      for (let change = 0; change <= random(6); change++) {
        const at = Math.min(bytes.length - 1, start + random(random(3) === 0 ? bytes.length : 600));
        const kind = random(3);
        bytes[at] = kind === 0 ? random(256) : kind === 1 ? bytes[at]! ^ (1 << random(8)) : [0, 255, 127, 128][random(4)]!;
      }
      return save(`mutation-${i}.tif`, bytes);
    });
    expectWell(await openInChild(paths), paths.length);
  });
});
