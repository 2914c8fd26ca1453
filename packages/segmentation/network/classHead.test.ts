import type { Architecture } from "@reefline/schema/training";
import { describe, expect, it } from "vitest";
import { loadBackend } from "../backends/backend.ts";
import { makePredictor } from "../engines/predictor.ts";
import { madeCard, madePixels, madeValues } from "../modelFiles/madeModel.ts";
import { weightsForClasses, withClassCount } from "./classHead.ts";
import { networkOf } from "./networkOf.ts";

const binary: Architecture[] = [
  { kind: "unet", baseFilters: 5, depth: 2, bandCount: 2, patchPx: 2 },
  { kind: "residual-unet", baseFilters: 2, bandCount: 2 },
];

describe.each(binary)("going on from a $kind to other classes", async (architecture) => {
  const { tf } = await loadBackend();
  const [widthPx, heightPx] = [48, 32];
  const pixels = madePixels(widthPx * heightPx * 2, 4);
  const predict = async (of: Architecture, weights: Float32Array, statistics: Float32Array) => {
    const predictor = makePredictor(tf, madeCard(of), { weights, statistics });
    const planes = await predictor.predict(pixels, widthPx, heightPx, 1);
    predictor.dispose();
    const planePx = widthPx * heightPx;
    return Array.from({ length: planes.length / planePx }, (_, k) => planes.slice(k * planePx, (k + 1) * planePx));
  };
  const close = (a: Float32Array | undefined, b: Float32Array | undefined) => {
    expect(a?.length).toBe(b?.length);
    a?.forEach((p, i) => {
      expect(Math.abs(p - (b?.[i] ?? Number.NaN))).toBeLessThan(1e-5);
    });
  };
  const from = { card: madeCard(architecture), values: madeValues(architecture, 3) };
  const told = (count: number) => withClassCount(architecture, count);

  it("keeps what it says of reef, whatever classes it is to tell apart", async () => {
    const weights = weightsForClasses(networkOf(told(3)), ["a", "b", "c"], from, madeValues(told(3), 8).weights);
    const [reef] = await predict(told(3), weights, from.values.statistics);
    const [before] = await predict(architecture, from.values.weights, from.values.statistics);
    close(reef, before);
  });

  it("keeps every number where nothing changes", () => {
    expect(weightsForClasses(networkOf(architecture), [], from, madeValues(architecture, 9).weights)).toEqual(from.values.weights);
    const of = { card: madeCard(told(2)), values: madeValues(told(2), 5) };
    const same = weightsForClasses(networkOf(told(2)), of.card.classes, of, madeValues(told(2), 6).weights);
    expect(same).toEqual(of.values.weights);
  });

  it("keeps classes by name when they are reordered, and forgets those that are not named any more", async () => {
    const of = { card: { ...madeCard(told(3)), classes: ["a", "b", "c"] }, values: madeValues(told(3), 5) };
    const drawn = madeValues(told(3), 7);
    const moved = weightsForClasses(networkOf(told(3)), ["c", "new", "a"], of, drawn.weights);
    const channels = (weights: Float32Array) => {
      const network = networkOf(told(3));
      const bias = network.pieces.find(({ name }) => name === "head/bias");
      return Array.from(weights.slice(bias?.offset, (bias?.offset ?? 0) + 4));
    };
    const [reef, a, , c] = channels(of.values.weights);
    expect(channels(moved)).toEqual([reef, c, channels(drawn.weights)[2], a]);
    const back = weightsForClasses(networkOf(architecture), [], of, madeValues(architecture, 1).weights);
    const [before] = await predict(told(3), of.values.weights, of.values.statistics);
    const [after] = await predict(architecture, back, of.values.statistics);
    close(after, before);
  });
});
