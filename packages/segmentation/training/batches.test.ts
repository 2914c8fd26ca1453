import { randomFrom } from "@reefline/chips/random";
import { describe, expect, it } from "vitest";
import { type BatchCutter, openBatches } from "./batches.ts";
import type { Batch } from "./trainer.ts";
import type { TrainingData } from "./trainingData.ts";

/** A training that draws one number per chip. */
const plan = (value: number) => ({ source: 0, centre: { col: value, row: 0 } });
const data = {
  preset: { chipPx: 2, batchSize: 3 },
  bandNames: ["red"],
  normalization: { mean: [0], std: [1] },
  planned: [],
  grounds: [],
  split: { roles: [] },
  sampler: { draw: (random: ReturnType<typeof randomFrom>) => plan(random.below(1000)) },
} as unknown as TrainingData;

/** Answers out of order, each when it is told to. */
function slowCutter(ahead: number) {
  const open: (() => void)[] = [];
  const given: (Batch | undefined)[] = [];
  const cutter: BatchCutter = {
    ahead,
    cut: (plans, spent) => {
      given.push(spent);
      const batch: Batch = {
        count: plans.length,
        heightPx: 1,
        widthPx: 1,
        x: Float32Array.from(plans, ({ centre }) => centre.col),
        target: new Float32Array(0),
        valid: new Float32Array(0),
      };
      return new Promise((resolve) => open.push(() => resolve(batch)));
    },
    close: async () => undefined,
  };
  return { cutter, open, given };
}

describe("batches", () => {
  it("come in the order in which they are drawn, with the state right after, however long each is cut", async () => {
    const { cutter, open } = slowCutter(4);
    const source = openBatches(data, randomFrom(7), cutter);
    const alone = randomFrom(7);
    for (let i = 0; i < 6; i++) {
      const asked = source.next();
      // Those asked for later are done earlier.
      for (const done of open.splice(0).reverse()) done();
      const { batch, random } = await asked;
      expect([...batch.x]).toEqual(Array.from({ length: 3 }, () => alone.below(1000)));
      expect(random).toEqual(alone.state());
    }
  });

  it("asks for as many ahead as the cutter wants, and gives memory back", async () => {
    const { cutter, open, given } = slowCutter(2);
    const source = openBatches(data, randomFrom(1), cutter);
    const asked = source.next();
    expect(open).toHaveLength(3);
    for (const done of open) done();
    const { batch } = await asked;
    source.giveBack(batch);
    const second = source.next();
    expect(given).toEqual([undefined, undefined, undefined, batch]);
    await second;
    expect(source.waitedSeconds()).toBeGreaterThan(0);
  });

  it("tell whoever takes it that a batch could not be cut, and nobody else", async () => {
    const cutter: BatchCutter = { ahead: 1, cut: () => Promise.reject(new Error("a damaged tile")), close: async () => undefined };
    await expect(openBatches(data, randomFrom(1), cutter).next()).rejects.toThrow("a damaged tile");
  });
});
