import { describe, expect, it } from "vitest";
import { classesOn } from "./classCover.ts";
import { coarseMap, dilate } from "./coarseMap.ts";
import { randomFrom } from "./random.ts";
import { planSplit, splitRoles } from "./split.ts";

const box = (left: number, top: number, right: number, bottom: number) => [
  Float64Array.from([left, top, right, top, right, bottom, left, bottom, left, top]),
];

/** Reefs of growing size on a lattice. */
function reefs(widthPx: number, heightPx: number) {
  const list = [];
  for (let y = 20; y + 60 < heightPx; y += 90) for (let x = 10; x + 70 < widthPx; x += 110) list.push(box(x, y, x + 20 + (x % 50), y + 30));
  return list;
}

function ground(widthPx: number, heightPx: number, holdout: Float64Array[][] = []) {
  const map = coarseMap(
    { labels: reefs(widthPx, heightPx), unsure: [], examined: [box(3, 5, widthPx - 4, heightPx - 9)], holdout, ignore: [] },
    widthPx,
    heightPx,
  );
  if (!map) throw new Error("no ground");
  return map;
}

describe("planSplit", () => {
  it("on wide ground keeps a chip's width between training, validation and held-out ground", () => {
    const chipPx = 64;
    const map = ground(1500, 1100, [box(0, 0, 300, 1100)]);
    const split = planSplit([map], chipPx, randomFrom(5));
    if (!split) throw new Error("no split");
    expect(split.buffered).toBe(true);
    expect(split.cellSizePx).toBeGreaterThanOrEqual(2 * chipPx);
    expect(split.cells.length).toBeGreaterThanOrEqual(24);
    expect(split.bufferPx).toBe(chipPx);
    const roles = split.roles[0] ?? new Uint8Array();
    const apart = chipPx / map.squarePx;
    const mask = (role: number) => roles.map((value) => (value === role ? 1 : 0));
    const nearValidation = dilate(mask(splitRoles.validation), map.columns, map.rows, apart);
    const nearHeldOut = dilate(map.holdout, map.columns, map.rows, apart);
    roles.forEach((role, i) => {
      if (role === splitRoles.train) expect(nearValidation[i]).toBe(0);
      if (role !== splitRoles.none) expect([nearHeldOut[i], map.examined[i]]).toEqual([0, 1]);
    });
    expect(mask(splitRoles.train).some((value) => value === 1)).toBe(true);
  });

  it("takes the largest cells that give 24, one in five for validation, with reef of every density in both parts", () => {
    const map = ground(1600, 1200);
    const split = planSplit([map], 64, randomFrom(1));
    if (!split) throw new Error("no split");
    const larger = Math.floor((1600 * 1200) / (split.cellSizePx + 32) ** 2);
    expect(larger).toBeLessThan(30);
    const validation = split.cells.filter(({ role }) => role === "validation");
    expect(validation.length / split.cells.length).toBeCloseTo(0.2, 1);
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const all = mean(split.cells.map(({ reefFraction }) => reefFraction));
    expect(Math.abs(mean(validation.map(({ reefFraction }) => reefFraction)) - all)).toBeLessThan(0.3 * all);
  });

  it("on small ground uses smaller cells, says so, and still keeps away from held-out ground", () => {
    const map = ground(420, 300, [box(0, 0, 60, 300)]);
    const split = planSplit([map], 128, randomFrom(2));
    if (!split) throw new Error("no split");
    expect(split.buffered).toBe(false);
    const roles = split.roles[0] ?? new Uint8Array();
    const near = dilate(map.holdout, map.columns, map.rows, Math.ceil(split.bufferPx / map.squarePx));
    expect(roles.every((role, i) => role === splitRoles.none || near[i] === 0)).toBe(true);
    expect(new Set(roles)).toEqual(new Set([0, 1, 2]));
  });

  it.each([
    ["wide ground", 1500, 1100, 64],
    ["small ground", 420, 300, 128],
  ] as const)("keeps every class on both sides, where it can be, of %s", (_, widthPx, heightPx, chipPx) => {
    const labels = reefs(widthPx, heightPx);
    const middle = Math.floor(labels.length / 2);
    /** Rare ones: two reefs far from each other, and a single one. */
    const rare = [labels[1], labels[labels.length - 2]].flatMap((label) => (label ? [label] : []));
    const single = labels.slice(middle, middle + 1);
    const common = labels.filter((label) => !rare.includes(label) && !single.includes(label));
    const polygons = { labels, unsure: [], examined: [box(3, 5, widthPx - 4, heightPx - 9)], holdout: [], ignore: [] };
    for (const seed of [1, 2, 3]) {
      const map = coarseMap({ ...polygons, classes: [rare, common] }, widthPx, heightPx);
      const split = planSplit([null, map], chipPx, randomFrom(seed));
      const on = (role: number, of = split, ground = map) =>
        classesOn([null, ground], (source, square) => of?.roles[source]?.[square] === role);
      expect([on(splitRoles.train), on(splitRoles.validation)]).toEqual([new Set([1, 2]), new Set([1, 2])]);
      // What lies in one place alone is learned from.
      const lone = coarseMap({ ...polygons, classes: [single, [...rare, ...common]] }, widthPx, heightPx);
      expect(on(splitRoles.train, planSplit([null, lone], chipPx, randomFrom(seed)), lone)).toEqual(new Set([1, 2]));
    }
  });

  it("is the same as ever where no class is told apart", () => {
    const map = ground(1000, 700);
    const told = { ...map, classes: new Uint8Array(map.reef.length) };
    expect(planSplit([told], 64, randomFrom(4))).toEqual(planSplit([map], 64, randomFrom(4)));
  });

  it("is the same for the same seed, and null where reef cannot be on both sides", () => {
    const map = ground(1000, 700);
    const cells = (seed: number) => planSplit([map], 64, randomFrom(seed))?.cells;
    expect(cells(9)).toEqual(cells(9));
    expect(cells(9)).not.toEqual(cells(10));
    const oneReef = coarseMap(
      { labels: [box(97, 97, 104, 104)], unsure: [], examined: [box(0, 0, 400, 300)], holdout: [], ignore: [] },
      400,
      300,
    );
    expect(planSplit([oneReef], 64, randomFrom(1))).toBeNull();
  });
});
