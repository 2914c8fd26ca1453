import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { writeFileAtomically } from "../modelFiles/atomicFile.ts";
import type { ModelValues } from "../modelFiles/modelFiles.ts";
import type { TrainerValues } from "./trainer.ts";

const headerSchema = z.object({
  format: z.literal("reefline-checkpoint/1"),
  /** Says what is trained on what; a checkpoint of anything else is not used. */
  fingerprint: z.string(),
  random: z.tuple([z.number(), z.number(), z.number(), z.number()]),
  step: z.number(),
  epoch: z.number(),
  elapsedSeconds: z.number(),
  /** Elapsed when validation last improved, as a share of the budget. */
  bestProgress: z.number(),
  bestEpoch: z.number(),
  bestDice: z.number().nullable(),
  plateau: z.object({ factor: z.number(), best: z.number().nullable(), since: z.number() }),
  lengths: z.object({ weights: z.number(), statistics: z.number() }),
  hasAverage: z.boolean(),
  trainerStep: z.number(),
});
type Header = z.infer<typeof headerSchema>;

/** Everything needed to go on as if nothing had happened. */
export interface Checkpoint extends Omit<Header, "format" | "lengths" | "trainerStep" | "hasAverage"> {
  readonly trainer: TrainerValues;
  readonly best: ModelValues | null;
}

const fileName = "checkpoint.bin";

/** One file: length of the header (uint32, little-endian), the header as JSON, then float32 arrays. */
export async function writeCheckpoint(folder: string, { trainer, best, ...rest }: Checkpoint): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { weights, m, v, statistics, step, average } = trainer;
  const header: Header = {
    ...rest,
    format: "reefline-checkpoint/1",
    lengths: { weights: weights.length, statistics: statistics.length },
    trainerStep: step,
    hasAverage: average !== null,
    bestDice: best ? rest.bestDice : null,
  };
  const json = new TextEncoder().encode(JSON.stringify(header));
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, json.length, true);
  const arrays = [
    weights,
    m,
    v,
    statistics,
    ...(average ? [average.weights, average.statistics] : []),
    ...(best ? [best.weights, best.statistics] : []),
  ];
  await writeFileAtomically(join(folder, fileName), [
    length,
    json,
    ...arrays.map((array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength)),
  ]);
}

/** The checkpoint in `folder`, or null when there is none, it is damaged, or it belongs to another training. */
export async function readCheckpoint(folder: string, fingerprint: string): Promise<Checkpoint | null> {
  const file = await readFile(join(folder, fileName)).catch(() => null);
  if (!file || file.length < 4) return null;
  const headerLength = file.readUInt32LE(0);
  const header = headerSchema.safeParse(parsed(file.subarray(4, 4 + headerLength)));
  if (!header.success || header.data.fingerprint !== fingerprint) return null;
  const { lengths, trainerStep, hasAverage, format: _format, ...rest } = header.data;
  const hasBest = rest.bestDice !== null;
  const counts = [
    lengths.weights,
    lengths.weights,
    lengths.weights,
    lengths.statistics,
    ...(hasAverage ? [lengths.weights, lengths.statistics] : []),
    ...(hasBest ? [lengths.weights, lengths.statistics] : []),
  ];
  if (file.length !== 4 + headerLength + 4 * counts.reduce((sum, count) => sum + count, 0)) return null;
  let at = 4 + headerLength;
  const take = (count: number): Float32Array => {
    const start = file.byteOffset + at;
    at += 4 * count;
    return new Float32Array(file.buffer.slice(start, start + 4 * count));
  };
  const trainer = {
    weights: take(lengths.weights),
    m: take(lengths.weights),
    v: take(lengths.weights),
    statistics: take(lengths.statistics),
    step: trainerStep,
    average: hasAverage ? { weights: take(lengths.weights), statistics: take(lengths.statistics) } : null,
  };
  const best = hasBest ? { weights: take(lengths.weights), statistics: take(lengths.statistics) } : null;
  return { ...rest, trainer, best };
}

export async function removeCheckpoint(folder: string): Promise<void> {
  await rm(join(folder, fileName), { force: true });
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}
