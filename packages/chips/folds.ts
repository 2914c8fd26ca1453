import type { FoldPlan } from "@reefline/schema/foldPlan";
import { classesOn } from "./classCover.ts";
import { type CoarseMap, squaresOf } from "./coarseMap.ts";
import { type Random, shuffled } from "./random.ts";
import { planSplit, type Split, splitRoles } from "./split.ts";

/** A rectangle of ground, in model pixels of one survey, that one fold leaves out. */
export interface FoldCell {
  readonly source: number;
  readonly colOff: number;
  readonly rowOff: number;
  readonly sizePx: number;
  readonly heightPx: number;
  readonly reefFraction: number;
}

export interface Fold {
  /** The group or survey that is left out, or "part 2"; several groups are joined by commas. */
  readonly name: string;
  /** All ground of this fold. Every examined square outside the held-out areas lies in one fold exactly. */
  readonly cells: readonly FoldCell[];
  /** How the rest is divided, so that a fold that cannot be trained is known before the first one is. */
  readonly split: Split;
}

export interface Folds {
  readonly folds: readonly Fold[];
  /** null unless the plan is by blocks. */
  readonly blockSizePx: number | null;
}

/**
 * Divides the examined ground outside held-out areas into folds: the largest blocks that give four a fold (two where there is little ground),
 * or whole groups of photos, or whole surveys. They are dealt out in order of reef fraction, so that every fold has its share of reef.
 * A chip's width around what is left out is kept free in training, less where that would cost more than a third of the ground (`planSplit`).
 * @param names of the surveys
 * @param random what each fold's own split is drawn from is begun anew from its seed
 * @returns null when no such folds leave reef and empty ground for both training and validation, and every class that is told apart for training
 */
export function planFolds(
  maps: readonly (CoarseMap | null)[],
  names: readonly string[],
  plan: FoldPlan,
  chipPx: number,
  random: () => Random,
): Folds | null {
  const classCount = classesOn(maps, (source, square) => isLearnable(maps[source], square)).size;
  const finished = (parts: readonly Unit[]): Fold[] | null => {
    const folds = parts.flatMap((part) => {
      const split = planSplit(withHoldout(maps, part.cells), chipPx, random());
      const trained = classesOn(maps, (source, square) => split?.roles[source]?.[square] === splitRoles.train).size;
      return split && trained === classCount ? [{ ...part, split }] : [];
    });
    return folds.length > 1 && folds.length === parts.length ? folds : null;
  };
  if (plan.by !== "blocks") {
    const units = plan.by === "groups" ? groupUnits(maps) : surveyUnits(maps, names);
    const folds = finished(plan.count === null || plan.count >= units.length ? units : deal(units, plan.count, random(), joinedNames));
    return folds && { folds, blockSizePx: null };
  }
  const count = plan.count ?? 5;
  const squarePx = Math.max(8, ...maps.map((map) => map?.squarePx ?? 0));
  for (const perFold of [4, 2, 1]) {
    for (let wished = 8 * chipPx; wished >= 48; wished = Math.floor(wished * 0.85)) {
      const blockSizePx = Math.max(1, Math.round(wished / squarePx)) * squarePx;
      const blocks = blocksOf(maps, blockSizePx);
      if (blocks.filter(({ share }) => share >= leastExamined).length < perFold * count) continue;
      const units = blocks.map(({ cell }) => ({ name: "", cells: [cell] }));
      const folds = finished(deal(units, count, random(), (_, i) => `part ${i + 1}`));
      if (folds) return { folds, blockSizePx };
    }
  }
  return null;
}

const isLearnable = (map: CoarseMap | null | undefined, square: number): boolean =>
  map?.examined[square] === 1 && map.holdout[square] !== 1;

/** A block counts towards the number that is wanted when this share of it is examined. */
const leastExamined = 0.2;

interface Unit {
  readonly name: string;
  readonly cells: readonly FoldCell[];
}

