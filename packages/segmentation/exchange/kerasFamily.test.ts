import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadBackend } from "../backends/backend.ts";
import { makeFoldedNetwork, noTemperatures } from "../network/foldedNetwork.ts";
import { networkOf } from "../network/networkOf.ts";
import { kerasFamily } from "./kerasFamily.ts";
import { readKerasFile } from "./kerasFile.ts";

/** Made by Keras 2 and 3: tests/golden/keras/make.py. */
const folder = new URL("../../../tests/golden/keras/", import.meta.url);
const answers = JSON.parse(readFileSync(new URL("answers.json", folder), "utf8")) as Record<
  string,
  { shape: [number, number, number, number]; x: string; answer: string }
>;
const layersOf = async (name: string) => (await readKerasFile(new Uint8Array(readFileSync(new URL(name, folder))))).layers;
const floats = (text = ""): Float32Array => new Float32Array(Uint8Array.from(Buffer.from(text, "base64")).buffer);

describe("weights of Keras alone", async () => {
  const { tf } = await loadBackend();

  it.each([
    ["unet.weights.h5", { kind: "unet", baseFilters: 2, depth: 2, bandCount: 4, patchPx: 1 }],
    ["unet-keras2.h5", { kind: "unet", baseFilters: 2, depth: 2, bandCount: 4, patchPx: 1 }],
    ["course.weights.h5", { kind: "residual-unet", baseFilters: 1, bandCount: 2 }],
  ])("%s are known for a network of ours, which answers as in Keras", async (name, expected) => {
    const { architecture, values } = kerasFamily(await layersOf(name));
    expect(architecture).toEqual(expected);
    const { shape, x, answer } = answers[name] ?? { shape: [0, 0, 0, 0] as [number, number, number, number], x: "", answer: "" };
    const network = makeFoldedNetwork(tf, networkOf(architecture), values, noTemperatures);
    const logits = tf.tidy(() => network.logits(tf.tensor4d(floats(x), shape)));
    const [got, wanted] = [logits.dataSync(), floats(answer)];
    tf.dispose(logits);
    network.dispose();
    expect(got.length).toBe(wanted.length);
    const largest = Math.max(...wanted.map(Math.abs));
    expect(largest).toBeGreaterThan(0.2);
    expect(Math.max(...got.map((value, i) => Math.abs(value - (wanted[i] ?? Number.NaN))))).toBeLessThan(1e-4 * Math.max(1, largest));
  });

  it("of any other network are refused, with what to do", async () => {
    expect(() => kerasFamily([])).toThrow(/fit none of Reefline's networks/);
    const layers = await layersOf("unet.weights.h5");
    expect(() => kerasFamily(layers.slice(1))).toThrow(/Save the whole model/);
    // A batch norm too many; a layer of another kind.
    expect(() => kerasFamily([...layers, ...layers.slice(0, 1)])).toThrow(/Save the whole model/);
    const dense = { key: "dense", name: "dense", tensors: [{ shape: [3, 2], values: new Float32Array(6) }] };
    expect(() => kerasFamily([...layers, dense])).toThrow(/"dense"/);
  });
});
