import { type Augmentation, type AugmentationKind, drawAugmentation } from "./augmentation.ts";
import type { CoarseMap } from "./coarseMap.ts";
import type { ChipCentre } from "./cutChip.ts";
import type { Random } from "./random.ts";
import { type Split, splitRoles } from "./split.ts";

/** One chip to be cut. */
export interface ChipPlan {
  readonly source: number;
  readonly centre: ChipCentre;
  readonly augmentation: Augmentation;
}

export interface ChipSampler {
  /** Squares of training ground, in chips' worth of area. */
  readonly chipsOfGround: number;
  draw(random: Random): ChipPlan;
}

/** How far a chip's centre may lie from the place it was aimed at, in chip widths. */
const jitter = 0.4;
/** Of so many random centres the one that sees most training ground is taken. */
const tries = 3;

/**
 * Aims chips at training ground: `reefShare` of them at a square of reef, the rest at an empty one, each at a random offset.
 * Where classes are told apart a chip of reef is aimed at each class as often, so that rare ones are seen; reef of which none is said has its
 * share of the ground, but no more than a class. Of the empty ones `rejectedShare` are places where a prediction was rejected, as long as there are any: hard negatives.
 * Everything is drawn from `random`, so that its state is the sampler's whole position.
 */
export function chipSampler(
  maps: readonly (CoarseMap | null)[],
  split: Split,
  chipPx: number,
  bandCount: number,
  reefShare: number,
  augmentation: AugmentationKind = "full",
  rejectedShare = 0,
): ChipSampler {
  const places = { reef: [] as Place[], empty: [] as Place[], rejected: [] as Place[] };
  const byClass = new Map<number, Place[]>();
  let area = 0;
  const grounds = maps.map((map, source) => {
    const roles = split.roles[source];
    if (!map || !roles) return null;
    roles.forEach((role, square) => {
      if (role !== splitRoles.train) return;
      area += map.squarePx ** 2;
      const place = { source, square };
      const of = map.classes?.[square] ?? 0;
      const isReef = map.reef[square] === 1 || of > 0;
      (isReef ? places.reef : places.empty).push(place);
      if (isReef && map.classes) {
        const pool = byClass.get(of);
        if (pool) pool.push(place);
        else byClass.set(of, [place]);
      }
      if (map.rejected?.[square] === 1 && !isReef) places.rejected.push(place);
    });
    return { map, sums: summedArea(roles, map.columns, map.rows) };
  });
  const unsaid = byClass.get(0) ?? [];
  byClass.delete(0);
  const classes = [...byClass].sort(([a], [b]) => a - b).map(([, of]) => of);
  const unsaidShare = Math.min(unsaid.length / places.reef.length, 1 / (1 + classes.length));
  /** Nothing more is drawn where no classes are told apart. */
  const reefPool = (random: Random): readonly Place[] => {
    if (classes.length === 0) return places.reef;
    if (unsaid.length > 0 && random.next() < unsaidShare) return unsaid;
    return classes[random.below(classes.length)] ?? places.reef;
  };
  return {
    chipsOfGround: area / chipPx ** 2,
    draw(random) {
      const wantsReef = random.next() < reefShare;
      // Without rejections nothing more is drawn: trainings from before they were kept stay the same.
      const revisits = !wantsReef && places.rejected.length > 0 && random.next() < rejectedShare;
      const empty = revisits ? places.rejected : places.empty;
      const pool = (wantsReef && places.reef.length > 0) || places.empty.length === 0 ? reefPool(random) : empty;
      const place = pool[random.below(pool.length)] ?? { source: 0, square: 0 };
      const ground = grounds[place.source];
      let best: { centre: ChipCentre; seen: number } = { centre: { col: 0, row: 0 }, seen: -1 };
      for (let i = 0; i < tries; i++) {
        const du = Math.round(random.between(-jitter, jitter) * chipPx);
        const dv = Math.round(random.between(-jitter, jitter) * chipPx);
        if (!ground) continue;
        const { map, sums } = ground;
        const col = map.colOff + (place.square % map.columns) * map.squarePx + du;
        const row = map.rowOff + Math.floor(place.square / map.columns) * map.squarePx + dv;
        const seen = squaresSeen(map, sums, col - chipPx / 2, row - chipPx / 2, chipPx);
        if (seen > best.seen) best = { centre: { col, row }, seen };
      }
      return { source: place.source, centre: best.centre, augmentation: drawAugmentation(random, bandCount, augmentation) };
    },
  };
}

interface Place {
  readonly source: number;
  readonly square: number;
}

/** Summed-area table (Crow 1984) of training squares, one row and column of zeros in front. */
function summedArea(roles: Uint8Array, columns: number, rows: number): Int32Array {
  const sums = new Int32Array((columns + 1) * (rows + 1));
  for (let row = 0; row < rows; row++) {
    let line = 0;
    for (let column = 0; column < columns; column++) {
      line += roles[row * columns + column] === splitRoles.train ? 1 : 0;
      sums[(row + 1) * (columns + 1) + column + 1] = (sums[row * (columns + 1) + column + 1] ?? 0) + line;
    }
  }
  return sums;
}

function squaresSeen(map: CoarseMap, sums: Int32Array, col: number, row: number, sizePx: number): number {
  const column = (value: number) => Math.max(0, Math.min(map.columns, Math.round((value - map.colOff) / map.squarePx)));
  const line = (value: number) => Math.max(0, Math.min(map.rows, Math.round((value - map.rowOff) / map.squarePx)));
  const sum = (c: number, r: number) => sums[r * (map.columns + 1) + c] ?? 0;
  const [c0, c1, r0, r1] = [column(col), column(col + sizePx), line(row), line(row + sizePx)];
  return sum(c1, r1) - sum(c0, r1) - sum(c1, r0) + sum(c0, r0);
}
