import { describe, expect, it } from "vitest";
import { type CoarseMap, coarseMap, dilate, type Plot, squaresOf } from "./coarseMap.ts";
import { planFolds } from "./folds.ts";
import { keepShare } from "./labelShare.ts";
import { randomFrom } from "./random.ts";
import { planSplit, splitRoles } from "./split.ts";

const box = (left: number, top: number, right: number, bottom: number) => [
  Float64Array.from([left, top, right, top, right, bottom, left, bottom, left, top]),
];

function ground(widthPx: number, heightPx: number, holdout: Float64Array[][] = []): CoarseMap {
  const labels = [];
  for (let y = 12; y + 40 < heightPx; y += 70)
    for (let x = 10; x + 50 < widthPx; x += 90) labels.push(box(x, y, x + 20 + (x % 30), y + 30));
  const map = coarseMap({ labels, unsure: [], examined: [box(3, 5, widthPx - 4, heightPx - 9)], holdout, ignore: [] }, widthPx, heightPx);
  if (!map) throw new Error("no ground");
  return map;
}

/** A sheet of photos of 200 × 136 with gutters, each group three in a row. */
function sheet(groups: readonly string[]): CoarseMap {
  const plots: Plot[] = groups.flatMap((group, row) =>
    [0, 1, 2].map((column) => ({ group, colOff: column * 240, rowOff: row * 176, widthPx: 200, heightPx: 136 })),
  );
  const examined = plots.map(({ colOff, rowOff, widthPx, heightPx }) => box(colOff, rowOff, colOff + widthPx, rowOff + heightPx));
  const labels = plots.map(({ colOff, rowOff }, i) => box(colOff + 16, rowOff + 24, colOff + 56 + 8 * (i % 5), rowOff + 80));
  const map = coarseMap({ labels, unsure: [], examined, holdout: [], ignore: [] }, 720, groups.length * 176);
  if (!map) throw new Error("no ground");
  return { ...map, plots };
}

const blocks = (count: number) => ({ by: "blocks", count }) as const;

describe("planFolds", () => {
  it("leaves every examined square out once and never a held-out one, with the rest trainable and kept apart", () => {
    const maps = [ground(1100, 700, [box(0, 0, 130, 700)]), null, ground(500, 620)];
    const plan = planFolds(maps, ["a", "b", "c"], blocks(4), 64, () => randomFrom(7));
    if (!plan) throw new Error("no folds");
    expect(plan.folds.map(({ name }) => name)).toEqual(["part 1", "part 2", "part 3", "part 4"]);
    expect(plan.blockSizePx).toBeGreaterThanOrEqual(128);
    for (const source of [0, 2]) {
      const map = maps[source];
      if (!map) throw new Error("no map");
      const times = new Uint8Array(map.examined.length);
      for (const { cells, split } of plan.folds) {
        const left = new Uint8Array(map.examined.length);
        for (const cell of cells) if (cell.source === source) for (const square of squaresOf(map, cell)) left[square] = 1;
        const near = dilate(left, map.columns, map.rows, split.bufferPx / map.squarePx);
        left.forEach((value, i) => {
          times[i] = (times[i] ?? 0) + value;
          if (near[i] === 1) expect(split.roles[source]?.[i]).toBe(splitRoles.none);
        });
      }
      map.examined.forEach((value, i) => {
        if (value === 1 && map.holdout[i] === 0) expect(times[i]).toBe(1);
      });
    }
    const fractions = plan.folds.map(({ cells }) => cells.reduce((sum, cell) => sum + cell.reefFraction, 0) / cells.length);
    expect(Math.max(...fractions) / Math.min(...fractions)).toBeLessThan(1.6);
  });

  it("is the same for the same seed", () => {
    const cells = (seed: number) => planFolds([ground(900, 700)], ["a"], blocks(3), 64, () => randomFrom(seed))?.folds.map((f) => f.cells);
    expect(cells(4)).toEqual(cells(4));
    expect(cells(4)).not.toEqual(cells(5));
  });

  it("leaves out groups of photos whole, and deals them out when fewer folds are wanted", () => {
    const map = sheet(["north 2018-10-06", "north 2018-10-07", "south 2018-10-06", "south 2019-01-02", "west"]);
    const each = planFolds([map], ["a"], { by: "groups", count: null }, 64, () => randomFrom(1));
    expect(each?.folds.map(({ name, cells }) => [name, cells.length])).toEqual([
      ["north 2018-10-06", 3],
      ["north 2018-10-07", 3],
      ["south 2018-10-06", 3],
      ["south 2019-01-02", 3],
      ["west", 3],
    ]);
    const two = planFolds([map], ["a"], { by: "groups", count: 2 }, 64, () => randomFrom(1));
    expect(two?.folds.map(({ cells }) => cells.length).sort()).toEqual([6, 9]);
    expect(two?.folds.flatMap(({ name }) => name.split(", ")).sort()).toEqual(each?.folds.map(({ name }) => name));
  });

  it("leaves out surveys, by name", () => {
    const plan = planFolds([ground(400, 500), ground(600, 300)], ["east", "west"], { by: "surveys", count: null }, 64, () => randomFrom(1));
    expect(plan?.folds.map(({ name, cells }) => [name, cells.map(({ source }) => source)])).toEqual([
      ["east", [0]],
      ["west", [1]],
    ]);
  });

  it("says that it cannot be done", () => {
    expect(planFolds([ground(900, 700)], ["a"], { by: "groups", count: null }, 64, () => randomFrom(1))).toBeNull();
    expect(planFolds([ground(900, 700)], ["a"], { by: "surveys", count: null }, 64, () => randomFrom(1))).toBeNull();
    expect(planFolds([ground(70, 60)], ["a"], blocks(5), 64, () => randomFrom(1))).toBeNull();
  });
});

