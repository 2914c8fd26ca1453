import { describe, expect, it } from "vitest";
import { type Augmentation, drawAugmentation, noAugmentation } from "./augmentation.ts";
import { coverageBits } from "./coverage.ts";
import { type ChipCentre, chipWindow, cutChip } from "./cutChip.ts";
import { openGround } from "./ground.ts";
import { randomFrom } from "./random.ts";
import type { PixelPolygon } from "./rasterizePolygons.ts";

const everything = coverageBits.measured | coverageBits.examined;
/** A ground whose every pixel says where it is; reef in a 3 × 2 patch, no data left of column −4. */
const colours = (col: number, row: number) => [
  (((col * 7) % 251) + 251) % 251,
  (((row * 5) % 241) + 241) % 241,
  (((col + row) % 200) + 200) % 200,
];
const isReef = (col: number, row: number) => col >= 40 && col < 43 && row >= 31 && row < 33;
const isMeasured = (col: number) => col >= -4;

const box = [Float64Array.from([-9, -99, 999, -99, 999, 999, -9, 999, -9, -99])];
let reads = 0;
const open = (budget: number) =>
  openGround(
    async ({ colOff, rowOff, widthPx, heightPx }) => {
      reads++;
      const pixels = new Uint8Array(widthPx * heightPx * 3);
      const valid = new Uint8Array(widthPx * heightPx);
      for (let i = 0; i < valid.length; i++) {
        const [col, row] = [colOff + (i % widthPx), rowOff + Math.floor(i / widthPx)];
        if (!isMeasured(col)) continue;
        valid[i] = 1;
        pixels.set(colours(col, row), 3 * i);
      }
      return { widthPx, heightPx, bandCount: 3, pixels, valid };
    },
    { labels: [[Float64Array.from([40, 31, 43, 31, 43, 33, 40, 33, 40, 31])]], unsure: [], examined: [box], holdout: [], ignore: [] },
    3,
    budget,
  );
const ground = open(1e9);

async function cut(
  centre: ChipCentre,
  sizePx: number,
  augmentation: Augmentation,
  counts: (col: number, row: number) => boolean = () => true,
) {
  return cutChip(await ground.patch(chipWindow(centre, sizePx, augmentation)), centre, sizePx, augmentation, counts);
}

