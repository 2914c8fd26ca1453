import { type TracedRing, vertexMark } from "./rowTracer.ts";

interface Stretch {
  readonly ring: TracedRing;
  /** Vertex it begins at, a saddle, and how many vertices on the next saddle comes. */
  readonly from: number;
  readonly count: number;
  used: boolean;
}

const isSaddle = (mark: number | undefined): boolean => mark === vertexMark.saddle || mark === vertexMark.guardSaddle;

/**
 * Rings of an 8-connected region as those of its 4-connected pieces: at every saddle each line is led on round its own pixel instead of
 * over to the other, to the left as the tracer walks. Rings may then pass a saddle twice: see `splitAtRepeats`. Pure.
 */
export function separateAtSaddles(rings: readonly TracedRing[]): TracedRing[] {
  const separate: TracedRing[] = rings.filter((ring) => !ring.mayRepeat);
  const stretches: Stretch[] = [];
  const starting = new Map<string, Stretch[]>();
  for (const ring of rings) {
    if (!ring.mayRepeat) continue;
    const length = ring.marks.length;
    const saddles = [...ring.marks.keys()].filter((k) => isSaddle(ring.marks[k]));
    saddles.forEach((from, i) => {
      const to = saddles[i + 1] ?? (saddles[0] ?? 0) + length;
      const stretch = { ring, from, count: to - from, used: false };
      stretches.push(stretch);
      const key = keyAt(ring, from);
      starting.set(key, [...(starting.get(key) ?? []), stretch]);
    });
  }
  for (const first of stretches) {
    if (first.used) continue;
    const points: number[] = [];
    const marks: number[] = [];
    for (let here: Stretch | undefined = first; here && !here.used; here = leftmost(here, starting)) {
      here.used = true;
      for (let k = 0; k < here.count; k++) {
        const { x, y } = vertexOf(here.ring, here.from + k);
        points.push(x, y);
        marks.push(here.ring.marks[(here.from + k) % here.ring.marks.length] ?? 0);
      }
    }
    separate.push({ points: Int32Array.from(points), marks: Uint8Array.from(marks), mayRepeat: true });
  }
  return separate;
}

function vertexOf({ points, marks }: TracedRing, k: number): { x: number; y: number } {
  const i = (k + marks.length) % marks.length;
  return { x: points[2 * i] ?? 0, y: points[2 * i + 1] ?? 0 };
}

function keyAt(ring: TracedRing, k: number): string {
  const { x, y } = vertexOf(ring, k);
  return `${x},${y}`;
}

/** The stretch that turns left where one ends; the only one there where the other ring, a hole, has been filled. */
function leftmost({ ring, from, count }: Stretch, starting: ReadonlyMap<string, readonly Stretch[]>): Stretch | undefined {
  const before = vertexOf(ring, from + count - 1);
  const at = vertexOf(ring, from + count);
  const onward = starting.get(keyAt(ring, from + count)) ?? [];
  if (onward.length === 1) return onward[0];
  return onward.find((next) => {
    const after = vertexOf(next.ring, next.from + 1);
    return (at.x - before.x) * (after.y - at.y) - (at.y - before.y) * (after.x - at.x) < 0;
  });
}
