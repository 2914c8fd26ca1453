import { type CoarseMap, squaresOf } from "./coarseMap.ts";
import { type Random, shuffled } from "./random.ts";
import { type Split, splitRoles } from "./split.ts";

/**
 * The split with a share of its training cells, for learning curves; validation stays whole. Shares of one seed are nested: what a smaller
 * one keeps, a larger one keeps too. The first cell kept has reef, where any has.
 */
export function keepShare(maps: readonly (CoarseMap | null)[], split: Split, share: number, random: Random): Split {
  if (share >= 1) return split;
  const order = shuffled(
    split.cells.filter(({ role }) => role === "train"),
    random,
  );
  const withReef = order.findIndex(({ reefFraction }) => reefFraction > 0);
  if (withReef > 0) order.unshift(...order.splice(withReef, 1));
  const dropped = new Set(order.slice(Math.max(1, Math.round(share * order.length))));
  const roles = split.roles.map((of) => of.slice());
  for (const cell of dropped) {
    const map = maps[cell.source];
    const of = roles[cell.source];
    if (map && of) for (const square of squaresOf(map, cell)) if (of[square] === splitRoles.train) of[square] = splitRoles.none;
  }
  return { ...split, cells: split.cells.filter((cell) => !dropped.has(cell)), roles };
}
