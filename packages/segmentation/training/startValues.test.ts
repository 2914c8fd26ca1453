import { randomFrom } from "@reefline/chips/random";
import { trainConfigSchema } from "@reefline/schema/training";
import { describe, expect, it } from "vitest";
import { networkOf } from "../network/networkOf.ts";
import { presetFor } from "./preset.ts";
import { startValues } from "./startValues.ts";

const architecture = { kind: "pretrained-unet", encoder: "efficientnet-lite0", bandCount: 3 } as const;
const network = networkOf(architecture);
const bands = ["red", "green", "blue"];
const begin = (pretrained: boolean) =>
  startValues(
    network,
    architecture,
    bands,
    { from: null, encoderPath: null, config: trainConfigSchema.parse({ preset: "best", pretrained }) },
    randomFrom(1),
  );

describe("the first weights of best, without the file of ImageNet's", () => {
  it("are refused in words", async () => {
    await expect(begin(true)).rejects.toThrow(/has not been fetched.*"fast"/);
  });

  it("are drawn where they are wanted so, and the encoder learns as fast as the rest", async () => {
    const { weights, step } = await begin(false);
    expect(step).toBe(0);
    expect(weights).toHaveLength(network.weightCount);
    const { offset, length } = network.pieces.find(({ name }) => name === "encoder/block3/expand/kernel") ?? { offset: 0, length: 0 };
    const kernel = weights.subarray(offset, offset + length);
    expect(new Set(kernel).size).toBeGreaterThan(length / 2);
    const rate = (pretrained: boolean) => presetFor(trainConfigSchema.parse({ preset: "best", pretrained }), 1e7).pretrainedRate;
    expect(rate(false)).toBe(1);
    expect(rate(true)).toBeLessThan(1);
  });
});
