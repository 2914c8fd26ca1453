import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { loadBackend } from "../backends/backend.ts";
import { addEfficientNetLite } from "./efficientNetLite.ts";
import { loadEfficientNetLite } from "./efficientNetLiteWeights.ts";
import { makeFoldedNetwork, noTemperatures } from "./foldedNetwork.ts";
import { NetworkBuilder } from "./network.ts";
import { readTorchStateDict } from "./torchPickle.ts";

const path = process.env.REEFLINE_ENCODER;
if (!path) console.warn("The pretrained encoder was not fetched, so its features are not compared.");

const reference = z
  .array(
    z.object({
      shape: z.tuple([z.number(), z.number(), z.number(), z.number()]),
      mean: z.number(),
      every: z.number(),
      values: z.array(z.number()),
    }),
  )
  .parse(JSON.parse(readFileSync(fileURLToPath(new URL("../../../tests/golden/efficientNetLite/features.json", import.meta.url)), "utf8")));

const [height, width] = [64, 96];
const picture = Float32Array.from({ length: height * width * 3 }, (_, i) => Math.sin(i * 0.37) * 0.6 + Math.cos(i * 0.011) * 0.5);

function encoder(bandCount: number) {
  const builder = new NetworkBuilder();
  const features = addEfficientNetLite(builder, bandCount, "fixed");
  const network = builder.finish(32);
  const values = { weights: new Float32Array(network.weightCount), statistics: new Float32Array(network.statisticsCount) };
  return { features, network, values };
}

describe.skipIf(!path)("EfficientNet-Lite0 with its published weights", () => {
  const published = path ? readTorchStateDict(readFileSync(path)) : new Map();

  it("has the reference's features at every scale", async () => {
    const { tf } = await loadBackend();
    const { features, network, values } = encoder(3);
    loadEfficientNetLite(network, ["red", "green", "blue"], published, values);
    expect(features.map(({ channels }) => channels)).toEqual([16, 24, 40, 112, 320]);
    for (const [index, feature] of features.entries()) {
      const upToHere = { ...network, operations: network.operations.slice(0, feature.value) };
      const folded = makeFoldedNetwork(tf, upToHere, values, noTemperatures);
      const result = folded.logits(tf.tensor4d(picture, [1, height, width, 3]));
      const expected = reference[index];
      expect(result.shape).toEqual(expected?.shape);
      const found = result.dataSync();
      const worst = Math.max(...(expected?.values.map((value, i) => Math.abs(value - (found[i * 97] ?? Number.NaN))) ?? [Number.NaN]));
      expect(worst).toBeLessThan(1e-3);
      result.dispose();
      folded.dispose();
    }
  });

  it("answers the same for a grey picture, whichever bands it comes in", async () => {
    const { tf } = await loadBackend();
    const stemOf = (bandNames: readonly string[]) => {
      const { network, values } = encoder(bandNames.length);
      loadEfficientNetLite(network, bandNames, published, values);
      const stem = makeFoldedNetwork(tf, { ...network, operations: network.operations.slice(0, 1) }, values, noTemperatures);
      const grey = Float32Array.from({ length: 32 * 32 * bandNames.length }, (_, i) => Math.sin(Math.floor(i / bandNames.length) * 0.7));
      const result = stem.logits(tf.tensor4d(grey, [1, 32, 32, bandNames.length]));
      stem.dispose();
      return Float32Array.from(result.dataSync());
    };
    const [colour, one, five] = [["red", "green", "blue"], ["grey"], ["blue", "green", "red", "nir", "height"]].map(stemOf);
    const distance = (a: Float32Array | undefined, b: Float32Array | undefined) =>
      Math.max(...(a?.map((value, i) => Math.abs(value - (b?.[i] ?? Number.NaN))) ?? [Number.NaN]));
    expect(distance(colour, one)).toBeLessThan(1e-3);
    expect(distance(colour, five)).toBeGreaterThan(0);
  });

  it("refuses weights of another network", () => {
    const { network, values } = encoder(3);
    const other = new Map(published);
    other.delete("_blocks.3._bn1.bias");
    expect(() => loadEfficientNetLite(network, ["red", "green", "blue"], other, values)).toThrow(/do not fit/);
  });
});

describe("reading PyTorch's pickles", () => {
  it("refuses a file that is something else, and one that would run code", () => {
    expect(() => readTorchStateDict(new TextEncoder().encode("PK\u0003\u0004 a zip"))).toThrow(/cannot be read/);
    // protocol 2, GLOBAL os.system, "echo", TUPLE1, REDUCE, STOP: the classic.
    const evil = Uint8Array.from([
      0x80,
      2,
      0x63,
      ...Buffer.from("os\nsystem\n"),
      0x58,
      4,
      0,
      0,
      0,
      ...Buffer.from("echo"),
      0x85,
      0x52,
      0x2e,
    ]);
    expect(() => readTorchStateDict(evil)).toThrow(/no need of/);
    expect(() => readTorchStateDict(new Uint8Array(0))).toThrow(/ends too early/);
  });
});
