import { describe, expect, it } from "vitest";
import { chipSampler } from "./chipSampler.ts";
import { coarseMap } from "./coarseMap.ts";
import { chooseModelGsd } from "./modelScale.ts";
import { randomFrom } from "./random.ts";
import { planSplit, roleAt, splitRoles } from "./split.ts";

const box = (left: number, top: number, right: number, bottom: number) => [
  Float64Array.from([left, top, right, top, right, bottom, left, bottom, left, top]),
];

describe("chipSampler", () => {
  const labels = Array.from({ length: 40 }, (_, i) =>
    box(30 + (i % 8) * 110, 20 + Math.floor(i / 8) * 120, 50 + (i % 8) * 110, 40 + Math.floor(i / 8) * 120),
  );
  const map = coarseMap({ labels, unsure: [], examined: [box(0, 0, 900, 600)], holdout: [], ignore: [] }, 900, 600);
  const split = planSplit([null, map], 64, randomFrom(3));
  if (!map || !split) throw new Error("no ground");
  const sampler = chipSampler([null, map], split, 64, 3, 0.6);

  it("aims at reef as often as asked although reef is rare, and repeats itself from a state", () => {
    const random = randomFrom(1);
    let nearReef = 0;
    const count = 600;
    for (let i = 0; i < count; i++) {
      const { source, centre } = sampler.draw(random);
      expect(source).toBe(1);
      const close = labels.some(
        ([ring]) => Math.abs((ring?.[0] ?? 0) + 10 - centre.col) < 36 && Math.abs((ring?.[1] ?? 0) + 10 - centre.row) < 36,
      );
      if (close) nearReef++;
    }
    expect(nearReef / count).toBeGreaterThan(0.6);
    const state = random.state();
    expect(sampler.draw(randomFrom(state))).toEqual(sampler.draw(random));
  });

  it("counts the training ground in chips and looks mostly at it", () => {
    const roles = split.roles[1] ?? new Uint8Array();
    const squares = roles.filter((role) => role === splitRoles.train).length;
    expect(sampler.chipsOfGround).toBeCloseTo((squares * map.squarePx ** 2) / 64 ** 2, 6);
    const random = randomFrom(2);
    let inside = 0;
    for (let i = 0; i < 300; i++) {
      const { centre } = sampler.draw(random);
      if (roleAt(map, roles, centre.col, centre.row) === splitRoles.train) inside++;
    }
    expect(inside).toBeGreaterThan(230);
  });

  it("revisits rejected predictions on training ground at the stated share, and draws as ever where there are none", () => {
    const rejected = new Uint8Array(map.examined.length);
    const trained = [...rejected.keys()].filter((i) => split.roles[1]?.[i] === splitRoles.train && map.reef[i] === 0);
    const elsewhere = [...rejected.keys()].filter((i) => split.roles[1]?.[i] !== splitRoles.train).slice(0, 50);
    const place = trained[Math.floor(trained.length / 3)] ?? 0;
    for (const i of [place, ...elsewhere]) rejected[i] = 1;
    const hard = chipSampler([null, { ...map, rejected }], split, 64, 3, 0.5, "full", 0.8);
    const at = { col: map.colOff + (place % map.columns) * map.squarePx, row: map.rowOff + Math.floor(place / map.columns) * map.squarePx };
    const random = randomFrom(4);
    const count = 800;
    const near = Array.from({ length: count }, () => hard.draw(random).centre).filter(
      ({ col, row }) => Math.abs(col - at.col) <= 26 && Math.abs(row - at.row) <= 26,
    );
    expect(near.length / count).toBeGreaterThan(0.36);
    expect(near.length / count).toBeLessThan(0.5);
    const plain = chipSampler([null, map], split, 64, 3, 0.5, "full", 0.8);
    expect(plain.draw(randomFrom(9))).toEqual(chipSampler([null, map], split, 64, 3, 0.5).draw(randomFrom(9)));
  });
});

describe("chipSampler where classes are told apart", () => {
  /** Two reefs of fifty are of the first class, eight of the second, ten of none that is told apart. */
  const labels = Array.from({ length: 50 }, (_, i) => {
    const [left, top] = [30 + (i % 10) * 100, 20 + Math.floor(i / 10) * 120];
    return box(left, top, left + 20, top + 20);
  });
  const kinds = labels.map((_, i) => (i === 3 || i === 27 ? 1 : i % 6 === 0 ? 2 : i % 5 === 4 ? 0 : 3));
  const classes = [1, 2, 3].map((k) => labels.filter((_, i) => kinds[i] === k));
  const ground = { labels, unsure: [], examined: [box(0, 0, 1030, 600)], holdout: [], ignore: [] };
  const map = coarseMap({ ...ground, classes }, 1030, 600);
  if (!map) throw new Error("no ground");
  const roles = map.examined.map((value) => (value === 1 ? splitRoles.train : splitRoles.none));
  const split = { cells: [], cellSizePx: 64, bufferPx: 0, buffered: false, roles: [roles], groupCount: null };

  it("aims at each class as often, and at reef of none by its share", () => {
    const sampler = chipSampler([map], split, 32, 3, 0.75);
    const random = randomFrom(6);
    const seen = [0, 0, 0, 0];
    const count = 3_000;
    for (let n = 0; n < count; n++) {
      const { centre } = sampler.draw(random);
      const near = labels.findIndex(
        ([ring]) => Math.abs((ring?.[0] ?? 0) + 10 - centre.col) < 28 && Math.abs((ring?.[1] ?? 0) + 10 - centre.row) < 28,
      );
      const kind = kinds[near];
      if (kind !== undefined) seen[kind] = (seen[kind] ?? 0) + 1;
    }
    const unsaid = kinds.filter((kind) => kind === 0).length / labels.length;
    // What is aimed at empty ground lies near some reef now and then.
    for (const k of [1, 2, 3]) expect(Math.abs((seen[k] ?? 0) / count - (0.75 * (1 - unsaid)) / 3)).toBeLessThan(0.05);
    expect(Math.abs((seen[0] ?? 0) / count - 0.75 * unsaid)).toBeLessThan(0.04);
  });

  it("draws as ever where none is told apart", () => {
    const { classes: _, ...plain } = map;
    const ours = chipSampler([{ ...map, classes: new Uint8Array(map.reef.length) }], split, 32, 3, 0.5);
    const [a, b] = [randomFrom(2), randomFrom(2)];
    const binary = chipSampler([plain], split, 32, 3, 0.5);
    for (let i = 0; i < 50; i++) expect(ours.draw(a)).toEqual(binary.draw(b));
  });

  it("does not pass over a class whose labels hold no square's centre", () => {
    const tiny = [box(101, 202, 104, 205)];
    const small = coarseMap({ ...ground, labels: [...labels, ...tiny], classes: [labels, tiny] }, 1030, 600);
    const squares = [...(small?.classes?.entries() ?? [])].filter(([, of]) => of === 2).map(([square]) => square);
    expect(squares).toEqual([Math.floor(203 / 8) * (small?.columns ?? 0) + Math.floor(102 / 8)]);
    expect(small?.reef).toEqual(map.reef);
  });
});

describe("chooseModelGsd", () => {
  it("lets the typical label span 32 pixels, within one and four survey pixels", () => {
    expect(chooseModelGsd([0.1], [4, 40.96, 900])).toBeCloseTo(0.2, 9);
    expect(chooseModelGsd([0.03], [0.25, 0.3, 0.2])).toBe(0.03);
    expect(chooseModelGsd([0.1, 0.05], [10_000])).toBeCloseTo(0.2, 9);
  });
});
