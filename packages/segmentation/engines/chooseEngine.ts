import { availableParallelism } from "node:os";
import { randomFrom } from "@reefline/chips/random";
import { AppError, isAppError } from "@reefline/schema/errors";
import type { EngineTrial } from "@reefline/schema/prediction";
import { z } from "zod";
import { readModel } from "../modelFiles/modelFiles.ts";
import { type EngineChoice, type EngineName, engineTitles } from "./engineChoice.ts";
import { type Predictor, startEngine } from "./predictor.ts";

export interface ChooseEngineOptions {
  /** Side of a window, or both sides; rounded up to what the network takes. */
  readonly windowPx: number | { readonly widthPx: number; readonly heightPx: number };
  /** Engines that may be chosen; all when left out. */
  readonly allowed?: readonly EngineName[];
  /** For engines that take a number; the processor's when left out. */
  readonly threads?: number;
  readonly signal?: AbortSignal;
}

export interface ChosenEngine {
  readonly choice: EngineChoice;
  readonly table: EngineTrial[];
}

/** Two steps of a probability's byte. */
const tolerance = 2 / 255;
/** The first pays for what is prepared once; of the others the fastest counts, which other programs have slowed least. */
const rounds = 5;
/** On a slow computer two rounds have to do. */
const enoughMs = 6_000;
/** What `engineMissing` says by itself. */
const missingSchema = z.object({ why: z.string() });
const allEngines: readonly EngineName[] = ["native", "native-bf16", "onnxruntime", "wasm"];

interface Candidate {
  readonly name: EngineName;
  readonly predictor: Predictor;
  readonly milliseconds: number[];
  maxDifference: number;
}

/**
 * Runs a few windows of real size through every engine that is here, turn by turn, and takes the fastest whose probabilities agree with
 * the reference (float32 on TensorFlow) within two steps of a byte. Takes a few seconds.
 * @throws AppError "segmentation/no-engine" when none of the allowed ones runs and agrees, "segmentation/cancelled", and what `readModel` throws
 */
export async function chooseEngine(modelDir: string, options: ChooseEngineOptions): Promise<ChosenEngine> {
  const { signal, threads = availableParallelism() } = options;
  const allowed = new Set(options.allowed ?? allEngines);
  const { card, values } = await readModel(modelDir);
  const trials = new Map<EngineName, EngineTrial>();
  const candidates: Candidate[] = [];
  const passOver = (name: EngineName, why: string): void => {
    trials.set(name, { name, mpxPerSecond: null, maxDifference: null, why });
  };
  try {
    const isImported = card.architecture.kind === "imported-onnx";
    const reference = await startEngine(modelDir, card, values, null);
    candidates.push({ name: reference.engine.name, predictor: reference, milliseconds: [], maxDifference: 0 });
    for (const name of allEngines) {
      requireNotCancelled(signal);
      if (name === reference.engine.name) continue;
      if (!allowed.has(name)) passOver(name, "Not asked for.");
      else if (isImported) passOver(name, "An imported ONNX file runs on onnxruntime alone.");
      else if (name === "wasm" && allowed.size > 1)
        passOver(name, "Not tried: native TensorFlow is here, and it is several times as fast.");
      else {
        try {
          const predictor = await startEngine(modelDir, card, values, { name, threads });
          candidates.push({ name, predictor, milliseconds: [], maxDifference: 0 });
        } catch (error) {
          passOver(name, whyNot(error));
        }
      }
    }
    const { strideMultiplePx } = reference;
    const sides = typeof options.windowPx === "number" ? { widthPx: options.windowPx, heightPx: options.windowPx } : options.windowPx;
    const fit = (px: number): number => Math.max(1, Math.ceil(px / strideMultiplePx)) * strideMultiplePx;
    const [widthPx, heightPx] = [fit(sides.widthPx), fit(sides.heightPx)];
    const began = performance.now();
    for (let round = 0; round < rounds && (round < 2 || performance.now() - began < enoughMs); round++) {
      const { pixels, valid } = madeWindow(card.normalization, widthPx, heightPx, round);
      let expected: Float32Array | null = null;
      for (const candidate of [...candidates]) {
        requireNotCancelled(signal);
        const from = performance.now();
        let probability: Float32Array;
        try {
          probability = await candidate.predictor.predict(pixels, widthPx, heightPx, 1, valid);
        } catch (error) {
          if (candidate.predictor === reference) throw error;
          candidates.splice(candidates.indexOf(candidate), 1);
          candidate.predictor.dispose();
          passOver(candidate.name, whyNot(error));
          continue;
        }
        if (round > 0) candidate.milliseconds.push(performance.now() - from);
        expected ??= probability;
        candidate.maxDifference = Math.max(candidate.maxDifference, largestDifference(probability, expected));
      }
    }
    const speed = ({ milliseconds }: Candidate): number => (widthPx * heightPx) / 1e3 / Math.min(...milliseconds);
    const agreeing = candidates.filter(({ name, maxDifference }) => allowed.has(name) && maxDifference <= tolerance);
    const best = agreeing.sort((a, b) => speed(b) - speed(a))[0];
    for (const candidate of candidates) {
      const { name, maxDifference } = candidate;
      const why = !allowed.has(name)
        ? "Not asked for."
        : maxDifference > tolerance
          ? `Its probabilities differ from float32 by up to ${maxDifference.toFixed(3)}, more than ${tolerance.toFixed(3)}.`
          : candidate === best
            ? undefined
            : best && fasterBy(best.name, speed(best) / speed(candidate));
      trials.set(name, { name, mpxPerSecond: speed(candidate), maxDifference, ...(why ? { why } : {}) });
    }
    const table = allEngines.flatMap((name) => trials.get(name) ?? []);
    if (!best) {
      const reasons = table.filter(({ name }) => allowed.has(name)).map(({ name, why }) => `${name}: ${why ?? ""}`);
      throw new AppError("unavailable", "segmentation/no-engine", `No engine that was asked for can run this model. ${reasons.join(" ")}`, {
        table,
      });
    }
    return { choice: best.predictor.engine, table };
  } finally {
    for (const { predictor } of candidates) predictor.dispose();
  }
}

