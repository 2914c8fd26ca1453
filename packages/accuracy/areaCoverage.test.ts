import { describe, expect, it } from "vitest";
import { type BlockMeasurement, estimateArea } from "./areaEstimate.ts";
import { allocate, drawAreaSample, type FrameBlock, stratify } from "./areaSample.ts";

/** Mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const blockPx = 8;

/** Smooth noise with the given patch size, mean 0, spread about 1. */
function field(columns: number, rows: number, patchPx: number, next: () => number): Float64Array {
  const coarse = { columns: Math.ceil(columns / patchPx) + 2, rows: Math.ceil(rows / patchPx) + 2 };
  const nodes = Float64Array.from({ length: coarse.columns * coarse.rows }, () => (next() + next() + next() - 1.5) * 2);
  const at = (c: number, r: number) => nodes[r * coarse.columns + c] ?? 0;
  return Float64Array.from({ length: columns * rows }, (_, i) => {
    const [x, y] = [(i % columns) / patchPx, Math.floor(i / columns) / patchPx];
    const [c, r] = [Math.floor(x), Math.floor(y)];
    const [dx, dy] = [x - c, y - r];
    return (at(c, r) * (1 - dx) + at(c + 1, r) * dx) * (1 - dy) + (at(c, r + 1) * (1 - dx) + at(c + 1, r + 1) * dx) * dy;
  });
}

/** A survey of reef patches and a prediction of them that errs by whole patches, by edges, and is surer than it should be. */
function survey(seed: number, { reefLevel, bias, errors }: { reefLevel: number; bias: number; errors: number }) {
  const next = randomFrom(seed);
  const [columns, rows] = [69 * blockPx, 43 * blockPx];
  const truth = field(columns, rows, 23, next);
  const error = field(columns, rows, 17, next);
  const fine = field(columns, rows, 3, next);
  const frame: FrameBlock[] = [];
  const measured: BlockMeasurement[] = [];
  for (let row = 0; row < rows; row += blockPx)
    for (let col = 0; col < columns; col += blockPx) {
      let [groundM2, predictedM2, doubtM2, tp, fn, fp, tn] = [0, 0, 0, 0, 0, 0, 0];
      for (let r = row; r < row + blockPx; r++)
        for (let c = col; c < col + blockPx; c++) {
          const i = r * columns + c;
          // Ground ends in a slant, so that blocks at the edge are not whole.
          if (c + r > 0.93 * (columns + rows)) continue;
          const reef = (truth[i] ?? 0) > reefLevel;
          const seen = (truth[i] ?? 0) - reefLevel + errors * (error[i] ?? 0) + 0.1 * (fine[i] ?? 0) + bias;
          const p = 1 / (1 + Math.exp(-8 * seen));
          groundM2++;
          if (p >= 0.5) predictedM2++;
          doubtM2 += Math.min(p, 1 - p);
          if (reef) p >= 0.5 ? tp++ : fn++;
          else p >= 0.5 ? fp++ : tn++;
        }
      if (groundM2 === 0) continue;
      frame.push({ groundM2, predictedM2, doubtM2 });
      measured.push({ framePredictedM2: predictedM2, reefPredictedM2: tp, reefMissedM2: fn, emptyPredictedM2: fp, emptyM2: tn });
    }
  return { frame, measured };
}

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

function resample(seed: number, kind: Parameters<typeof survey>[1], count: number) {
  const { frame, measured } = survey(seed, kind);
  const trueM2 = total(measured.map((block) => block.reefPredictedM2 + block.reefMissedM2));
  const whole = { predictedM2: total(frame.map((b) => b.predictedM2)), groundM2: total(frame.map((b) => b.groundM2)) };
  const users = total(measured.map((b) => b.reefPredictedM2)) / whole.predictedM2;
  const next = randomFrom(seed * 7919 + 1);
  let [inside, usersInside, sum] = [0, 0, 0];
  for (let round = 0; round < 200; round++) {
    const draw = drawAreaSample(frame, count, next);
    const strata = draw.strata.map(({ blockCount }, h) => ({
      blockCount,
      blocks: draw.blocks.flatMap(({ frameIndex, stratum }) => (stratum === h ? (measured[frameIndex] ?? []) : [])),
    }));
    const { areaM2, usersAccuracy } = estimateArea(strata, whole);
    if (areaM2.low <= trueM2 && trueM2 <= areaM2.high) inside++;
    if (usersAccuracy && usersAccuracy.low <= users && users <= usersAccuracy.high) usersInside++;
    sum += areaM2.value;
  }
  return { coverage: inside / 200, usersCoverage: usersInside / 200, bias: sum / 200 / trueM2 - 1 };
}

