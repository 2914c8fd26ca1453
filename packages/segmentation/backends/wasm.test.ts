import { randomFrom } from "@reefline/chips/random";
import { describe, expect, it } from "vitest";
import { makeFoldedNetwork } from "../network/foldedNetwork.ts";
import { initialValues } from "../network/initialValues.ts";
import { unet } from "../network/unet.ts";
import { loadBackend } from "./backend.ts";

// In a process of its own, as every test file is: one process has one backend.
describe("prediction on WebAssembly", async () => {
  const { tf, backend } = await loadBackend("wasm");
  const architecture = { kind: "unet", baseFilters: 4, depth: 2, bandCount: 3, patchPx: 2 } as const;
  const network = unet(architecture);
  const values = initialValues(network, randomFrom(2));

  it("equals the plain JavaScript backend and leaves no tensor behind", async () => {
    expect(backend.kind).toBe("wasm");
    const random = randomFrom(3);
    const pixels = Float32Array.from({ length: 16 * 24 * 3 }, () => random.normal());
    const run = async (name: string) => {
      await tf.setBackend(name);
      const before = tf.memory().numTensors;
      const folded = makeFoldedNetwork(tf, network, values, { temperature: 1.3, classTemperature: 1 });
      const logits = tf.tidy(() => folded.logits(tf.tensor4d(pixels, [1, 16, 24, 3])));
      const result = Array.from(logits.dataSync());
      expect(logits.shape).toEqual([1, 16, 24, 1]);
      logits.dispose();
      folded.dispose();
      expect(tf.memory().numTensors).toBe(before);
      return result;
    };
    const wasm = await run("wasm");
    const plain = await run("cpu");
    wasm.forEach((value, i) => {
      expect(value).toBeCloseTo(plain[i] ?? Number.NaN, 3);
    });
  });
});
