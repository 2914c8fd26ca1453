/** A closed ring of corners: col,row pairs; `saddle[k]` where two pixels of ground meet diagonally at corner k, so that the ring may pass twice. */
export interface CornerRing {
  readonly corners: Int32Array;
  readonly saddles: Uint8Array;
  readonly hasSaddles: boolean;
}

/**
 * Growing boundaries as linked corners in typed arrays. A boundary has a first and a last corner, and each names the other (`mate`), so
 * that boundaries grow at both ends and join in constant time without anyone holding an id for them.
 */
export class RingNodes {
  private cols = new Int32Array(1024);
  private rows = new Int32Array(1024);
  private next = new Int32Array(1024);
  private mate = new Int32Array(1024);
  private saddle = new Uint8Array(1024);
  private used = 0;
  private free = -1;

  private make(col: number, row: number, saddle: boolean): number {
    let node = this.free;
    if (node >= 0) {
      this.free = this.next[node] ?? -1;
    } else {
      node = this.used++;
      if (node >= this.cols.length) this.grow();
    }
    this.cols[node] = col;
    this.rows[node] = row;
    this.saddle[node] = saddle ? 1 : 0;
    return node;
  }

  private grow(): void {
    const enlarge = (old: Int32Array): Int32Array<ArrayBuffer> => {
      const larger = new Int32Array(old.length * 2);
      larger.set(old);
      return larger;
    };
    this.cols = enlarge(this.cols);
    this.rows = enlarge(this.rows);
    this.next = enlarge(this.next);
    this.mate = enlarge(this.mate);
    const saddle = new Uint8Array(this.saddle.length * 2);
    saddle.set(this.saddle);
    this.saddle = saddle;
  }

  /** A new boundary of one corner, open at both ends; returns the corner, which is first and last. */
  start(col: number, row: number, saddle: boolean): number {
    const node = this.make(col, row, saddle);
    this.mate[node] = node;
    return node;
  }

  /** Adds a corner after `last`; returns it, the new last. */
  append(last: number, col: number, row: number, saddle: boolean): number {
    const node = this.make(col, row, saddle);
    const first = this.mate[last] ?? last;
    this.next[last] = node;
    this.mate[node] = first;
    this.mate[first] = node;
    return node;
  }

  /** Adds a corner before `first`; returns it, the new first. */
  prepend(first: number, col: number, row: number, saddle: boolean): number {
    const node = this.make(col, row, saddle);
    const last = this.mate[first] ?? first;
    this.next[node] = first;
    this.mate[node] = last;
    this.mate[last] = node;
    return node;
  }

  /** Joins a boundary's `last` to a boundary's `first` through one more corner; when they are the same boundary, the ring, else null. */
  join(last: number, first: number, col: number, row: number, saddle: boolean): CornerRing | null {
    const node = this.make(col, row, saddle);
    const start = this.mate[last] ?? last;
    const end = this.mate[first] ?? first;
    this.next[last] = node;
    this.next[node] = first;
    if (start === first) return this.take(first, node);
    this.mate[start] = end;
    this.mate[end] = start;
    return null;
  }

  private take(first: number, last: number): CornerRing {
    let count = 1;
    for (let node = first; node !== last; node = this.next[node] ?? last) count++;
    const corners = new Int32Array(count * 2);
    const saddles = new Uint8Array(count);
    let hasSaddles = false;
    let node = first;
    for (let k = 0; k < count; k++) {
      corners[2 * k] = this.cols[node] ?? 0;
      corners[2 * k + 1] = this.rows[node] ?? 0;
      if (this.saddle[node] === 1) {
        saddles[k] = 1;
        hasSaddles = true;
      }
      node = this.next[node] ?? first;
    }
    this.next[last] = this.free;
    this.free = first;
    return { corners, saddles, hasSaddles };
  }
}
