const nodeSize = 16;
const nodeBytes = 40;
const hilbertMax = 2 ** 16 - 1;

/** Boxes of features with where their bytes lie, 44 bytes each, in the order they came. */
export class FeatureBoxes {
  private boxes = new Float64Array(4 * 256);
  private offsets = new Float64Array(256);
  private lengths = new Uint32Array(256);
  count = 0;

  add(box: { minX: number; minY: number; maxX: number; maxY: number }, offset: number, length: number): void {
    if (this.count === this.lengths.length) this.grow();
    this.boxes.set([box.minX, box.minY, box.maxX, box.maxY], this.count * 4);
    this.offsets[this.count] = offset;
    this.lengths[this.count++] = length;
  }

  private grow(): void {
    const enlarge = (old: Float64Array): Float64Array<ArrayBuffer> => {
      const larger = new Float64Array(old.length * 2);
      larger.set(old);
      return larger;
    };
    this.boxes = enlarge(this.boxes);
    this.offsets = enlarge(this.offsets);
    const lengths = new Uint32Array(this.lengths.length * 2);
    lengths.set(this.lengths);
    this.lengths = lengths;
  }

  /** minX, minY, maxX, maxY of one feature. */
  box(i: number): Float64Array {
    return this.boxes.subarray(i * 4, i * 4 + 4);
  }

  offset(i: number): number {
    return this.offsets[i] ?? 0;
  }

  byteLength(i: number): number {
    return this.lengths[i] ?? 0;
  }

  /** Around all features. */
  envelope(): [number, number, number, number] {
    const all: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < this.count; i++) {
      const [minX = 0, minY = 0, maxX = 0, maxY = 0] = this.box(i);
      all[0] = Math.min(all[0], minX);
      all[1] = Math.min(all[1], minY);
      all[2] = Math.max(all[2], maxX);
      all[3] = Math.max(all[3], maxY);
    }
    return all;
  }

  /** Features along a Hilbert curve through their centres. */
  hilbertOrder(): Uint32Array {
    const [minX, minY, maxX, maxY] = this.envelope();
    const width = maxX - minX || 1;
    const height = maxY - minY || 1;
    const places = new Float64Array(this.count);
    for (let i = 0; i < this.count; i++) {
      const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = this.box(i);
      const x = Math.floor((hilbertMax * ((x0 + x1) / 2 - minX)) / width);
      const y = Math.floor((hilbertMax * ((y0 + y1) / 2 - minY)) / height);
      places[i] = hilbertPlace(x, y);
    }
    return Uint32Array.from(places.keys()).sort((a, b) => (places[b] ?? 0) - (places[a] ?? 0) || a - b);
  }
}

/** Place of a cell along the Hilbert curve of 2¹⁶ × 2¹⁶ cells. */
function hilbertPlace(col: number, row: number): number {
  let [x, y] = [col, row];
  let place = 0;
  for (let side = 2 ** 15; side >= 1; side /= 2) {
    const right = (x & side) > 0 ? 1 : 0;
    const down = (y & side) > 0 ? 1 : 0;
    place += side * side * ((3 * right) ^ down);
    if (down === 0) {
      if (right === 1) {
        x = hilbertMax - x;
        y = hilbertMax - y;
      }
      [x, y] = [y, x];
    }
  }
  return place;
}

/** Counts of nodes per level of the tree, leaves first. */
function levelCounts(featureCount: number): number[] {
  const counts = [featureCount];
  let count = featureCount;
  do {
    count = Math.ceil(count / nodeSize);
    counts.push(count);
  } while (count > 1);
  return counts;
}

/**
 * The packed Hilbert R-tree of a FlatGeobuf file: nodes `{minX, minY, maxX, maxY, offset}` from the root down to the leaves; a leaf's offset
 * is that of its feature's bytes, another node's the number of its first child. At least one feature. Pure.
 */
export function packedTree(boxes: FeatureBoxes, order: Uint32Array): Uint8Array {
  const counts = levelCounts(boxes.count);
  const starts: number[] = [];
  let total = counts.reduce((sum, count) => sum + count, 0);
  const bytes = new Uint8Array(total * nodeBytes);
  const view = new DataView(bytes.buffer);
  for (const count of counts) {
    total -= count;
    starts.push(total);
  }
  const write = (node: number, box: ArrayLike<number>, offset: number): void => {
    for (let k = 0; k < 4; k++) view.setFloat64(node * nodeBytes + 8 * k, box[k] ?? 0, true);
    view.setBigUint64(node * nodeBytes + 32, BigInt(offset), true);
  };
  let offset = 0;
  order.forEach((feature, place) => {
    write((starts[0] ?? 0) + place, boxes.box(feature), offset);
    offset += boxes.byteLength(feature);
  });
  for (let level = 1; level < counts.length; level++) {
    const children = starts[level - 1] ?? 0;
    const childCount = counts[level - 1] ?? 0;
    for (let node = 0; node < (counts[level] ?? 0); node++) {
      const first = children + node * nodeSize;
      const box = [Infinity, Infinity, -Infinity, -Infinity];
      for (let child = first; child < Math.min(first + nodeSize, children + childCount); child++)
        for (let k = 0; k < 4; k++) {
          const value = view.getFloat64(child * nodeBytes + 8 * k, true);
          box[k] = k < 2 ? Math.min(box[k] ?? value, value) : Math.max(box[k] ?? value, value);
        }
      write((starts[level] ?? 0) + node, box, first);
    }
  }
  return bytes;
}

export const indexNodeSize = nodeSize;
