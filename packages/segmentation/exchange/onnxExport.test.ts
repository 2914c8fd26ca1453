import { randomFrom } from "@reefline/chips/random";
import type { Architecture, ModelCard } from "@reefline/schema/training";
import { describe, expect, it } from "vitest";
import { loadBackend } from "../backends/backend.ts";
import { makeOnnxPredictor } from "../engines/onnxPredictor.ts";
import { loadOnnxRuntime } from "../engines/onnxRuntimeLibrary.ts";
import { makePredictor } from "../engines/predictor.ts";
import { madeCard, madePixels, madeValues } from "../modelFiles/madeModel.ts";
import { exportOnnx, type OnnxVariant } from "./onnxExport.ts";
import { exportTfjs } from "./tfjsExport.ts";

const worst = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  expect(a.length).toBe(b.length);
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference = Math.max(difference, Math.abs((a[i] ?? Number.NaN) - (b[i] ?? Number.NaN)));
  return difference;
};

/** Interleaved bytes → channels first floats, as most programs hold pictures. */
function channelsFirst(pixels: Uint8Array, bandCount: number, scale: number): Float32Array {
  const count = pixels.length / bandCount;
  return Float32Array.from({ length: pixels.length }, (_, i) => (pixels[(i % count) * bandCount + Math.floor(i / count)] ?? 0) * scale);
}

const architectures: Architecture[] = [
  { kind: "unet", baseFilters: 6, depth: 2, bandCount: 3, patchPx: 2 },
  { kind: "unet", baseFilters: 16, depth: 1, bandCount: 4 },
  { kind: "unet", baseFilters: 4, depth: 3, bandCount: 1, patchPx: 1 },
  { kind: "pretrained-unet", encoder: "efficientnet-lite0", bandCount: 4 },
  { kind: "residual-unet", baseFilters: 2, bandCount: 3 },
  { kind: "unet", baseFilters: 6, depth: 2, bandCount: 3, patchPx: 2, classCount: 3 },
  { kind: "unet", baseFilters: 4, depth: 1, bandCount: 1, classCount: 2 },
];

const classCountOf = (architecture: Architecture): number => (architecture.kind === "imported-onnx" ? 0 : (architecture.classCount ?? 0));

/** Our planes as other programs are given them: background in place of reef of any class, where classes are told apart. */
function withBackground(planes: Float32Array, classCount: number): Float32Array {
  const planePx = planes.length / (1 + classCount);
  return classCount === 0 ? planes : planes.map((p, i) => (i < planePx ? 1 - p : p));
}

