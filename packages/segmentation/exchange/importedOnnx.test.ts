import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ImportedOnnx, ModelCard } from "@reefline/schema/training";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadBackend } from "../backends/backend.ts";
import { loadPredictor, makePredictor } from "../engines/predictor.ts";
import { madeCard, madePixels, madeValues } from "../modelFiles/madeModel.ts";
import { writeImportedModel } from "../modelFiles/modelFiles.ts";
import { importedMetadata } from "./importedMetadata.ts";
import { answeredOnnx, declaredOnnx } from "./importedOnnx.ts";
import { exportOnnx, type OnnxVariant } from "./onnxExport.ts";
import { readOnnxSummary } from "./onnxFile.ts";
import { elementType, OnnxGraph } from "./onnxModel.ts";
import { tryOnnx } from "./onnxTrial.ts";
import { ProtobufWriter } from "./protobufWriter.ts";

const architecture = { kind: "unet", baseFilters: 4, depth: 2, bandCount: 3, patchPx: 2 } as const;
const card = madeCard(architecture);
const values = madeValues(architecture, 21);
const limits = { seconds: 20, megabytes: 2_000 };

/** A file with one operation, for shapes that our exporter never writes. */
function tinyOnnx(
  shape: (number | string)[],
  { type = elementType.float as 1 | 2 | 9, operator = "Sigmoid", inputs = 1 } = {},
): Uint8Array {
  const graph = new OnnxGraph();
  graph.node(operator, ["x0"], {}, "y");
  return graph.finish({
    name: "tiny",
    description: "",
    inputs: Array.from({ length: inputs }, (_, i) => ({ name: `x${i}`, type, shape })),
    outputs: [{ name: "y", type: elementType.float, shape }],
    metadata: {},
  });
}

