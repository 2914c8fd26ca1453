import { type ClassCover, compareCover, coverOf } from "./classCover.ts";
import { type Random, shuffled } from "./random.ts";

/** A piece of ground and the part it is given to. */
export interface Assigned<Piece> {
  readonly piece: Piece;
  readonly role: "train" | "validation";
}

/** One piece of so many is validation. */
export const groupSize = 5;
/** Where classes are told apart: so many draws are looked at, and so many of the good ones given. */
const drawsForClasses = 64;
const givenDraws = 4;

/**
 * Draws of who is validation: one of every five neighbours in order of reef fraction, ties by chance. Where classes are told apart several:
 * the first that have every class on both sides, or else the one that comes nearest.
 * @param classesOf which classes of reef lie in a piece
 * @param classCount how many there are; 0: one draw, whatever lies where
 */
export function* assignRoles<Piece extends { readonly reefFraction: number }>(
  pieces: readonly Piece[],
  classesOf: (piece: Piece) => ReadonlySet<number>,
  classCount: number,
  random: Random,
): Generator<Assigned<Piece>[]> {
  if (classCount === 0) {
    yield assign(pieces, random);
    return;
  }
  const known = new Map(pieces.map((piece) => [piece, classesOf(piece)]));
  let nearest: { assigned: Assigned<Piece>[]; cover: ClassCover } | null = null;
  let given = 0;
  for (let draw = 0; draw < drawsForClasses && given < givenDraws; draw++) {
    const assigned = assign(pieces, random);
    const cover = coverOf(assigned.map(({ piece, role }) => ({ isValidation: role === "validation", classes: known.get(piece) ?? [] })));
    if (cover.training + cover.validation === 2 * classCount) {
      given++;
      yield assigned;
    }
    if (!nearest || compareCover(cover, nearest.cover) > 0) nearest = { assigned, cover };
  }
  if (given === 0 && nearest) yield nearest.assigned;
}

function assign<Piece extends { readonly reefFraction: number }>(pieces: readonly Piece[], random: Random): Assigned<Piece>[] {
  const ordered = shuffled(pieces, random).sort((a, b) => b.reefFraction - a.reefFraction);
  const groups = Math.max(1, Math.round(ordered.length / groupSize));
  const chosen = new Set<number>();
  for (let group = 0; group < groups; group++) {
    const from = Math.floor((group * ordered.length) / groups);
    const to = Math.floor(((group + 1) * ordered.length) / groups);
    chosen.add(from + random.below(to - from));
  }
  return ordered.map((piece, i) => ({ piece, role: chosen.has(i) ? "validation" : "train" }));
}