describe("cutChip", () => {
  it("unchanged is the ground itself, across tiles", async () => {
    const chip = await cut({ col: 512, row: 30 }, 16, noAugmentation(3));
    for (let row = 0; row < 16; row++) {
      for (let col = 0; col < 16; col++) {
        const at = row * 16 + col;
        expect([...chip.pixels.subarray(3 * at, 3 * at + 3)]).toEqual(colours(504 + col, 22 + row));
      }
    }
  });

  it("carries labels with the pixels through turns, mirrors and zooms", async () => {
    const plain = await cut({ col: 41, row: 32 }, 8, noAugmentation(3));
    expect(plain.target.filter((value) => value === 1)).toHaveLength(6);
    const turned = await cut({ col: 41, row: 32 }, 8, { ...noAugmentation(3), rotation: Math.PI / 2 });
    for (let row = 0; row < 8; row++) {
      for (let col = 0; col < 8; col++) {
        // A quarter turn counter-clockwise: the right edge becomes the top edge.
        const from = col * 8 + (7 - row);
        expect(turned.target[row * 8 + col]).toBe(plain.target[from]);
        expect(turned.pixels[3 * (row * 8 + col)]).toBe(plain.pixels[3 * from]);
      }
    }
    const mirrored = await cut({ col: 41, row: 32 }, 8, { ...noAugmentation(3), flip: true });
    expect([...mirrored.target.subarray(24, 32)]).toEqual([...plain.target.subarray(24, 32)].reverse());
    const enlarged = await cut({ col: 41, row: 32 }, 8, { ...noAugmentation(3), groundPerPixel: 0.5 });
    expect(enlarged.target.filter((value) => value === 1)).toHaveLength(24);
  });

  it("tells classes apart, and what is reef of a class that nobody said", async () => {
    const box = (left: number, top: number, right: number, bottom: number) => [
      Float64Array.from([left, top, right, top, right, bottom, left, bottom, left, top]),
    ];
    const labels = [box(2, 1, 4, 3), box(4, 1, 7, 2), box(5, 3, 8, 4)];
    const read = async ({ widthPx, heightPx }: { widthPx: number; heightPx: number }) => {
      const count = widthPx * heightPx;
      return { widthPx, heightPx, bandCount: 1, pixels: new Uint8Array(count), valid: new Uint8Array(count).fill(1) };
    };
    const of = (classes?: PixelPolygon[][]) =>
      openGround(
        read,
        { labels, unsure: [], examined: [box(0, 0, 9, 9)], holdout: [], ignore: [], ...(classes ? { classes } : {}) },
        1,
        1e9,
      );
    const target = async (from: ReturnType<typeof of>) => {
      const plain = noAugmentation(1);
      const centre = { col: 4, row: 4 };
      const chip = cutChip(await from.patch(chipWindow(centre, 8, plain)), centre, 8, plain, () => true);
      return Array.from({ length: 4 }, (_, row) => [...chip.target.subarray(8 * row, 8 * row + 8)].join(" "));
    };
    expect(await target(of())).toEqual(["0 0 0 0 0 0 0 0", "0 0 1 1 1 1 1 0", "0 0 1 1 0 0 0 0", "0 0 0 0 0 1 1 1"]);
    const told = of([[], [box(4, 1, 7, 2)], [box(2, 1, 4, 3)]]);
    expect(await target(told)).toEqual(["0 0 0 0 0 0 0 0", "0 0 3 3 2 2 2 0", "0 0 3 3 0 0 0 0", "0 0 0 0 0 255 255 255"]);
  });

  it("counts only measured, examined pixels that may count", async () => {
    const chip = await cut({ col: -6, row: 4 }, 12, noAugmentation(3), (col) => col < -1);
    for (let i = 0; i < 144; i++) {
      const col = -12 + (i % 12);
      expect(chip.measured[i]).toBe(isMeasured(col) ? 1 : 0);
      expect(chip.valid[i]).toBe(isMeasured(col) && col < -1 ? 1 : 0);
    }
  });

  it("needs no ground beyond its window at any angle", async () => {
    const random = randomFrom(8);
    for (let i = 0; i < 40; i++) {
      const augmentation = drawAugmentation(random, 3);
      const centre = { col: 200 + random.below(50), row: 300 + random.below(50) };
      const chip = await cut(centre, 24, augmentation);
      expect(chip.measured.every((value) => value === 1)).toBe(true);
    }
  });
});

describe("drawAugmentation", () => {
  it("keeps grey grey and stays within its limits", () => {
    const random = randomFrom(2);
    for (let i = 0; i < 200; i++) {
      const { color, groundPerPixel } = drawAugmentation(random, 3);
      const grey = [0, 1, 2].map(
        (band) => (color.offset[band] ?? 0) + 128 * color.matrix.slice(3 * band, 3 * band + 3).reduce((a, b) => a + b, 0),
      );
      expect(Math.max(...grey) - Math.min(...grey)).toBeLessThan(1.5);
      expect(groundPerPixel).toBeGreaterThan(0.74);
      expect(groundPerPixel).toBeLessThan(1.34);
    }
  });
});

describe("openGround", () => {
  it("decodes again what did not fit, with the same bytes", async () => {
    const small = open(1);
    const window = { colOff: 3, rowOff: 700, widthPx: 30, heightPx: 9 };
    const first = await small.patch(window);
    for (let i = 0; i < 20; i++) await small.patch({ ...window, colOff: 512 * i });
    const before = reads;
    expect(await small.patch(window)).toEqual(first);
    expect(reads).toBe(before + 1);
    expect(first.coverage.every((bits) => (bits & everything) === everything)).toBe(true);
    expect(isReef(41, 32)).toBe(true);
  });
});