describe("a network of another program", async () => {
  const { tf } = await loadBackend();
  const native = makePredictor(tf, card, values);
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "reefline-imported-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Import as the service does it, of a file we know the answers of. */
  async function imported(variant: OnnxVariant, tilePx?: number) {
    const file = exportOnnx(card, values, variant, tilePx ? { tilePx } : {});
    const path = join(folder, `${variant}.onnx`);
    await writeFile(path, file);
    const declared = declaredOnnx(readOnnxSummary(file), 3);
    const window = tilePx ? { widthPx: tilePx, heightPx: tilePx } : { widthPx: 64, heightPx: 32 };
    const { answers } = await tryOnnx({ path, declared, bandCount: 3, windows: [window] }, limits);
    const [answer] = answers;
    if (!answer) throw new RangeError("no answer");
    const meant: ImportedOnnx = {
      kind: "imported-onnx",
      bandCount: 3,
      fileName: `${variant}.onnx`,
      sha256: createHash("sha256").update(file).digest("hex"),
      ...declared,
      ...answeredOnnx(answer.shape, answer.data, window, {}),
    };
    const scale = variant === "deepness" ? 255 : 1;
    const own: ModelCard = { ...card, architecture: meant, normalization: { mean: [0, 0, 0], std: [scale, scale, scale] } };
    const modelDir = join(folder, variant);
    await writeImportedModel(modelDir, own, file);
    return { modelDir, meant, predictor: await loadPredictor(modelDir) };
  }
  const worst = (a: Float32Array, b: Float32Array): number =>
    a.reduce((most, p, i) => Math.max(most, Math.abs(p - (b[i] ?? Number.NaN))), 0);

  it("answers as it did where it came from, windows of any size, in a process of its own", async () => {
    const { predictor, meant, modelDir } = await imported("onnx");
    expect(meant).toMatchObject({ layout: "channels-first", tilePx: null, channels: 1, channel: 0, values: "probability" });
    const pixels = madePixels(2 * 96 * 32 * 3, 3);
    const expected = await native.predict(pixels, 96, 32, 2);
    const answer = await predictor.predict(pixels, 96, 32, 2);
    expect(answer.length).toBe(expected.length);
    expect(worst(answer, expected)).toBeLessThan(1e-4);
    expect(predictor.engine.name).toBe("onnxruntime");
    predictor.dispose();
    await expect(loadPredictor(modelDir, { engine: { name: "wasm", threads: 1, version: "1" } })).rejects.toThrow(/onnxruntime alone/);
    await writeFile(join(modelDir, "model.onnx"), "another file");
    await expect(loadPredictor(modelDir)).rejects.toMatchObject({ code: "segmentation/broken-model" });
  });

  it("with fixed tiles takes them as they are", async () => {
    const tilePx = 64;
    const { predictor, meant } = await imported("deepness", tilePx);
    expect(meant.tilePx).toBe(tilePx);
    const exact = madePixels(tilePx * tilePx * 3, 5);
    expect(worst(await predictor.predict(exact, tilePx, tilePx, 1), await native.predict(exact, tilePx, tilePx, 1))).toBeLessThan(1e-4);
    predictor.dispose();
  });

  it("puts every tile's answer where it belongs: a network that looks at one pixel is the same cut up", async () => {
    const file = tinyOnnx([1, 3, 48, 48]);
    const declared = declaredOnnx(readOnnxSummary(file), 3);
    const sha256 = createHash("sha256").update(file).digest("hex");
    const meant: ImportedOnnx = {
      ...{ kind: "imported-onnx", bandCount: 3, fileName: "tiny.onnx", sha256, ...declared },
      ...{ outputLayout: "channels-first", channels: 3, channel: 1, values: "probability" },
    };
    const modelDir = join(folder, "tiny");
    await writeImportedModel(modelDir, { ...card, architecture: meant, normalization: { mean: [0, 9, 0], std: [1, 50, 1] } }, file);
    const predictor = await loadPredictor(modelDir);
    for (const [widthPx, heightPx] of [
      [160, 96],
      [32, 64],
    ] as const) {
      const pixels = madePixels(widthPx * heightPx * 3, widthPx);
      const answer = await predictor.predict(pixels, widthPx, heightPx, 1);
      const expected = Float32Array.from(
        { length: widthPx * heightPx },
        (_, i) => 1 / (1 + Math.exp(-((pixels[3 * i + 1] ?? 0) - 9) / 50)),
      );
      expect(worst(answer, expected)).toBeLessThan(1e-5);
    }
    predictor.dispose();
  });

  it("is refused in words when it is no picture-to-picture network for these bands", () => {
    const declare = (file: Uint8Array, bandCount = 3) => declaredOnnx(readOnnxSummary(file), bandCount);
    expect(() => declare(tinyOnnx([1, 3, 64, 64], { inputs: 2 }))).toThrow(/one input/);
    expect(() => declare(tinyOnnx([1, 3, 64, 64], { type: 9 }))).toThrow(/float32/);
    expect(() => declare(tinyOnnx([8, 3, 64, 64]))).toThrow(/one picture/);
    expect(() => declare(tinyOnnx([1, 1000]))).toThrow(/one picture/);
    expect(() => declare(tinyOnnx([1, 3, 64, 64]), 4)).toThrow(/4 bands/);
    expect(() => declare(tinyOnnx([1, 3, 64, 96]))).toThrow(/square/);
    expect(declare(tinyOnnx(["n", "h", "w", 3])).layout).toBe("channels-last");
  });

  it("is understood by what it answers", () => {
    const window = { widthPx: 3, heightPx: 2 };
    const answered = (shape: number[], data: number[], wishes = {}) => answeredOnnx(shape, Float32Array.from(data), window, wishes);
    expect(answered([1, 1, 2, 3], [-4, 0, 0, 2, 0, 0])).toMatchObject({ channels: 1, channel: 0, values: "logit" });
    expect(answered([1, 2, 3, 2], Array(12).fill(7))).toMatchObject({ outputLayout: "channels-last", channel: 1, values: "softmax" });
    expect(answered([1, 2, 3], Array(6).fill(0.5))).toMatchObject({ outputLayout: "channels-last", channels: 1, values: "probability" });
    expect(() => answered([1, 5, 2, 3], Array(30).fill(0))).toThrow(/name them in order/);
    expect(() => answered([1, 2, 2, 3], Array(12).fill(0), { channel: 2 })).toThrow(/no channel 2/);
    expect(() => answered([1, 1, 1, 1], [0])).toThrow(/every pixel/);
    expect(() => answered([1, 1, 2, 3], [0, 0, Number.NaN, 0, 0, 0])).toThrow(/NaN/);
  });

  it("has classes where more than one of its channels is named and no background", () => {
    const window = { widthPx: 3, heightPx: 2 };
    const named = (channels: number, wishes = {}) => {
      const { channel, classes } = answeredOnnx([1, channels, 2, 3], new Float32Array(channels * 6), window, wishes);
      return { channel, classes: classes.map((one) => `${one.channel} ${one.name}`) };
    };
    const four = ["live", "Background", "dead", "nodata"];
    expect(named(4, { saidNames: four })).toEqual({ channel: 0, classes: ["0 live", "2 dead"] });
    expect(named(3, { channelNames: ["other", "background", "oyster"] })).toEqual({ channel: 2, classes: [] });
    // Who imports it knows better than the file, and one channel is one channel.
    expect(named(4, { saidNames: four, channelNames: ["background", "a", "b", "c"] }).classes).toHaveLength(3);
    expect(named(4, { saidNames: four, channel: 2 })).toEqual({ channel: 2, classes: [] });
    expect(named(1, { saidNames: ["background", "reef"] })).toEqual({ channel: 0, classes: [] });
    expect(() => named(4, { channelNames: ["background", "reef"] })).toThrow(/4 classes, and 2 were named/);
    expect(() => named(2, { channelNames: ["background", "other"] })).toThrow(/All of the model's classes are background/);
  });

  it.each(["probability", "softmax", "logit"] as const)("of classes answers with a plane for each, from %s", async (values) => {
    // The file gives the sigmoid of each of its four channels.
    const file = tinyOnnx([1, 4, 64, 64]);
    const declared = declaredOnnx(readOnnxSummary(file), 4);
    const sha256 = createHash("sha256").update(file).digest("hex");
    const meant: ImportedOnnx = {
      ...{ kind: "imported-onnx", bandCount: 4, fileName: "tiny.onnx", sha256, ...declared },
      ...{ outputLayout: "channels-first", channels: 4, channel: 1, classChannels: [1, 3], values },
    };
    const normalization = { mean: [90, 90, 90, 90], std: [60, 60, 60, 60] };
    const modelDir = join(folder, `classes-${values}`);
    const bandNames = ["a", "b", "c", "d"];
    await writeImportedModel(modelDir, { ...card, architecture: meant, normalization, bandNames, classes: ["live", "dead"] }, file);
    const predictor = await loadPredictor(modelDir);
    const [widthPx, heightPx, batch] = [96, 64, 2];
    const area = widthPx * heightPx;
    const pixels = madePixels(batch * area * 4, 5);
    const planes = await predictor.predict(pixels, widthPx, heightPx, batch);
    predictor.dispose();
    expect(planes.length).toBe(3 * batch * area);
    const expected = new Float32Array(planes.length);
    for (let i = 0; i < batch * area; i++) {
      const answers = [0, 1, 2, 3].map((c) => 1 / (1 + Math.exp(-((pixels[4 * i + c] ?? 0) - 90) / 60)));
      const powers = answers.map(Math.exp);
      const probability = answers.map((answer, c) => {
        if (values === "softmax") return (powers[c] ?? 0) / powers.reduce((a, b) => a + b);
        return values === "logit" ? 1 / (1 + Math.exp(-answer)) : answer;
      });
      const [live = 0, dead = 0] = [probability[1], probability[3]];
      expected[i] = Math.min(1, live + dead);
      expected[batch * area + i] = live / Math.max(1, live + dead);
      expected[2 * batch * area + i] = dead / Math.max(1, live + dead);
    }
    expect(worst(planes, expected)).toBeLessThan(1e-5);
  });

  it("that onnxruntime does not take is refused with its reason, not by a crash", async () => {
    const path = join(folder, "wrong.onnx");
    await writeFile(path, tinyOnnx([1, 3, 64, 64], { operator: "NoSuchOperator" }));
    const declared = declaredOnnx(readOnnxSummary(tinyOnnx([1, 3, 64, 64])), 3);
    const request = { path, declared, bandCount: 3, windows: [{ widthPx: 64, heightPx: 64 }] };
    await expect(tryOnnx(request, limits)).rejects.toMatchObject({ code: "onnx/run", message: expect.stringContaining("NoSuchOperator") });
    await expect(tryOnnx(request, { ...limits, seconds: 0.001 })).rejects.toMatchObject({ code: "onnx/too-slow" });
  });
});

describe("reading ONNX files that nobody vouches for", () => {
  const file = exportOnnx(card, values, "onnx");

  it("sees what is declared", () => {
    const { inputs, outputs, metadata } = readOnnxSummary(file);
    expect(inputs).toEqual([{ name: "pixels", elementType: 1, shape: [null, 3, null, null] }]);
    expect(outputs.map(({ name }) => name)).toEqual(["probability"]);
    expect(importedMetadata(metadata)).toMatchObject({ gsdMeters: 0.05, scale: 1, threshold: 0.4, positiveClass: "reef" });
    const deepness = readOnnxSummary(exportOnnx(card, values, "deepness", { tilePx: 64 })).metadata;
    expect(importedMetadata(deepness)).toMatchObject({ gsdMeters: 0.05, scale: 255, threshold: 0.4, positiveClass: "reef" });
    const told = { ...madeCard({ ...architecture, classCount: 2 }), classes: ["live", "dead"], unsharp: { radiusPx: 20, percent: 100 } };
    const toldValues = madeValues({ ...architecture, classCount: 2 }, 4);
    const channelNames = ["background", "live", "dead"];
    expect(importedMetadata(readOnnxSummary(exportOnnx(told, toldValues, "onnx")).metadata)).toMatchObject({ channelNames, unsharp: true });
    const forQgis = readOnnxSummary(exportOnnx(told, toldValues, "deepness", { tilePx: 64 })).metadata;
    expect(importedMetadata(forQgis)).toMatchObject({ channelNames, positiveClass: null });
    expect(importedMetadata(new Map([["resolution", "no"]]))).toMatchObject({ gsdMeters: null, scale: null });
  });

  it("refuses what is cut off or changed with a typed error, never another", () => {
    const tried = (bytes: Uint8Array): string => {
      try {
        readOnnxSummary(bytes);
        return "read";
      } catch (error) {
        return error instanceof Error && "code" in error ? String(error.code) : `untyped: ${error}`;
      }
    };
    expect(tried(new Uint8Array(0))).toBe("onnx/not-onnx");
    expect(tried(new TextEncoder().encode("PK\x03\x04 a zip"))).toBe("onnx/not-onnx");
    for (let length = 1; length < file.length; length += 997) expect(tried(file.subarray(0, length))).toMatch(/^(onnx\/|read)/);
    for (let at = 0; at < file.length; at += 211) {
      const changed = Uint8Array.from(file);
      changed[at] = 255 - (changed[at] ?? 0);
      expect(tried(changed)).toMatch(/^(onnx\/|read)/);
    }
  });

  it("names weights in other files and operators that are not ONNX'", () => {
    const graph = (part: ProtobufWriter, field: number) =>
      new ProtobufWriter()
        .integer(1, 8)
        .message(7, new ProtobufWriter().message(field, part).message(12, new ProtobufWriter().text(1, "y")))
        .finish();
    const external = new ProtobufWriter().text(8, "w").integer(14, 1);
    expect(() => readOnnxSummary(graph(external, 5))).toThrow(/other files/);
    const custom = new ProtobufWriter().text(4, "Op").text(7, "evil.example");
    expect(() => readOnnxSummary(graph(custom, 1))).toThrow(/evil\.example/);
  });
});
