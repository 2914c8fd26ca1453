import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "@reefline/schema/errors";
import type { ImportedOnnx, ModelCard } from "@reefline/schema/training";
import { importedStridePx } from "../exchange/importedOnnx.ts";
import { importedFile } from "../modelFiles/modelFiles.ts";
import { normalizePixels } from "../network/normalize.ts";
import type { EngineChoice } from "./engineChoice.ts";
import { sessionOptions } from "./onnxPredictor.ts";
import { loadOnnxRuntime, onnxRuntimeVersion } from "./onnxRuntimeLibrary.ts";
import type { Predictor } from "./predictor.ts";
import { mirrored, tileSpans } from "./tiledInput.ts";
import { requireWindowFits } from "./windowFits.ts";

/**
 * A network of another program, on onnxruntime. A file with a fixed input is fed overlapping tiles, of which the middles count.
 * @throws AppError "segmentation/no-onnxruntime", "onnx/run" when the file cannot be run
 */
export async function makeImportedPredictor(
  modelDir: string,
  card: ModelCard,
  imported: ImportedOnnx,
  threads: number,
): Promise<Predictor> {
  const runtime = await loadOnnxRuntime();
  const { bandCount, tilePx, layout, elementType } = imported;
  const session = await runtime.InferenceSession.create(await readFile(join(modelDir, importedFile)), sessionOptions(threads)).catch(
    runFailed,
  );
  const engine: EngineChoice = { name: "onnxruntime", threads, version: onnxRuntimeVersion(runtime) };

  const planeCount = 1 + (imported.classChannels?.length ?? 0);

  /** @param x what the network sees, bands interleaved → planes of probability, that of reef first, each row by row */
  const run = async (x: Float32Array | Uint8Array, widthPx: number, heightPx: number): Promise<Float32Array> => {
    const data = layout === "channels-last" ? x : planes(x, bandCount);
    const shape = layout === "channels-last" ? [1, heightPx, widthPx, bandCount] : [1, bandCount, heightPx, widthPx];
    const tensor = data instanceof Uint8Array ? new runtime.Tensor("uint8", data, shape) : new runtime.Tensor("float32", data, shape);
    const answer = (await session.run({ [imported.input]: tensor }).catch(runFailed))[imported.output];
    const count = widthPx * heightPx;
    if (!answer || !(answer.data instanceof Float32Array) || answer.data.length !== count * imported.channels) {
      throw new AppError("bad-input", "onnx/run", `${imported.fileName} did not answer with one number for every pixel and class.`);
    }
    return probabilities(answer.data, count, imported);
  };

  return {
    card,
    strideMultiplePx: importedStridePx,
    engine,
    async predict(pixels, widthPx, heightPx, batch, valid) {
      requireWindowFits({ pixels, widthPx, heightPx, batch, valid, bandCount, strideMultiplePx: importedStridePx });
      const count = widthPx * heightPx;
      const x =
        elementType === "uint8" ? pixels : normalizePixels(pixels, valid ?? null, card.normalization, new Float32Array(pixels.length));
      const out = new Float32Array(planeCount * batch * count);
      for (let n = 0; n < batch; n++) {
        const picture = x.subarray(n * count * bandCount, (n + 1) * count * bandCount);
        const answer = tilePx === null ? await run(picture, widthPx, heightPx) : await inTiles(picture, widthPx, heightPx, tilePx);
        for (let k = 0; k < planeCount; k++) out.set(answer.subarray(k * count, (k + 1) * count), (k * batch + n) * count);
      }
      return out;
    },
    dispose: () => void session.release(),
  };

  async function inTiles(x: Float32Array | Uint8Array, widthPx: number, heightPx: number, side: number): Promise<Float32Array> {
    const out = new Float32Array(planeCount * widthPx * heightPx);
    const tile = x instanceof Uint8Array ? new Uint8Array(side * side * bandCount) : new Float32Array(side * side * bandCount);
    for (const rows of tileSpans(heightPx, side)) {
      for (const cols of tileSpans(widthPx, side)) {
        for (let row = 0; row < side; row++) {
          const from = mirrored(rows.from + row, heightPx) * widthPx;
          for (let col = 0; col < side; col++) {
            const at = (from + mirrored(cols.from + col, widthPx)) * bandCount;
            for (let band = 0; band < bandCount; band++) tile[(row * side + col) * bandCount + band] = x[at + band] ?? 0;
          }
        }
        const answer = await run(tile, side, side);
        for (let k = 0; k < planeCount; k++) {
          for (let row = rows.firstPx; row < rows.endPx; row++) {
            const from = (k * side + row - rows.from) * side - cols.from;
            out.set(answer.subarray(from + cols.firstPx, from + cols.endPx), (k * heightPx + row) * widthPx + cols.firstPx);
          }
        }
      }
    }
    return out;
  }

  function runFailed(error: unknown): never {
    const why = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    throw new AppError("bad-input", "onnx/run", `onnxruntime cannot run ${imported.fileName}: ${why.slice(0, 300)}`);
  }
}

/** Interleaved → one plane per band. */
function planes<T extends Float32Array | Uint8Array>(x: T, bandCount: number): Float32Array | Uint8Array {
  const out = x instanceof Uint8Array ? new Uint8Array(x.length) : new Float32Array(x.length);
  const count = x.length / bandCount;
  for (let band = 0; band < bandCount; band++) for (let i = 0; i < count; i++) out[band * count + i] = x[i * bandCount + band] ?? 0;
  return out;
}

/**
 * Planes of probability, that of reef first. With classes it is the sum of theirs, 1 at most: where a network answers each class for
 * itself they may sum to more, and then share it.
 */
function probabilities(data: Float32Array, count: number, imported: ImportedOnnx): Float32Array {
  const { outputLayout, channels, channel, classChannels, values } = imported;
  const at = (i: number, c: number): number => data[outputLayout === "channels-first" ? c * count + i : i * channels + c] ?? 0;
  const probabilityOf = (i: number, c: number): number => {
    const value = at(i, c);
    if (values === "probability") return Math.min(1, Math.max(0, value));
    if (values === "logit") return 1 / (1 + Math.exp(-value));
    let sum = 0;
    for (let other = 0; other < channels; other++) sum += Math.exp(at(i, other) - value);
    return 1 / sum;
  };
  if (!classChannels) return Float32Array.from({ length: count }, (_, i) => probabilityOf(i, channel));
  const out = new Float32Array((1 + classChannels.length) * count);
  for (let i = 0; i < count; i++) {
    const each = classChannels.map((c) => probabilityOf(i, c));
    const sum = each.reduce((a, b) => a + b);
    out[i] = Math.min(1, sum);
    each.forEach((p, k) => {
      out[(1 + k) * count + i] = p / Math.max(1, sum);
    });
  }
  return out;
}
