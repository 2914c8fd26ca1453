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
});

describe("chooseModelGsd", () => {
  it("lets the typical label span 32 pixels, within one and four survey pixels", () => {
    expect(chooseModelGsd([0.1], [4, 40.96, 900])).toBeCloseTo(0.2, 9);
    expect(chooseModelGsd([0.03], [0.25, 0.3, 0.2])).toBe(0.03);
    expect(chooseModelGsd([0.1, 0.05], [10_000])).toBeCloseTo(0.2, 9);
  });
});
