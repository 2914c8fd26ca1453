/** What a vertex of a growing boundary is. */
export const vertexMark = {
  /** A corner where the boundary turns. */
  corner: 0,
  /** A corner where two pixels of ground meet diagonally: a ring may pass it twice. */
  saddle: 1,
  /** A point on the line between the centres of two pixels, where the contour crosses it. */
  crossing: 2,
  /** A corner that a sub-pixel contour must go round, since a pixel without data lies there. */
  guard: 3,
  /** Both a guard and a saddle. */
  guardSaddle: 4,
} as const;

/** A closed ring, not repeated at its end: x,y pairs and each vertex's mark (`vertexMark`). */
export interface TracedRing {
  readonly points: Int32Array;
  readonly marks: Uint8Array;
  /** Whether some vertex may be passed twice. */
  readonly mayRepeat: boolean;
}

/**
 * Growing boundaries as linked vertices in typed arrays. A boundary has a first and a last vertex, and each names the other (`mate`), so
 * that boundaries grow at both ends and join in constant time without anyone holding an id for them.
 */
export class RingNodes {
  private xs = new Int32Array(1024);
  private ys = new Int32Array(1024);
  private next = new Int32Array(1024);
  private mate = new Int32Array(1024);
  private marks = new Uint8Array(1024);
  private used = 0;
  private free = -1;

  private make(x: number, y: number, mark: number): number {
    let node = this.free;
    if (node >= 0) {
      this.free = this.next[node] ?? -1;
    } else {
      node = this.used++;
      if (node >= this.xs.length) this.grow();
    }
    this.xs[node] = x;
    this.ys[node] = y;
    this.marks[node] = mark;
    return node;
  }

  private grow(): void {
    const enlarge = (old: Int32Array): Int32Array<ArrayBuffer> => {
      const larger = new Int32Array(old.length * 2);
      larger.set(old);
      return larger;
    };
    this.xs = enlarge(this.xs);
    this.ys = enlarge(this.ys);
    this.next = enlarge(this.next);
    this.mate = enlarge(this.mate);
    const marks = new Uint8Array(this.marks.length * 2);
    marks.set(this.marks);
    this.marks = marks;
  }

  /** A new boundary of one vertex, open at both ends; returns the vertex, which is first and last. */
  start(x: number, y: number, mark: number): number {
    const node = this.make(x, y, mark);
    this.mate[node] = node;
    return node;
  }

  /** Adds a vertex after `last`; returns it, the new last. */
  append(last: number, x: number, y: number, mark: number): number {
    const node = this.make(x, y, mark);
    const first = this.mate[last] ?? last;
    this.next[last] = node;
    this.mate[node] = first;
    this.mate[first] = node;
    return node;
  }

  /** Adds a vertex before `first`; returns it, the new first. */
  prepend(first: number, x: number, y: number, mark: number): number {
    const node = this.make(x, y, mark);
    const last = this.mate[first] ?? first;
    this.next[node] = first;
    this.mate[node] = last;
    this.mate[last] = node;
    return node;
  }

  /** Joins a boundary's `last` to a boundary's `first` through one more vertex; when they are the same boundary, the ring, else null. */
  join(last: number, first: number, x: number, y: number, mark: number): TracedRing | null {
    const node = this.make(x, y, mark);
    const start = this.mate[last] ?? last;
    const end = this.mate[first] ?? first;
    this.next[last] = node;
    this.next[node] = first;
    if (start === first) return this.take(first, node);
    this.mate[start] = end;
    this.mate[end] = start;
    return null;
  }

  private take(first: number, last: number): TracedRing {
    let count = 1;
    for (let node = first; node !== last; node = this.next[node] ?? last) count++;
    const points = new Int32Array(count * 2);
    const marks = new Uint8Array(count);
    let mayRepeat = false;
    let node = first;
    for (let k = 0; k < count; k++) {
      points[2 * k] = this.xs[node] ?? 0;
      points[2 * k + 1] = this.ys[node] ?? 0;
      const mark = this.marks[node] ?? 0;
      marks[k] = mark;
      if (mark === vertexMark.saddle || mark === vertexMark.guardSaddle) mayRepeat = true;
      node = this.next[node] ?? first;
    }
    this.next[last] = this.free;
    this.free = first;
    return { points, marks, mayRepeat };
  }
}
