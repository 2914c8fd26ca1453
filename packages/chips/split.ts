import { assignRoles, groupSize } from "./assignRoles.ts";
import { type ClassCover, classesOn, compareCover } from "./classCover.ts";
import { type CoarseMap, dilate, type Plot, squaresOf } from "./coarseMap.ts";
import type { Random } from "./random.ts";

export const splitRoles = { none: 0, train: 1, validation: 2 } as const;

/** A square of ground, in model pixels of one survey, as a whole in training or in validation. */
export interface SplitCell {
  readonly source: number;
  readonly colOff: number;
  readonly rowOff: number;
  readonly sizePx: number;
  /** Of a photo, which is no square: `sizePx` is its width then. */
  readonly heightPx?: number;
  readonly role: "train" | "validation";
  /** Of its examined ground. */
  readonly reefFraction: number;
}

export interface Split {
  readonly cells: readonly SplitCell[];
  readonly cellSizePx: number;
  /** Kept free around held-out ground and, where `buffered`, between training and validation. */
  readonly bufferPx: number;
  /** false: the ground is too small for cells two chips wide, so training and validation touch. */
  readonly buffered: boolean;
  /** Per survey, one `splitRoles` value per square of its coarse map. */
  readonly roles: readonly Uint8Array[];
  /** Photos were assigned whole, those of one group together; null: ground was cut into cells. */
  readonly groupCount: number | null;
}

/** Fewer cells than this and chance decides what validation looks like. */
const enoughCells = 24;
/** A cell counts when this share of it is examined. */
const leastExamined = 0.2;

/**
 * Splits the examined ground of all surveys into square cells: the largest that give at least 24, two chips wide or more, one in five for
 * validation, drawn so that both parts have cells of every reef fraction. A chip's width is kept free around held-out ground and between
 * the parts. On ground too small for that, cells shrink to what gives 24 and the parts touch (`buffered` false): the validation score then
 * reads a little high, while held-out ground keeps its distance, shortened only when it would take more than a third of the ground.
 * Where classes are told apart every one is kept on both sides if it can be, in training before all.
 * @returns null when even small cells cannot put reef and empty ground into both parts
 */
export function planSplit(maps: readonly (CoarseMap | null)[], chipPx: number, random: Random): Split | null {
  return splitByGroups(maps, random) ?? splitByCells(maps, chipPx, random);
}

interface Found {
  readonly split: Split;
  readonly cover: ClassCover;
}

/** Where classes are told apart so many sizes of cells more are tried, to have every class on both sides. */
const sizesForClasses = 6;

function splitByCells(maps: readonly (CoarseMap | null)[], chipPx: number, random: Random): Split | null {
  const squarePx = Math.max(8, ...maps.map((map) => map?.squarePx ?? 0));
  const { usable, bufferPx } = awayFromHoldout(maps, chipPx);
  const toSquares = (px: number) => Math.max(2, Math.round(px / squarePx)) * squarePx;
  const wide = sizes(8 * chipPx, 2 * chipPx, chipPx / 2).map(toSquares);
  const narrow = sizes(2 * chipPx - squarePx, Math.max(48, 2 * squarePx), squarePx).map(toSquares);
  const classCount = classesOn(maps, (source, square) => usable[source]?.[square] === 1).size;
  const found: Found[] = [];
  for (const [candidates, buffered, least] of [
    [wide, true, enoughCells],
    [narrow, false, enoughCells],
    [narrow, false, groupSize],
    [narrow, false, 2],
  ] as const) {
    // Ground that is learned from and ground that judges are kept apart even where a class cannot be judged then.
    if (found[0]?.split.buffered && found[0].cover.training === classCount) break;
    let sizesTried = 0;
    for (const sizePx of candidates) {
      const cells = cellsOf(maps, usable, sizePx);
      if (cells.length < least) continue;
      for (const assigned of assignRoles(cells, (cell) => classesIn(maps, usable, cell), classCount, random)) {
        const roled = assigned.map(({ piece, role }) => ({ ...piece, role }));
        const roles = maps.map((map, source) => paintRoles(map, usable[source], roled, source, buffered ? bufferPx : 0));
        if (!bothPartsHaveBoth(maps, roles)) continue;
        const split = { cells: roled, cellSizePx: sizePx, bufferPx, buffered, roles, groupCount: null };
        const cover = coverOfRoles(maps, roles);
        if (cover.training + cover.validation === 2 * classCount) return split;
        keepBetter(found, { split, cover });
      }
      if (found.length > 0 && ++sizesTried > sizesForClasses) break;
    }
  }
  return found[0]?.split ?? null;
}