describe.each(architectures)(
  "export of $kind, $baseFilters filters, depth $depth, $bandCount bands, patch $patchPx, $classCount classes",
  async (architecture) => {
    const { tf } = await loadBackend();
    const runtime = await loadOnnxRuntime();
    const { bandCount } = architecture;
    const classCount = classCountOf(architecture);
    const card: ModelCard = madeCard(architecture);
    const values = madeValues(architecture, 7);
    const [widthPx, heightPx] = [96, 64];
    const pixels = madePixels(widthPx * heightPx * bandCount, 3);
    const valid = Uint8Array.from({ length: widthPx * heightPx }, (_, i) => (i % widthPx < 5 || i % 11 === 0 ? 0 : 1));
    const native = makePredictor(tf, card, values);
    const expected = await native.predict(pixels, widthPx, heightPx, 1);
    const expectedFilled = await native.predict(pixels, widthPx, heightPx, 1, valid);
    const run = async (variant: OnnxVariant, feeds: Record<string, [Float32Array, number[]]>, tilePx?: number) => {
      const session = await runtime.InferenceSession.create(exportOnnx(card, values, variant, tilePx ? { tilePx } : {}), {
        logSeverityLevel: 3,
      });
      const tensors = Object.entries(feeds).map(([name, [data, shape]]) => [name, new runtime.Tensor("float32", data, shape)] as const);
      const { probability } = await session.run(Object.fromEntries(tensors));
      await session.release();
      return { data: probability?.data as Float32Array, shape: probability?.dims };
    };

    it("is told apart from one that ignores its input", () => {
      expect(Math.max(...expected) - Math.min(...expected)).toBeGreaterThan(0.2);
      expect(worst(expected, expectedFilled)).toBeGreaterThan(0.01);
    });

    it("has one plane, and one for each class, which sum to the first", () => {
      const planePx = widthPx * heightPx;
      expect(expected.length).toBe((1 + classCount) * planePx);
      if (classCount === 0) return;
      for (let i = 0; i < planePx; i++) {
        let sum = 0;
        for (let k = 1; k <= classCount; k++) sum += expected[k * planePx + i] ?? Number.NaN;
        expect(sum).toBeCloseTo(expected[i] ?? Number.NaN, 5);
      }
      const spread = Array.from({ length: classCount }, (_, k) => (expected[(k + 1) * planePx] ?? 0) / (expected[0] ?? 1));
      expect(Math.max(...spread) - Math.min(...spread)).toBeGreaterThan(0.01);
    });

    it("ONNX agrees with TensorFlow on bytes as numbers, any size", async () => {
      const { data, shape } = await run("onnx", { pixels: [channelsFirst(pixels, bandCount, 1), [1, bandCount, heightPx, widthPx]] });
      expect(shape).toEqual([1, 1 + classCount, heightPx, widthPx]);
      expect(worst(data, withBackground(expected, classCount))).toBeLessThan(1e-4);
    });

    it("ONNX fills what holds no measurement", async () => {
      const { data } = await run("onnx-valid", {
        pixels: [channelsFirst(pixels, bandCount, 1), [1, bandCount, heightPx, widthPx]],
        valid: [Float32Array.from(valid), [1, 1, heightPx, widthPx]],
      });
      expect(worst(data, withBackground(expectedFilled, classCount))).toBeLessThan(1e-4);
    });

    it("the variant for Deepness takes square tiles of 0–1", async () => {
      const tilePx = 64;
      const tile = madePixels(tilePx * tilePx * bandCount, 5);
      const { data, shape } = await run(
        "deepness",
        { pixels: [channelsFirst(tile, bandCount, 1 / 255), [1, bandCount, tilePx, tilePx]] },
        tilePx,
      );
      expect(shape).toEqual([1, 1 + classCount, tilePx, tilePx]);
      expect(worst(data, withBackground(await native.predict(tile, tilePx, tilePx, 1), classCount))).toBeLessThan(1e-4);
      expect(() => exportOnnx(card, values, "deepness", { tilePx: 45 })).toThrow(/multiple of/);
    });

    it("our own predictor on onnxruntime agrees, in batches, and gives the same bytes every time", async () => {
      const own = await makeOnnxPredictor(card, values, 2);
      expect(worst(await own.predict(pixels, widthPx, heightPx, 1), expected)).toBeLessThan(1e-4);
      const filled = await own.predict(pixels, widthPx, heightPx, 1, valid);
      expect(worst(filled, expectedFilled)).toBeLessThan(1e-4);
      // Two windows of half the height are two pictures, not one.
      const two = await own.predict(pixels, widthPx, heightPx / 2, 2);
      expect(worst(two, await native.predict(pixels, widthPx, heightPx / 2, 2))).toBeLessThan(1e-4);
      for (let i = 0; i < 3; i++) expect(await own.predict(pixels, widthPx, heightPx, 1, valid)).toEqual(filled);
      await expect(own.predict(pixels, widthPx - 1, heightPx, 1)).rejects.toThrow(/multiples of/);
      own.dispose();
    });

    it("TensorFlow.js opens the LayersModel and answers the same", async () => {
      const { modelJson, weightData } = exportTfjs(card, values);
      const copy = JSON.parse(JSON.stringify(modelJson)) as typeof modelJson;
      const model = await tf.loadLayersModel(
        tf.io.fromMemory({
          modelTopology: copy.modelTopology,
          weightSpecs: [...copy.weightsManifest[0].weights],
          weightData: Uint8Array.from(weightData).buffer,
        }),
      );
      const answer = tf.tidy(() => model.predict(tf.tensor4d(Float32Array.from(pixels), [1, heightPx, widthPx, bandCount])));
      if (Array.isArray(answer)) throw new TypeError("one output was expected");
      expect(answer.shape).toEqual([1, heightPx, widthPx, 1 + classCount]);
      const planes = tf.tidy(() => tf.transpose(answer, [3, 0, 1, 2]).dataSync());
      expect(worst(planes, expected)).toBeLessThan(1e-4);
      tf.dispose(answer);
      model.dispose();
    });
  },
);

it("Deepness finds what it looks for, as JSON", () => {
  const [architecture] = architectures;
  if (!architecture) throw new RangeError("no architecture");
  const file = new TextDecoder("latin1").decode(
    exportOnnx(madeCard(architecture), madeValues(architecture, 1), "deepness", { tilePx: 256 }),
  );
  for (const [key, value] of [
    ["model_type", '"Segmentor"'],
    ["class_names", '{"0":"background","1":"reef"}'],
    ["resolution", "5"],
    ["tile_size", "256"],
    ["seg_thresh", "0.4"],
  ]) {
    expect(file).toContain(`${key}\x12${String.fromCharCode(value?.length ?? 0)}${value}`);
  }
});

it("Deepness is told the names of classes, background first", () => {
  const architecture: Architecture = { kind: "unet", baseFilters: 2, depth: 1, bandCount: 3, classCount: 2 };
  const card = { ...madeCard(architecture), classes: ["live", "shell rake"] };
  const file = new TextDecoder("latin1").decode(exportOnnx(card, madeValues(architecture, 1), "deepness", { tilePx: 64 }));
  expect(file).toContain('{"0":"background","1":"live","2":"shell rake"}');
  const own = new TextDecoder("latin1").decode(exportOnnx(card, madeValues(architecture, 1), "onnx"));
  expect(own).toContain('"classes":["live","shell rake"]');
});

it("refuses an engine's window before it computes", async () => {
  const architecture: Architecture = { kind: "unet", baseFilters: 4, depth: 1, bandCount: 2 };
  const own = await makeOnnxPredictor(madeCard(architecture), madeValues(architecture, randomFrom(1).below(9)), 1);
  await expect(own.predict(new Uint8Array(0), 0, 0, 0)).rejects.toThrow(/multiples of/);
  own.dispose();
});
