import type { Split } from "@reefline/chips/split";
import type { Window } from "@reefline/schema/grid";

/** A window to predict, and the part of it that is scored: a validation cell, or a piece of one. */
export interface ValidationWindow {
  readonly source: number;
  readonly scored: Window;
  readonly predicted: Window;
}

/** Larger cells are scored in pieces, so that memory stays bounded. */
const mostScoredPx = 384;
/** Ground around the scored part, so that it is predicted with its surroundings, as in production. */
const marginPx = 32;
const multiplePx = 64;

/** Windows over all validation cells. */
export function planValidation({ cells }: Split): ValidationWindow[] {
  return cells.flatMap((cell) => {
    if (cell.role !== "validation") return [];
    const { sizePx, heightPx = sizePx } = cell;
    const cuts = (lengthPx: number) => {
      const pieces = Math.ceil(lengthPx / mostScoredPx);
      return Array.from({ length: pieces }, (_, i) => [i, i + 1].map((at) => Math.round((at * lengthPx) / pieces)));
    };
    const windows: ValidationWindow[] = [];
    for (const [top, bottom] of cuts(heightPx)) {
      for (const [left, right] of cuts(sizePx)) {
        const scored = {
          colOff: cell.colOff + (left ?? 0),
          rowOff: cell.rowOff + (top ?? 0),
          widthPx: (right ?? 0) - (left ?? 0),
          heightPx: (bottom ?? 0) - (top ?? 0),
        };
        windows.push({ source: cell.source, scored, predicted: around(scored) });
      }
    }
    return windows;
  });
}

function around({ colOff, rowOff, widthPx, heightPx }: Window): Window {
  const grown = (length: number) => Math.ceil((length + 2 * marginPx) / multiplePx) * multiplePx;
  const width = grown(widthPx);
  const height = grown(heightPx);
  return {
    colOff: colOff - Math.floor((width - widthPx) / 2),
    rowOff: rowOff - Math.floor((height - heightPx) / 2),
    widthPx: width,
    heightPx: height,
  };
}

/** At most `count` of the items, evenly spread over the list. */
export function spread<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, i) => items[Math.floor(((i + 0.5) * items.length) / count)]).flatMap((item) => item ?? []);
}