/** Keeps the one that serves classes best, of equal ones the first. */
function keepBetter(found: Found[], next: Found): void {
  if (!found[0] || compareCover(next.cover, found[0].cover) > 0) found[0] = next;
}

function classesIn(
  maps: readonly (CoarseMap | null)[],
  usable: readonly (Uint8Array | null | undefined)[],
  cell: Pick<SplitCell, "source" | "colOff" | "rowOff" | "sizePx" | "heightPx">,
): ReadonlySet<number> {
  const map = maps[cell.source];
  const found = new Set<number>();
  if (!map?.classes) return found;
  for (const square of squaresOf(map, cell)) {
    const of = map.classes[square] ?? 0;
    if (of > 0 && usable[cell.source]?.[square] === 1) found.add(of);
  }
  return found;
}

function coverOfRoles(maps: readonly (CoarseMap | null)[], roles: readonly Uint8Array[]): ClassCover {
  const on = (role: number) => classesOn(maps, (source, square) => roles[source]?.[square] === role).size;
  return { training: on(splitRoles.train), validation: on(splitRoles.validation) };
}

function sizes(from: number, to: number, step: number): number[] {
  const list: number[] = [];
  for (let size = from; size >= to; size -= step) list.push(size);
  return list;
}

function awayFromHoldout(maps: readonly (CoarseMap | null)[], chipPx: number): { usable: (Uint8Array | null)[]; bufferPx: number } {
  const at = (bufferPx: number) =>
    maps.map((map) => {
      if (!map) return null;
      // Photos beside each other on a sheet are no neighbours on the ground.
      const near = map.plots ? map.holdout : dilate(map.holdout, map.columns, map.rows, Math.ceil(bufferPx / map.squarePx));
      return map.examined.map((value, i) => (value === 1 && near[i] === 0 ? 1 : 0));
    });
  const squares = (masks: (Uint8Array | null)[]) => masks.reduce((sum, mask) => sum + (mask ? countOnes(mask) : 0), 0);
  const all = squares(at(0));
  for (let bufferPx = chipPx; bufferPx > 8; bufferPx /= 2) {
    const usable = at(bufferPx);
    if (squares(usable) * 3 >= all * 2) return { usable, bufferPx };
  }
  return { usable: at(8), bufferPx: 8 };
}

function cellsOf(maps: readonly (CoarseMap | null)[], usable: readonly (Uint8Array | null)[], sizePx: number): SplitCell[] {
  return maps.flatMap((map, source) => {
    const mask = usable[source];
    if (!map || !mask) return [];
    const perCell = sizePx / map.squarePx;
    const cells: SplitCell[] = [];
    for (let row = 0; row < map.rows; row += perCell) {
      for (let column = 0; column < map.columns; column += perCell) {
        let examined = 0;
        let reef = 0;
        for (let r = row; r < Math.min(map.rows, row + perCell); r++) {
          for (let c = column; c < Math.min(map.columns, column + perCell); c++) {
            const i = r * map.columns + c;
            if (mask[i] !== 1) continue;
            examined++;
            reef += map.reef[i] ?? 0;
          }
        }
        if (examined < leastExamined * perCell * perCell) continue;
        const place = { colOff: map.colOff + column * map.squarePx, rowOff: map.rowOff + row * map.squarePx };
        cells.push({ source, ...place, sizePx, role: "train", reefFraction: reef / examined });
      }
    }
    return cells;
  });
}

/**
 * Photos whole, those of one group together: one group of five goes to validation, drawn like cells. Groups of held-out photos are left
 * out altogether. null when the ground is not made of photos, or when their groups cannot put reef and empty ground into both parts.
 */
