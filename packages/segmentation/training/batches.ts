import type { ChipPlan } from "@reefline/chips/chipSampler";
import type { CoarseMap } from "@reefline/chips/coarseMap";
import { chipWindow, cutChip } from "@reefline/chips/cutChip";
import type { Ground } from "@reefline/chips/ground";
import type { Random, RandomState } from "@reefline/chips/random";
import { roleAt, splitRoles } from "@reefline/chips/split";
import { type Normalization, normalizePixels } from "../network/normalize.ts";
import type { Batch } from "./trainer.ts";
import type { TrainingData } from "./trainingData.ts";

/** What batches are cut from. */
export interface BatchGround {
  readonly chipPx: number;
  readonly bandCount: number;
  readonly normalization: Normalization;
  /** One for each survey; null where it has no training ground. */
  readonly sources: readonly ({ readonly ground: Ground; readonly map: CoarseMap; readonly roles: Uint8Array } | null)[];
}

export function batchGround({ preset, bandNames, normalization, planned, grounds, split }: TrainingData): BatchGround {
  const sources = planned.map(({ map }, i) => {
    const [ground, roles] = [grounds[i], split.roles[i]];
    return ground && map && roles ? { ground, map, roles } : null;
  });
  return { chipPx: preset.chipPx, bandCount: bandNames.length, normalization, sources };
}

/** Everything random about a batch, drawn beforehand. */
export function drawBatch({ preset, sampler }: Pick<TrainingData, "preset" | "sampler">, random: Random): ChipPlan[] {
  return Array.from({ length: preset.batchSize }, () => sampler.draw(random));
}

/**
 * Cuts and normalises the chips of a batch; the same plans give the same bytes wherever it is done.
 * @param spent a batch of the same size whose memory may be used again
 */
export async function cutBatch(from: BatchGround, plans: readonly ChipPlan[], spent?: Batch): Promise<Batch> {
  const { chipPx: sizePx, bandCount, normalization } = from;
  const count = plans.length;
  const area = sizePx * sizePx;
  const batch: Batch = spent ?? {
    count,
    heightPx: sizePx,
    widthPx: sizePx,
    x: new Float32Array(count * area * bandCount),
    target: new Float32Array(count * area),
    valid: new Float32Array(count * area),
  };
  for (const [i, { source, centre, augmentation }] of plans.entries()) {
    const x = batch.x.subarray(i * area * bandCount, (i + 1) * area * bandCount);
    const place = from.sources[source];
    if (!place) {
      x.fill(0);
      batch.target.fill(0, i * area, (i + 1) * area);
      batch.valid.fill(0, i * area, (i + 1) * area);
      continue;
    }
    const { ground, map, roles } = place;
    const patch = await ground.patch(chipWindow(centre, sizePx, augmentation));
    const chip = cutChip(patch, centre, sizePx, augmentation, (col, row) => roleAt(map, roles, col, row) === splitRoles.train);
    normalizePixels(chip.pixels, chip.measured, normalization, x);
    batch.target.set(chip.target, i * area);
    batch.valid.set(chip.valid, i * area);
  }
  return batch;
}

/** Cuts batches here or elsewhere. */
export interface BatchCutter {
  /** How many batches to ask for before the first is needed; 0: none is cut before it is asked for. */
  readonly ahead: number;
  /** @param spent a batch that came from here and is not needed any more */
  cut(plans: readonly ChipPlan[], spent?: Batch): Promise<Batch>;
  close(): Promise<void>;
}

export interface BatchSource {
  /** The next batch, and the state of the random numbers right after it was drawn: a checkpoint goes on from there. */
  next(): Promise<{ readonly batch: Batch; readonly random: RandomState }>;
  /** The last batch is not needed any more. */
  giveBack(batch: Batch): void;
  /** How long `next` has waited in all. */
  waitedSeconds(): number;
  close(): Promise<void>;
}

/**
 * Batches in the order in which they are drawn, whoever cuts them and however long each takes: drawing is done here, one after the other.
 * @param cutter null: cut here, when asked for
 */
export function openBatches(data: TrainingData, random: Random, cutter: BatchCutter | null): BatchSource {
  const from = batchGround(data);
  const spent: Batch[] = [];
  const asked: { batch: Promise<Batch>; random: RandomState }[] = [];
  let waited = 0;
  const ask = (): void => {
    const plans = drawBatch(data, random);
    const state = random.state();
    const batch = cutter ? cutter.cut(plans, spent.pop()) : cutBatch(from, plans, spent.pop());
    // Whoever takes it hears of its failure; until then it is nobody's.
    batch.catch(() => undefined);
    asked.push({ batch, random: state });
  };
  return {
    async next() {
      const beganAt = performance.now();
      while (asked.length < 1 + (cutter?.ahead ?? 0)) ask();
      const first = asked.shift();
      if (!first) throw new RangeError("a batch was just asked for");
      const batch = await first.batch;
      waited += (performance.now() - beganAt) / 1000;
      return { batch, random: first.random };
    },
    giveBack: (batch) => void spent.push(batch),
    waitedSeconds: () => waited,
    close: async () => cutter?.close(),
  };
}
