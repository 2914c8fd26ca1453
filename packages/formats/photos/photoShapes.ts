import { clipRings } from "./clipRings.ts";

/** A polygon in the pixels of one photo: closed rings of [x, y], outer ring first, x to the right and y down. */
export interface PhotoShape {
  readonly rings: readonly (readonly (readonly [number, number])[])[];
  readonly class: string;
  readonly properties: Readonly<Record<string, string | number | boolean | null>>;
}

/** A photo on its way out. */
export interface PhotoOut {
  readonly name: string;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly shapes: readonly PhotoShape[];
}

/** What comes back from longitude and latitude is a billionth off: whole pixels are whole again, the rest has three decimals. */
const roundPx = (value: number): number => Math.round(value * 1_000) / 1_000;

/** The part of a polygon that lies on a photo, or null. */
export function onPhoto(
  rings: readonly (readonly (readonly [number, number])[])[],
  photo: { readonly widthPx: number; readonly heightPx: number },
): PhotoShape["rings"] | null {
  const rounded = rings.map((ring) => ring.map(([x, y]): [number, number] => [roundPx(x), roundPx(y)]));
  const { rings: clipped } = clipRings(rounded, photo);
  if (clipped.length === 0) return null;
  return clipped.map((ring) =>
    ring.map((corner): [number, number] => (Array.isArray(corner) ? [roundPx(corner[0]), roundPx(corner[1])] : [0, 0])),
  );
}

/**
 * One ring that encloses what a polygon with holes does, for formats without holes: each hole is joined to what is around it by a line there and back,
 * from its leftmost corner to the nearest edge on its left.
 */
export function withoutHoles(rings: PhotoShape["rings"]): readonly (readonly [number, number])[] {
  const [outer = [], ...holes] = rings;
  let ring = outer.slice(0, -1);
  const leftmost = (hole: readonly (readonly [number, number])[]) =>
    hole.reduce((best, [x, y], i) => (x < (hole[best]?.[0] ?? 0) || (x === hole[best]?.[0] && y < (hole[best]?.[1] ?? 0)) ? i : best), 0);
  const open = holes.map((hole) => hole.slice(0, -1)).filter((hole) => hole.length >= 3);
  // From left to right, so that a hole behind another one finds it joined already.
  open.sort((a, b) => (a[leftmost(a)]?.[0] ?? 0) - (b[leftmost(b)]?.[0] ?? 0));
  for (const hole of open) {
    const start = leftmost(hole);
    const [x, y] = hole[start] ?? [0, 0];
    const edge = edgeLeftOf(ring, x, y);
    if (!edge) continue;
    const joint: readonly [number, number] = [edge.x, y];
    const turn = [...hole.slice(start), ...hole.slice(0, start)];
    ring = [...ring.slice(0, edge.after + 1), joint, ...turn, [x, y], joint, ...ring.slice(edge.after + 1)];
  }
  const [first] = ring;
  return first ? [...ring, first] : [];
}

/** The edge that a line to the left from a point meets first, and where. */
function edgeLeftOf(ring: readonly (readonly [number, number])[], x: number, y: number): { after: number; x: number } | null {
  let found: { after: number; x: number } | null = null;
  ring.forEach(([ax, ay], i) => {
    const [bx, by] = ring[(i + 1) % ring.length] ?? [0, 0];
    if (ay === by || Math.min(ay, by) > y || Math.max(ay, by) < y) return;
    const at = ax + ((bx - ax) * (y - ay)) / (by - ay);
    if (at <= x && (!found || at > found.x)) found = { after: i, x: at };
  });
  return found;
}