function splitByGroups(maps: readonly (CoarseMap | null)[], random: Random): Split | null {
  if (maps.some((map) => map && !map.plots) || maps.every((map) => map === null)) return null;
  const photos = maps.flatMap((map, source) => {
    return (map?.plots ?? []).map((plot) => ({ source, plot, ...photoGround(map, plot) }));
  });
  const heldOut = new Set(photos.filter(({ held }) => held > 0).map(({ plot }) => plot.group));
  const groups = new Map<string, { examined: number; reef: number }>();
  for (const { plot, examined, reef } of photos) {
    if (examined === 0 || heldOut.has(plot.group)) continue;
    const sum = groups.get(plot.group) ?? { examined: 0, reef: 0 };
    groups.set(plot.group, { examined: sum.examined + examined, reef: sum.reef + reef });
  }
  const usable = maps.map((map) => map?.examined.map((value, i) => (value === 1 && map.holdout[i] === 0 ? 1 : 0)) ?? null);
  const classCount = classesOn(maps, (source, square) => usable[source]?.[square] === 1).size;
  const named = [...groups].map(([name, { examined, reef }]) => ({ name, reefFraction: reef / examined }));
  const classesOf = ({ name }: { name: string }) => {
    const inside = photos.filter(({ plot }) => plot.group === name);
    return new Set(inside.flatMap(({ source, plot }) => [...classesIn(maps, usable, { ...plot, source, sizePx: plot.widthPx })]));
  };
  const found: Found[] = [];
  for (const assigned of assignRoles(named, classesOf, classCount, random)) {
    const roleOf = new Map(assigned.map(({ piece, role }) => [piece.name, role]));
    const cells = photos.flatMap(({ source, plot, examined, reef }): SplitCell[] => {
      const role = roleOf.get(plot.group);
      const { colOff, rowOff, widthPx, heightPx } = plot;
      if (!role || examined === 0) return [];
      return [{ source, colOff, rowOff, sizePx: widthPx, heightPx, role, reefFraction: reef / examined }];
    });
    const roles = maps.map((map, source) => paintRoles(map, usable[source], cells, source, 0));
    if (!bothPartsHaveBoth(maps, roles)) continue;
    const cellSizePx = Math.max(...cells.map(({ sizePx }) => sizePx));
    const split = { cells, cellSizePx, bufferPx: 0, buffered: true, roles, groupCount: groups.size };
    keepBetter(found, { split, cover: coverOfRoles(maps, roles) });
  }
  return found[0]?.split ?? null;
}

function photoGround(map: CoarseMap | null, plot: Plot): { examined: number; reef: number; held: number } {
  const sum = { examined: 0, reef: 0, held: 0 };
  if (!map) return sum;
  for (const i of squaresOf(map, { ...plot, sizePx: plot.widthPx })) {
    if (map.holdout[i] === 1) sum.held++;
    else if (map.examined[i] === 1) {
      sum.examined++;
      sum.reef += map.reef[i] ?? 0;
    }
  }
  return sum;
}

function paintRoles(
  map: CoarseMap | null,
  usable: Uint8Array | null | undefined,
  cells: readonly SplitCell[],
  source: number,
  bufferPx: number,
): Uint8Array {
  if (!map || !usable) return new Uint8Array(0);
  const roles = new Uint8Array(usable.length);
  const validation = new Uint8Array(usable.length);
  for (const cell of cells) {
    if (cell.source !== source) continue;
    for (const i of squaresOf(map, cell)) {
      if (cell.role === "validation") validation[i] = 1;
      if (usable[i] === 1) roles[i] = splitRoles[cell.role];
    }
  }
  if (bufferPx === 0 || map.plots) return roles;
  const near = dilate(validation, map.columns, map.rows, Math.ceil(bufferPx / map.squarePx));
  return roles.map((role, i) => (role === splitRoles.train && near[i] === 1 ? splitRoles.none : role));
}

function bothPartsHaveBoth(maps: readonly (CoarseMap | null)[], roles: readonly Uint8Array[]): boolean {
  const seen = new Set<number>();
  maps.forEach((map, source) => {
    roles[source]?.forEach((role, i) => {
      if (map && role !== splitRoles.none) seen.add(2 * role + (map.reef[i] ?? 0));
    });
  });
  return seen.size === 4;
}

/** The role of the ground under one model pixel. */
export function roleAt(map: CoarseMap, roles: Uint8Array, col: number, row: number): number {
  const column = Math.floor((col - map.colOff) / map.squarePx);
  const line = Math.floor((row - map.rowOff) / map.squarePx);
  if (column < 0 || line < 0 || column >= map.columns || line >= map.rows) return splitRoles.none;
  return roles[line * map.columns + column] ?? splitRoles.none;
}

function countOnes(mask: Uint8Array): number {
  let count = 0;
  for (const value of mask) count += value;
  return count;
}