/** Why an engine did not run, without the advice to choose another one: here all are tried. */
function whyNot(error: unknown): string {
  if (isAppError(error)) return missingSchema.safeParse(error.details).data?.why ?? error.message;
  return error instanceof Error ? error.message : String(error);
}

/** "Native TensorFlow is 12 % faster." */
function fasterBy(name: EngineName, times: number): string {
  const title = engineTitles[name].replace(/^n/, "N");
  if (times >= 1.95) return `${title} is ${times.toPrecision(2)} times as fast.`;
  return `${title} is ${Math.max(1, Math.round(100 * (times - 1)))} % faster.`;
}

function requireNotCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AppError("cancelled", "segmentation/cancelled", "The test of engines was cancelled.");
}

/** Smooth shapes with grain, about as bright and as varied as what the model learnt from, with a corner of nodata. */
function madeWindow({ mean, std }: { mean: number[]; std: number[] }, widthPx: number, heightPx: number, seed: number) {
  const random = randomFrom(seed + 1);
  const bandCount = mean.length;
  const pixels = new Uint8Array(widthPx * heightPx * bandCount);
  const valid = new Uint8Array(widthPx * heightPx).fill(1);
  const waves = Array.from({ length: 6 }, () => ({
    x: random.between(-0.15, 0.15),
    y: random.between(-0.15, 0.15),
    phase: random.between(0, 6),
  }));
  for (let row = 0; row < heightPx; row++) {
    for (let col = 0; col < widthPx; col++) {
      const i = row * widthPx + col;
      const shape = waves.reduce((sum, { x, y, phase }) => sum + Math.sin(col * x + row * y + phase), 0) / 2;
      for (let band = 0; band < bandCount; band++) {
        const value = (mean[band] ?? 128) + (std[band] ?? 40) * (shape + random.between(-0.5, 0.5));
        pixels[i * bandCount + band] = Math.max(0, Math.min(255, Math.round(value)));
      }
      if (col + row < 40) valid[i] = 0;
    }
  }
  return { pixels, valid };
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  let largest = a.length === b.length ? 0 : Number.POSITIVE_INFINITY;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs((a[i] ?? 0) - (b[i] ?? 0)));
  return Number.isNaN(largest) ? Number.POSITIVE_INFINITY : largest;
}
