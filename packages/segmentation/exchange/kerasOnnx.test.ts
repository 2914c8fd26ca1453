import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadOnnxRuntime } from "../engines/onnxRuntimeLibrary.ts";
import { readKerasFile } from "./kerasFile.ts";
import { kerasToOnnx } from "./kerasOnnx.ts";

/** Made by Keras 2 and 3: tests/golden/keras/make.py. */
const folder = new URL("../../../tests/golden/keras/", import.meta.url);
interface Answer {
  readonly shape: [number, number, number, number];
  readonly x: string;
  readonly answerShape: number[];
  readonly answer: string;
}
const answers = JSON.parse(readFileSync(new URL("answers.json", folder), "utf8")) as Record<string, Answer>;
const file = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, folder)));
const floats = (text: string): Float32Array => new Float32Array(Uint8Array.from(Buffer.from(text, "base64")).buffer);

/** [1, height, width, channels] → one plane per channel. */
function planes(values: Float32Array, channels: number): Float32Array {
  const count = values.length / channels;
  return Float32Array.from({ length: values.length }, (_, i) => values[(i % count) * channels + Math.floor(i / count)] ?? Number.NaN);
}

/** Weights alone are kerasFamily's. */
const models = Object.entries(answers).filter(([name]) => !/weights|unet/.test(name));

describe.each(models)("%s", (name, { shape, x, answerShape, answer }) => {
  it("answers as in Keras", async () => {
    const [, height, width, bands] = shape;
    const { onnx, bandCount, scale } = kerasToOnnx(await readKerasFile(file(name)));
    expect({ bandCount, scale }).toEqual({ bandCount: bands, scale: name.startsWith("classic") ? 1 : null });
    const runtime = await loadOnnxRuntime();
    const session = await runtime.InferenceSession.create(onnx, { logSeverityLevel: 3 });
    const { answer: got } = await session.run({
      pixels: new runtime.Tensor("float32", planes(floats(x), bands), [1, bands, height, width]),
    });
    await session.release();
    const channels = answerShape[3] ?? 0;
    expect(got?.dims).toEqual([1, channels, answerShape[1], answerShape[2]]);
    const expected = planes(floats(answer), channels);
    expect(Math.max(...expected) - Math.min(...expected)).toBeGreaterThan(0.2);
    const data = got?.data as Float32Array;
    expect(data.reduce((most, value, i) => Math.max(most, Math.abs(value - (expected[i] ?? Number.NaN))), 0)).toBeLessThan(1e-4);
  });
});

describe("Keras files that cannot be taken over", () => {
  it("are refused by the name of the layer", async () => {
    const read = await readKerasFile(file("refused.keras"));
    expect(() => kerasToOnnx(read)).toThrow(/"odd one" \(LayerNormalization\).*not supported/);
  });

  it("or by what they are", async () => {
    await expect(readKerasFile(new TextEncoder().encode("hello"))).rejects.toMatchObject({ code: "keras/not-keras" });
  });

  it("when cut off or changed, with a typed error or as before, never another", async () => {
    for (const name of ["sequential.keras", "classic.h5"]) {
      const whole = file(name);
      const attempts = [0.1, 0.5, 0.9, 0.999].map((share) => whole.slice(0, Math.floor(whole.length * share)));
      for (let at = 5; at < whole.length; at += Math.floor(whole.length / 25)) {
        const changed = Uint8Array.from(whole);
        changed[at] = 255 - (changed[at] ?? 0);
        attempts.push(changed);
      }
      for (const bytes of attempts) {
        const outcome = await readKerasFile(bytes).then(
          (read) => {
            try {
              kerasToOnnx(read);
              return "read";
            } catch (error) {
              return error;
            }
          },
          (error: unknown) => error,
        );
        if (outcome !== "read") expect(outcome).toMatchObject({ code: expect.stringMatching(/^keras\//) });
      }
    }
  });
});
