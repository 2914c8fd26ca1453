import type { Box } from "./flatGeobufFeature.ts";

const nodeSize = 16;
const nodeBytes = 40;
const hilbertMax = 2 ** 16 - 1;
const sides = [0, 1, 2, 3] as const;
/** Of a number of 64 bits, the place of its upper 32 in memory. */
const highWord = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 1 : 0;

/** Boxes of features with where their bytes lie, 44 bytes each, in the order they came. */
export class FeatureBoxes {
  private boxes = new Float64Array(4 * 256);
  private offsets = new Float64Array(256);
  private lengths = new Uint32Array(256);
  count = 0;

  /** @param length bytes of the feature, which follows the one before */
  add({ minX, minY, maxX, maxY }: Box, length: number): void {
    if (this.count === this.lengths.length) this.grow();
    const at = 4 * this.count;
    this.boxes[at] = minX;
    this.boxes[at + 1] = minY;
    this.boxes[at + 2] = maxX;
    this.boxes[at + 3] = maxY;
    this.offsets[this.count] = this.count === 0 ? 0 : this.offset(this.count - 1) + this.byteLength(this.count - 1);
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

  /** minX, minY, maxX or maxY of one feature. */
  side(i: number, side: 0 | 1 | 2 | 3): number {
    return this.boxes[4 * i + side] ?? 0;
  }

  offset(i: number): number {
    return this.offsets[i] ?? 0;
  }

  byteLength(i: number): number {
    return this.lengths[i] ?? 0;
  }

  /** Around all features. */
  envelope(): [number, number, number, number] {
    let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < this.count; i++) {
      minX = Math.min(minX, this.side(i, 0));
      minY = Math.min(minY, this.side(i, 1));
      maxX = Math.max(maxX, this.side(i, 2));
      maxY = Math.max(maxY, this.side(i, 3));
    }
    return [minX, minY, maxX, maxY];
  }

  /** Features along a Hilbert curve through their centres, from its end. */
  hilbertOrder(): Uint32Array {
    const [minX, minY, maxX, maxY] = this.envelope();
    const width = maxX - minX || 1;
    const height = maxY - minY || 1;
    // Whole numbers of 64 bits, what is left of the curve above the feature's number: sorted without asking anyone.
    const keys = new BigUint64Array(this.count);
    const words = new Uint32Array(keys.buffer);
    for (let i = 0; i < this.count; i++) {
      const x = Math.floor((hilbertMax * ((this.side(i, 0) + this.side(i, 2)) / 2 - minX)) / width);
      const y = Math.floor((hilbertMax * ((this.side(i, 1) + this.side(i, 3)) / 2 - minY)) / height);
      words[2 * i + highWord] = 0xffffffff - hilbertPlace(x, y);
      words[2 * i + 1 - highWord] = i;
    }
    keys.sort();
    const order = new Uint32Array(this.count);
    for (let i = 0; i < this.count; i++) order[i] = words[2 * i + 1 - highWord] ?? 0;
    return order;
  }
}

/** Place of a cell along the Hilbert curve of 2¹⁶ × 2¹⁶ cells. */
function hilbertPlace(col: number, row: number): number {
  let x = col;
  let y = row;
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
      const turned = x;
      x = y;
      y = turned;
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
  const at = (node: number, side: number): number => node * nodeBytes + 8 * side;
  const writeOffset = (node: number, offset: number): void => {
    view.setUint32(at(node, 4), offset % 2 ** 32, true);
    view.setUint32(at(node, 4) + 4, Math.floor(offset / 2 ** 32), true);
  };
  let offset = 0;
  for (let place = 0; place < order.length; place++) {
    const feature = order[place] ?? 0;
    const node = (starts[0] ?? 0) + place;
    for (const side of sides) view.setFloat64(at(node, side), boxes.side(feature, side), true);
    writeOffset(node, offset);
    offset += boxes.byteLength(feature);
  }
  for (let level = 1; level < counts.length; level++) {
    const children = starts[level - 1] ?? 0;
    const childCount = counts[level - 1] ?? 0;
    for (let node = 0; node < (counts[level] ?? 0); node++) {
      const first = children + node * nodeSize;
      const own = (starts[level] ?? 0) + node;
      for (const side of sides) {
        let extreme = view.getFloat64(at(first, side), true);
        for (let child = first + 1; child < Math.min(first + nodeSize, children + childCount); child++) {
          const value = view.getFloat64(at(child, side), true);
          extreme = side < 2 ? Math.min(extreme, value) : Math.max(extreme, value);
        }
        view.setFloat64(at(own, side), extreme, true);
      }
      writeOffset(own, first);
    }
  }
  return bytes;
}

export const indexNodeSize = nodeSize;