describe("the interval of the area, over 200 samples of a synthetic survey", () => {
  it.each([
    ["as much predicted as there is", 5, { reefLevel: 0.6, bias: 0, errors: 0.4 }, 50],
    ["a third of the reef missed", 3, { reefLevel: 0.6, bias: -0.25, errors: 0.4 }, 50],
    ["nearly twice as much predicted as there is", 3, { reefLevel: 0.6, bias: 0.3, errors: 0.8 }, 100],
    ["reef is rare and over-predicted", 5, { reefLevel: 1.2, bias: 0, errors: 0.4 }, 50],
    ["reef is half of the ground", 5, { reefLevel: 0, bias: 0, errors: 0.2 }, 100],
  ])("covers the truth in 90–98 %%: %s", (_, seed, kind, count) => {
    const { coverage, usersCoverage, bias } = resample(seed, kind, count);
    expect(coverage).toBeGreaterThanOrEqual(0.9);
    expect(coverage).toBeLessThanOrEqual(0.98);
    expect(usersCoverage).toBeGreaterThanOrEqual(0.88);
    expect(Math.abs(bias)).toBeLessThan(0.03);
  });
});

describe("drawing", () => {
  const { frame } = survey(9, { reefLevel: 0.8, bias: 0, errors: 0.4 });

  it("puts every block into one stratum and takes as many as asked for, at least five of each", () => {
    const strata = stratify(frame);
    expect(strata.flatMap(({ members }) => members).sort((a, b) => a - b)).toEqual([...frame.keys()]);
    expect(strata.length).toBeGreaterThanOrEqual(4);
    for (const count of [25, 50, 133]) {
      const counts = allocate(strata, frame, count);
      expect(total(counts)).toBe(count);
      expect(Math.min(...counts)).toBeGreaterThanOrEqual(5);
    }
    expect(allocate(strata, frame, 1_000_000)).toEqual(strata.map(({ members }) => members.length));
  });

  it("draws each block of a stratum equally often, in an order that tells nothing", () => {
    const next = randomFrom(12);
    const drawn = new Float64Array(frame.length);
    const firsts = new Float64Array(8);
    for (let round = 0; round < 400; round++) {
      const { blocks, strata } = drawAreaSample(frame, 60, next);
      expect(new Set(blocks.map(({ frameIndex }) => frameIndex)).size).toBe(60);
      expect(strata.map((_, h) => blocks.filter(({ stratum }) => stratum === h).length)).toEqual(strata.map((s) => s.sampleCount));
      for (const { frameIndex } of blocks) drawn[frameIndex] = (drawn[frameIndex] ?? 0) + 1;
      firsts[blocks[0]?.stratum ?? 7] = (firsts[blocks[0]?.stratum ?? 7] ?? 0) + 1;
    }
    const strata = stratify(frame);
    const counts = allocate(strata, frame, 60);
    strata.forEach(({ members }, h) => {
      const rate = (counts[h] ?? 0) / members.length;
      const seen = total(members.map((i) => drawn[i] ?? 0)) / members.length / 400;
      expect(seen).toBeCloseTo(rate, 9);
      const most = Math.max(...members.map((i) => drawn[i] ?? 0));
      expect(most).toBeLessThan(400 * rate + 6 * Math.sqrt(400 * rate) + 1);
      expect((firsts[h] ?? 0) / 400).toBeCloseTo((counts[h] ?? 0) / 60, 0);
    });
  });

  it("refuses a survey of a few blocks in words", () => {
    expect(() => drawAreaSample(frame.slice(0, 19), 10, () => 0.5)).toThrow(/only 19 blocks.*smaller blocks/);
  });
});