const joinedNames = (units: readonly Unit[]): string => units.map(({ name }) => name).join(", ");

/** The maps with a fold's ground held out. */
function withHoldout(maps: readonly (CoarseMap | null)[], cells: readonly FoldCell[]): (CoarseMap | null)[] {
  return maps.map((map, source) => {
    if (!map) return null;
    const holdout = map.holdout.slice();
    for (const cell of cells) if (cell.source === source) for (const square of squaresOf(map, cell)) holdout[square] = 1;
    return { ...map, holdout };
  });
}

function blocksOf(maps: readonly (CoarseMap | null)[], sizePx: number): { cell: FoldCell; share: number }[] {
  return maps.flatMap((map, source) => {
    if (!map) return [];
    const list: { cell: FoldCell; share: number }[] = [];
    for (let rowOff = map.rowOff; rowOff < map.rowOff + map.rows * map.squarePx; rowOff += sizePx) {
      for (let colOff = map.colOff; colOff < map.colOff + map.columns * map.squarePx; colOff += sizePx) {
        const window = { colOff, rowOff, sizePx, heightPx: sizePx };
        const { examined, reef } = countGround(map, window);
        if (examined === 0) continue;
        list.push({ cell: { source, ...window, reefFraction: reef / examined }, share: examined / (sizePx / map.squarePx) ** 2 });
      }
    }
    return list;
  });
}

function countGround(map: CoarseMap, window: { colOff: number; rowOff: number; sizePx: number; heightPx: number }) {
  let [examined, reef] = [0, 0];
  for (const square of squaresOf(map, window)) {
    if (map.examined[square] !== 1 || map.holdout[square] === 1) continue;
    examined++;
    reef += map.reef[square] ?? 0;
  }
  return { examined, reef };
}

function groupUnits(maps: readonly (CoarseMap | null)[]): Unit[] {
  const units = new Map<string, FoldCell[]>();
  maps.forEach((map, source) => {
    for (const { group, colOff, rowOff, widthPx: sizePx, heightPx } of map?.plots ?? []) {
      const window = { colOff, rowOff, sizePx, heightPx };
      const { examined, reef } = map ? countGround(map, window) : { examined: 0, reef: 0 };
      if (examined === 0) continue;
      units.set(group, [...(units.get(group) ?? []), { source, ...window, reefFraction: reef / examined }]);
    }
  });
  return [...units].map(([name, cells]) => ({ name, cells }));
}

function surveyUnits(maps: readonly (CoarseMap | null)[], names: readonly string[]): Unit[] {
  return maps.flatMap((map, source) => {
    if (!map) return [];
    const { colOff, rowOff, squarePx, columns, rows } = map;
    const window = { colOff, rowOff, sizePx: columns * squarePx, heightPx: rows * squarePx };
    const { examined, reef } = countGround(map, window);
    if (examined === 0) return [];
    return [{ name: names[source] ?? `survey ${source + 1}`, cells: [{ source, ...window, reefFraction: reef / examined }] }];
  });
}

/** Units in order of reef fraction, so many at a time, each time in an order of its own, one to each fold. */
function deal(units: readonly Unit[], count: number, random: Random, name: (units: readonly Unit[], index: number) => string): Unit[] {
  const fraction = ({ cells }: Unit) => cells.reduce((sum, cell) => sum + cell.reefFraction, 0) / cells.length;
  const ordered = shuffled(units, random).sort((a, b) => fraction(b) - fraction(a));
  const folds: Unit[][] = Array.from({ length: count }, () => []);
  for (let start = 0; start < ordered.length; start += count) {
    const order = shuffled([...folds.keys()], random);
    for (const [i, unit] of ordered.slice(start, start + count).entries()) folds[order[i] ?? 0]?.push(unit);
  }
  return folds.filter((fold) => fold.length > 0).map((fold, i) => ({ name: name(fold, i), cells: fold.flatMap(({ cells }) => cells) }));
}
