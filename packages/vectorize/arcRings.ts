/** A piece of a ring: an arc, walked from its start to its end or back. */
export interface ArcUse {
  readonly arc: number;
  readonly reversed: boolean;
}

interface End {
  readonly x: number;
  readonly y: number;
}

const endsOf = (points: ArrayLike<number>, reversed: boolean): { start: End; end: End } => {
  const first = { x: points[0] ?? 0, y: points[1] ?? 0 };
  const last = { x: points[points.length - 2] ?? 0, y: points[points.length - 1] ?? 0 };
  return reversed ? { start: last, end: first } : { start: first, end: last };
};

/**
 * Joins directed arcs end to end into rings that pass no corner twice: what encloses one label when every arc has it on the same side.
 * @param points of every arc; @param uses the arcs that bound the label, each directed so. Pure.
 */
export function ringsOfArcs(points: readonly ArrayLike<number>[], uses: readonly ArcUse[]): ArcUse[][] {
  const waiting = new Map<string, ArcUse[]>();
  const key = ({ x, y }: End): string => `${x},${y}`;
  const ends = (use: ArcUse) => endsOf(points[use.arc] ?? [], use.reversed);
  for (const use of uses) {
    const from = key(ends(use).start);
    const list = waiting.get(from);
    if (list) list.push(use);
    else waiting.set(from, [use]);
  }
  const rings: ArcUse[][] = [];
  for (const [start, list] of waiting) {
    while (list.length > 0) {
      const path: ArcUse[] = [];
      /** Where on the path each corner was passed. */
      const passed = new Map<string, number>([[start, 0]]);
      let here = start;
      for (;;) {
        const next = waiting.get(here)?.pop();
        if (!next) break;
        path.push(next);
        here = key(ends(next).end);
        const place = passed.get(here);
        if (place === undefined) {
          passed.set(here, path.length);
          continue;
        }
        const loop = path.splice(place);
        for (const use of loop.slice(0, -1)) passed.delete(key(ends(use).end));
        rings.push(loop);
        if (path.length === 0) break;
      }
    }
  }
  return rings;
}

/** The closed ring that a run of arcs makes, as x,y pairs in pixels, given the units in one. */
export function joinArcs(points: readonly ArrayLike<number>[], uses: readonly ArcUse[], unitsPerPixel: number): Float64Array {
  let length = 2;
  for (const { arc } of uses) length += (points[arc]?.length ?? 2) - 2;
  const ring = new Float64Array(length);
  let at = 0;
  for (const { arc, reversed } of uses) {
    const line = points[arc] ?? [];
    const count = line.length / 2;
    for (let k = 0; k + 1 < count; k++) {
      const i = reversed ? count - 1 - k : k;
      ring[at++] = (line[2 * i] ?? 0) / unitsPerPixel;
      ring[at++] = (line[2 * i + 1] ?? 0) / unitsPerPixel;
    }
  }
  ring[at++] = ring[0] ?? 0;
  ring[at] = ring[1] ?? 0;
  return ring;
}