describe("a split of photos", () => {
  it("keeps photos of one group on one side, and leaves out the groups of held-out photos", () => {
    const groups = ["a", "b", "c", "d", "e", "f"];
    const map = sheet(groups);
    const holdout = map.holdout.slice();
    for (const square of squaresOf(map, { colOff: 240, rowOff: 0, sizePx: 200, heightPx: 136 })) holdout[square] = 1;
    const split = planSplit([{ ...map, holdout }], 64, randomFrom(2));
    expect(split?.groupCount).toBe(5);
    const rolesOf = groups.map((_, row) => [...new Set(split?.cells.filter((cell) => cell.rowOff === row * 176).map(({ role }) => role))]);
    expect(rolesOf[0]).toEqual([]);
    expect(rolesOf.slice(1).flat().sort()).toEqual(["train", "train", "train", "train", "validation"]);
  });
});

describe("keepShare", () => {
  it("keeps nested shares of the training cells, with reef in the smallest, and all of validation", () => {
    const maps = [ground(1300, 900)];
    const split = planSplit(maps, 64, randomFrom(3));
    if (!split) throw new Error("no split");
    const kept = [0.1, 0.25, 0.5, 1].map((share) => keepShare(maps, split, share, randomFrom(11)));
    const of = (index: number, role: string) =>
      new Set(kept[index]?.cells.filter((cell) => cell.role === role).map(({ colOff, rowOff }) => `${colOff},${rowOff}`));
    const all = of(3, "train").size;
    expect([0, 1, 2].map((i) => of(i, "train").size)).toEqual([0.1, 0.25, 0.5].map((share) => Math.round(share * all)));
    for (const i of [0, 1, 2]) {
      for (const cell of of(i, "train")) expect(of(i + 1, "train").has(cell)).toBe(true);
      expect(of(i, "validation")).toEqual(of(3, "validation"));
    }
    const squares = (index: number, role: number) => kept[index]?.roles[0]?.filter((value) => value === role).length ?? 0;
    expect(squares(0, splitRoles.train)).toBeGreaterThan(0);
    expect(squares(0, splitRoles.train)).toBeLessThan(0.3 * squares(3, splitRoles.train));
    expect(squares(0, splitRoles.validation)).toBe(squares(3, splitRoles.validation));
    expect(kept[0]?.cells.some(({ role, reefFraction }) => role === "train" && reefFraction > 0)).toBe(true);
  });
});
