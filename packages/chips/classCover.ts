import type { CoarseMap } from "./coarseMap.ts";

/** The classes of reef that lie on squares that count. */
export function classesOn(maps: readonly (CoarseMap | null)[], isCounted: (source: number, square: number) => boolean): Set<number> {
  const found = new Set<number>();
  maps.forEach((map, source) => {
    map?.classes?.forEach((of, square) => {
      if (of > 0 && isCounted(source, square)) found.add(of);
    });
  });
  return found;
}

/** How many of the classes there are lie on each side of a split. */
export interface ClassCover {
  readonly training: number;
  readonly validation: number;
}

/** Above 0 when `a` serves classes better than `b`: what cannot be learned is worse than what cannot be judged. */
export function compareCover(a: ClassCover, b: ClassCover): number {
  return a.training - b.training || a.validation - b.validation;
}

/** Of two parts of the ground, each with the classes it holds, how many classes are in both. */
export function coverOf(parts: readonly { readonly isValidation: boolean; readonly classes: Iterable<number> }[]): ClassCover {
  const sides = { training: new Set<number>(), validation: new Set<number>() };
  for (const { isValidation, classes } of parts) for (const of of classes) sides[isValidation ? "validation" : "training"].add(of);
  return { training: sides.training.size, validation: sides.validation.size };
}
