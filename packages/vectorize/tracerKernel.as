// AssemblyScript: connected regions and their boundaries, row by row; run by rowTracer.ts.
// asc: --enable simd --initialMemory 1
// Memory grows upwards and is taken in chunks that are used again; nothing is given back before the tracer goes. Sixteen bytes may be read
// beyond a row.

/** A region has ended; its rings lie at `rings`: for each the count of vertices and whether some vertex comes twice, x and y of all, marks. */
// @ts-ignore: decorator
@external("env", "emit")
declare function emit(pixelCount: f64, valueSum: f64, tenthPercentile: i32, ringCount: i32, rings: usize): void;

// What a vertex is; see vertexMark.
const CORNER: i32 = 0;
const SADDLE: i32 = 1;
const CROSSING: i32 = 2;
const GUARD: i32 = 3;
const GUARD_SADDLE: i32 = 4;

const UNITS: i32 = 256;
const LEAST_FROM_CENTRE: i32 = 2;

// A vertex of a growing boundary, or a closed ring: 16 bytes.
const X: usize = 0;
const Y_MARK: usize = 4; // y × 8 + mark
const NEXT: usize = 8;
const MATE: usize = 12; // of a boundary's first vertex the last, and of the last the first
const RING_FIRST: usize = 0;
const RING_COUNT: usize = 4; // × 2, + 1 when some vertex may come twice
const RING_NEXT: usize = 8;
const RING_LAST: usize = 12;
const VERTEX_BYTES: usize = 16;

// A region: 48 bytes.
const PARENT: usize = 0; // 0: none; also the next free region
const COUNTS: usize = 4; // its histogram; 0: none yet
const PIXELS: usize = 8; // u64
const SUM: usize = 16; // u64
const LAST_ROW: usize = 24;
const EMITTED: usize = 28;
const RINGS: usize = 32;
const RINGS_LAST: usize = 36;
const RINGS_COUNT: usize = 40;
const REGION_BYTES: usize = 48;

const HISTOGRAM_BYTES: usize = 1024;
const CHUNK_BYTES: usize = 49152;

// Part of a row of blocks: address, first column, columns, bytes from row to row; u32 each. Rows of bytes, or of a plain mask those of bits.
const SEGMENT_BYTES: usize = 16;

let top: usize = 0;
let width: i32 = 0;
let least: i32 = 1;
let joinsDiagonals: bool = false;
let isPlain: bool = false;
let counting: bool = false;
let hasLevel: bool = false;
let level: f64 = 0;
let leastPixels: u64 = 0;
let row: i32 = 0;

// Runs of the row above and of this one: run k covers columns cracks[2k] … cracks[2k + 1] − 1 and belongs to regions[k]; ends[i] is the open
// end of the boundary that hangs on crack i.
let aboveCracks: usize = 0;
let aboveEnds: usize = 0;
let aboveRegions: usize = 0;
let aboveCount: i32 = 0;
let belowCracks: usize = 0;
let belowEnds: usize = 0;
let belowRegions: usize = 0;
let belowCount: i32 = 0;
// Bytes of both rows from the pixel before the first on, which is nothing; only where they are needed.
let upper: usize = 0;
let lower: usize = 0;

let freeVertices: usize = 0;
/** Memory that is not yet vertices, and further such pieces, each of which begins with where the next begins and where it ends itself. */
let unusedAt: usize = 0;
let unusedEnd: usize = 0;
let unusedPieces: usize = 0;
let freeRegions: usize = 0;
let freeHistograms: usize = 0;
/** Regions that went up in others, or ended, in this row: the rows' runs may name them until it is over. */
let goneRegions: usize = 0;
let hasUnited: bool = false;
/** What the caller lays down: blocks and segments. */
let input: usize = 0;
let inputBytes: usize = 0;
/** One block of a plain mask, on its way to bits. */
let scratch: usize = 0;
let scratchBytes: usize = 0;
/** Rings of the region that is told of. */
let out: usize = 0;
let outBytes: usize = 0;

/** Memory of `bytes` from a multiple of 16 on. Traps when there is none left. */
export function take(bytes: usize): usize {
  const at = top;
  top += (bytes + 15) & ~15;
  const need = <i32>((<u64>top + 0xffff) >> 16);
  const have = memory.size();
  if (top < at || (need > have && memory.grow(max(need - have, have >> 2)) < 0 && memory.grow(need - have) < 0)) unreachable();
  return at;
}

/** A new chunk cut into free pieces, each of which begins with where the next is. */
function cutChunk(size: usize): usize {
  const from = take(CHUNK_BYTES);
  let free: usize = 0;
  for (let at = from + CHUNK_BYTES; at >= from + size; ) {
    at -= size;
    store<u32>(at, <u32>free);
    free = at;
  }
  return free;
}

/** Memory of `bytes` in place of `old`, which vertices may have. */
function replaced(old: usize, oldBytes: usize, bytes: usize): usize {
  const at = take(bytes);
  if (oldBytes > 0) {
    memory.copy(at, old, oldBytes);
    store<u32>(old, <u32>unusedPieces);
    store<u32>(old, <u32>(old + oldBytes), 4);
    unusedPieces = old;
  }
  return at;
}

/** Room for what the caller lays down, which stays when the room grows. */
export function inputRoom(bytes: usize): usize {
  if (bytes > inputBytes) {
    const larger = max<usize>(CHUNK_BYTES, (bytes + 15) & ~15);
    input = replaced(input, inputBytes, larger);
    inputBytes = larger;
  }
  return input;
}

/** Room for one block of a plain mask. */
export function scratchRoom(bytes: usize): usize {
  if (bytes > scratchBytes) {
    const larger = (bytes + 15) & ~15;
    scratch = replaced(scratch, scratchBytes, larger);
    scratchBytes = larger;
  }
  return scratch;
}

/**
 * A block of bytes as bits at `to`: 1 for ground. Rows are whole words of 64 bits. Nearer to the processor than the bytes of a whole row of
 * blocks would be.
 */
export function packBlock(rowBytes: i32, cols: i32, rows: i32, to: usize): void {
  const bar = i8x16.splat(<i8>least);
  const padded = (cols + 63) & ~63;
  let row = scratch;
  for (let k = 0; k < rows; k++, row += rowBytes) {
    let col = 0;
    for (; col + 16 <= cols; col += 16, to += 2) store<u16>(to, <u16>i8x16.bitmask(i8x16.ge_u(v128.load(row + col), bar)));
    for (; col < padded; col += 16, to += 2) {
      const inside = cols > col ? (1 << (cols - col)) - 1 : 0;
      store<u16>(to, <u16>(i8x16.bitmask(i8x16.ge_u(v128.load(row + col), bar)) & inside));
    }
  }
}

/** Begins: rows of `widthPx` pixels; see TracerOptions. */
export function begin(widthPx: i32, thresholdByte: i32, eight: bool, plain: bool, counts: bool, withLevel: bool, contourLevel: f64, fewest: f64): void {
  top = (__heap_base + 15) & ~15;
  width = widthPx;
  least = thresholdByte;
  joinsDiagonals = eight;
  isPlain = plain;
  counting = counts;
  hasLevel = withLevel;
  level = contourLevel;
  leastPixels = <u64>fewest;
  const cracks = <usize>(widthPx + 2) << 2;
  aboveCracks = take(cracks);
  aboveEnds = take(cracks);
  aboveRegions = take(cracks >> 1);
  belowCracks = take(cracks);
  belowEnds = take(cracks);
  belowRegions = take(cracks >> 1);
  upper = take(widthPx + 34);
  lower = take(widthPx + 34);
}

function vertex(x: i32, y: i32, mark: i32): usize {
  let at = freeVertices;
  if (at != 0) freeVertices = load<u32>(at + NEXT);
  else {
    if (unusedAt == unusedEnd) {
      if (unusedPieces != 0) {
        unusedAt = unusedPieces;
        unusedPieces = load<u32>(unusedAt);
        unusedEnd = load<u32>(unusedAt, 4);
      } else {
        unusedAt = take(CHUNK_BYTES);
        unusedEnd = unusedAt + CHUNK_BYTES;
      }
    }
    at = unusedAt;
    unusedAt += VERTEX_BYTES;
  }
  store<i32>(at + X, x);
  store<i32>(at + Y_MARK, (y << 3) | mark);
  return at;
}

function newRegion(): usize {
  if (freeRegions == 0) freeRegions = cutChunk(REGION_BYTES);
  const at = freeRegions;
  freeRegions = load<u32>(at + PARENT);
  memory.fill(at, 0, REGION_BYTES);
  return at;
}

function newHistogram(): usize {
  if (freeHistograms == 0) freeHistograms = cutChunk(HISTOGRAM_BYTES);
  const at = freeHistograms;
  freeHistograms = load<u32>(at);
  memory.fill(at, 0, HISTOGRAM_BYTES);
  return at;
}

function giveBackHistogram(at: usize): void {
  store<u32>(at, <u32>freeHistograms);
  freeHistograms = at;
}

function letGo(region: usize): void {
  store<u32>(region + RINGS_LAST, <u32>goneRegions);
  goneRegions = region;
}

function rootOf(region: usize): usize {
  let root = region;
  for (let parent = <usize>load<u32>(root + PARENT); parent != 0; parent = load<u32>(root + PARENT)) root = parent;
  for (let step = region; step != root; ) {
    const next = <usize>load<u32>(step + PARENT);
    store<u32>(step + PARENT, <u32>root);
    step = next;
  }
  return root;
}

function united(a: usize, b: usize): usize {
  const first = rootOf(a);
  const second = rootOf(b);
  if (first == second) return first;
  const firstIsLarger = load<u32>(first + RINGS_COUNT) >= load<u32>(second + RINGS_COUNT);
  const kept = firstIsLarger ? first : second;
  const gone = firstIsLarger ? second : first;
  store<u32>(gone + PARENT, <u32>kept);
  store<u64>(kept + PIXELS, load<u64>(kept + PIXELS) + load<u64>(gone + PIXELS));
  store<u64>(kept + SUM, load<u64>(kept + SUM) + load<u64>(gone + SUM));
  const goneCounts = <usize>load<u32>(gone + COUNTS);
  if (goneCounts != 0) {
    const keptCounts = <usize>load<u32>(kept + COUNTS);
    if (keptCounts == 0) store<u32>(kept + COUNTS, <u32>goneCounts);
    else {
      for (let at: usize = 0; at < HISTOGRAM_BYTES; at += 16)
        v128.store(keptCounts + at, i32x4.add(v128.load(keptCounts + at), v128.load(goneCounts + at)));
      giveBackHistogram(goneCounts);
    }
  }
  const rings = load<u32>(gone + RINGS);
  if (rings != 0) {
    if (load<u32>(kept + RINGS) == 0) store<u32>(kept + RINGS, rings);
    else store<u32>(<usize>load<u32>(kept + RINGS_LAST) + RING_NEXT, rings);
    store<u32>(kept + RINGS_LAST, load<u32>(gone + RINGS_LAST));
    store<u32>(kept + RINGS_COUNT, load<u32>(kept + RINGS_COUNT) + load<u32>(gone + RINGS_COUNT));
  }
  letGo(gone);
  hasUnited = true;
  return kept;
}

/** Cracks of this row by its bits, which lie in segments from left to right, `rowInSegments` rows below their tops. */
function findRunsOfBits(segments: usize, segmentCount: i32, rowInSegments: usize): void {
  let write = belowCracks;
  /** All bits alike: whether the pixel before is ground. */
  let before: u64 = 0;
  /** Just right of what has been looked at. */
  let seen: u32 = 0;
  for (let segment = segments, end = segments + <usize>segmentCount * SEGMENT_BYTES; segment < end; segment += SEGMENT_BYTES) {
    let at = <usize>load<u32>(segment);
    const first = load<u32>(segment, 4);
    if (before != 0 && first > seen) {
      store<u32>(write, seen);
      write += 4;
      before = 0;
    }
    const cols = load<u32>(segment, 8);
    at += rowInSegments * load<u32>(segment, 12);
    for (let col: u32 = 0; col < cols; col += 64, at += 8) {
      const ground = load<u64>(at);
      // Most of a row is like the pixel before.
      if (ground == before) continue;
      let changes = ground ^ ((ground << 1) | (before & 1));
      const left = cols - col;
      if (left >= 64) before = 0 - (ground >> 63);
      else {
        changes &= ((<u64>1) << left) - 1;
        before = 0 - ((ground >> (left - 1)) & 1);
      }
      while (changes != 0) {
        store<u32>(write, first + col + <u32>ctz(changes));
        write += 4;
        changes &= changes - 1;
      }
    }
    seen = first + cols;
  }
  if (before != 0) {
    store<u32>(write, seen);
    write += 4;
  }
  belowCount = <i32>((write - belowCracks) >> 2);
}

/** Cracks of this row by its bytes. */
function findRuns(): void {
  const bar = i8x16.splat(<i8>least);
  const row = lower + 1;
  let write = belowCracks;
  let before: u32 = 0;
  for (let col: i32 = 0; col < width; col += 16) {
    let ground: u32 = i8x16.bitmask(i8x16.ge_u(v128.load(row + col), bar));
    if (ground == (before & 0xffff) && col + 16 <= width) continue;
    const inside: u32 = col + 16 <= width ? 0xffff : (1 << (width - col)) - 1;
    ground &= inside;
    let changes = (ground ^ ((ground << 1) | (before & 1))) & inside;
    before = 0 - ((ground >> (31 - clz(inside))) & 1);
    while (changes != 0) {
      store<u32>(write, <u32>col + ctz(changes));
      write += 4;
      changes &= changes - 1;
    }
  }
  if (before != 0) {
    store<u32>(write, width);
    write += 4;
  }
  belowCount = <i32>((write - belowCracks) >> 2);
}

function sumOf(from: usize, to: usize): u64 {
  let sum: u64 = 0;
  for (let at = from; at < to; at++) sum += load<u8>(at);
  return sum;
}

function countBytes(histogram: usize, from: usize, to: usize): void {
  let at = from;
  while (at < to) {
    const value = load<u8>(at);
    const bin = histogram + (<usize>value << 2);
    // Ground often goes on and on with the same byte.
    if (at + 16 <= to && i8x16.all_true(i8x16.eq(v128.load(at), i8x16.splat(value)))) {
      store<u32>(bin, load<u32>(bin) + 16);
      at += 16;
    } else {
      store<u32>(bin, load<u32>(bin) + 1);
      at++;
    }
  }
}

/** Puts each run of this row in the region of the runs above that it touches. */
function connectRuns(): void {
  // A run above touches one below when they share a column, or, 8-connected, a corner.
  const reach: i32 = joinsDiagonals ? 1 : 0;
  let over: i32 = 0;
  for (let i: i32 = 0; i < belowCount; i += 2) {
    const start = load<i32>(belowCracks + (<usize>i << 2));
    const stop = load<i32>(belowCracks + (<usize>i << 2), 4);
    while (over < aboveCount && load<i32>(aboveCracks + (<usize>over << 2), 4) + reach <= start) over += 2;
    let region: usize = 0;
    for (let k = over; k < aboveCount && load<i32>(aboveCracks + (<usize>k << 2)) < stop + reach; k += 2) {
      const touched = <usize>load<u32>(aboveRegions + (<usize>k << 1));
      region = region != 0 ? united(region, touched) : rootOf(touched);
    }
    if (region == 0) region = newRegion();
    store<u64>(region + PIXELS, load<u64>(region + PIXELS) + <u64>(stop - start));
    store<i32>(region + LAST_ROW, row);
    if (counting) {
      let histogram = <usize>load<u32>(region + COUNTS);
      if (histogram == 0) {
        histogram = newHistogram();
        store<u32>(region + COUNTS, <u32>histogram);
      }
      countBytes(histogram, lower + 1 + start, lower + 1 + stop);
    } else if (!isPlain) store<u64>(region + SUM, load<u64>(region + SUM) + sumOf(lower + 1 + start, lower + 1 + stop));
    store<u32>(belowRegions + (<usize>i << 1), <u32>region);
  }
}

function begun(x: i32, y: i32, mark: i32): usize {
  const at = vertex(x, y, mark);
  store<u32>(at + MATE, <u32>at);
  return at;
}

function append(last: usize, x: i32, y: i32, mark: i32): usize {
  const at = vertex(x, y, mark);
  const first = <usize>load<u32>(last + MATE);
  store<u32>(last + NEXT, <u32>at);
  store<u32>(at + MATE, <u32>first);
  store<u32>(first + MATE, <u32>at);
  return at;
}

function prepend(first: usize, x: i32, y: i32, mark: i32): usize {
  const at = vertex(x, y, mark);
  const last = <usize>load<u32>(first + MATE);
  store<u32>(at + NEXT, <u32>first);
  store<u32>(at + MATE, <u32>last);
  store<u32>(last + MATE, <u32>at);
  return at;
}

// @ts-ignore: decorator
@inline
function extend(end: usize, isLast: bool, x: i32, y: i32, mark: i32): usize {
  return isLast ? append(end, x, y, mark) : prepend(end, x, y, mark);
}

/** Joins the boundary that arrives at a corner with the one that leaves it, by one more vertex; a ring goes to the region of `crack` above. */
function close(arriving: usize, leaving: usize, x: i32, y: i32, crack: i32, mark: i32): void {
  const at = vertex(x, y, mark);
  const start = <usize>load<u32>(arriving + MATE);
  const end = <usize>load<u32>(leaving + MATE);
  store<u32>(arriving + NEXT, <u32>at);
  store<u32>(at + NEXT, <u32>leaving);
  if (start != leaving) {
    store<u32>(start + MATE, <u32>end);
    store<u32>(end + MATE, <u32>start);
    return;
  }
  let count: u32 = 1;
  let mayRepeat: u32 = 0;
  // The ring begins at its first vertex in reading order.
  let first = leaving;
  let last = at;
  let firstX = load<i32>(first + X);
  let firstY = load<i32>(first + Y_MARK) >> 3;
  for (let step = leaving, before = at; ; before = step, step = load<u32>(step + NEXT)) {
    const stepX = load<i32>(step + X);
    const yMark = load<i32>(step + Y_MARK);
    const kind = yMark & 7;
    if (kind == SADDLE || kind == GUARD_SADDLE) mayRepeat = 1;
    if (yMark >> 3 < firstY || (yMark >> 3 == firstY && stepX < firstX)) {
      first = step;
      last = before;
      firstX = stepX;
      firstY = yMark >> 3;
    }
    if (step == at) break;
    count++;
  }
  const ring = vertex(0, 0, 0);
  store<u32>(ring + RING_FIRST, <u32>first);
  store<u32>(ring + RING_COUNT, (count << 1) | mayRepeat);
  store<u32>(ring + RING_NEXT, 0);
  store<u32>(ring + RING_LAST, <u32>last);
  const region = rootOf(load<u32>(aboveRegions + (<usize>(crack >> 1) << 2)));
  if (load<u32>(region + RINGS) == 0) store<u32>(region + RINGS, <u32>ring);
  else store<u32>(<usize>load<u32>(region + RINGS_LAST) + RING_NEXT, <u32>ring);
  store<u32>(region + RINGS_LAST, <u32>ring);
  store<u32>(region + RINGS_COUNT, load<u32>(region + RINGS_COUNT) + 1);
}

/** See crossingOffset in subpixel.ts. */
function crossingOffset(ground: i32, neighbour: i32): i32 {
  if (neighbour == 0) return 0;
  const share = (<f64>ground - level) / <f64>(ground - neighbour);
  const units = <i32>Math.round(share * <f64>UNITS);
  return min(UNITS - LEAST_FROM_CENTRE, max(LEAST_FROM_CENTRE, units)) - UNITS / 2;
}

/** Whether a sub-pixel contour must pass through the corner itself, so that it does not cut across a pixel without data. */
function guardMark(col: i32, northWest: bool, northEast: bool, southWest: bool, southEast: bool): i32 {
  // Round a single pixel of ground, and round each of two that stay apart, the contour keeps to the ground's own side.
  if (<i32>northWest + <i32>northEast + <i32>southWest + <i32>southEast < 2) return CORNER;
  if (northWest == southEast && northEast == southWest && northWest != northEast && !joinsDiagonals) return CORNER;
  const isEmpty =
    (!northWest && load<u8>(upper + col) == 0) ||
    (!northEast && load<u8>(upper + col, 1) == 0) ||
    (!southWest && load<u8>(lower + col) == 0) ||
    (!southEast && load<u8>(lower + col, 1) == 0);
  return isEmpty ? GUARD : CORNER;
}

/** Contour points on the horizontal cracks from one corner to the next, on the line above this row. */
function crossRow(along: usize, fromCol: i32, toCol: i32, groundAbove: bool): usize {
  let end = along;
  const y = row * UNITS;
  const beyond = groundAbove ? lower : upper;
  for (let col = fromCol; col < toCol; col++) {
    const above = <i32>load<u8>(upper + col, 1);
    const below = <i32>load<u8>(lower + col, 1);
    if (col > fromCol && (load<u8>(beyond + col) == 0) != (load<u8>(beyond + col, 1) == 0)) end = extend(end, groundAbove, col * UNITS, y, GUARD);
    const shift = groundAbove ? crossingOffset(above, below) : -crossingOffset(below, above);
    end = extend(end, groundAbove, col * UNITS + UNITS / 2, y + shift, CROSSING);
  }
  return end;
}

/** Contour points on the vertical cracks of this row. */
function crossColumns(): void {
  const y = row * UNITS + UNITS / 2;
  for (let j: i32 = 0; j < belowCount; j++) {
    const col = load<i32>(belowCracks + (<usize>j << 2));
    const left = <i32>load<u8>(lower + col);
    const right = <i32>load<u8>(lower + col, 1);
    const isLeftEdge = (j & 1) == 0;
    const shift = isLeftEdge ? -crossingOffset(right, left) : crossingOffset(left, right);
    const end = belowEnds + (<usize>j << 2);
    store<u32>(end, <u32>extend(load<u32>(end), isLeftEdge, col * UNITS + shift, y, CROSSING));
  }
}

/** Walks the line of corners between the row above and this one and joins the cracks that meet there. */
// @ts-ignore: decorator
@inline
function joinBoundaries(contour: bool): void {
  const far = width + 1;
  let i: i32 = 0;
  let j: i32 = 0;
  /** End of the boundary that comes along the line from the left, and where it stands. */
  let along: usize = 0;
  let alongFrom: i32 = 0;
  const y = contour ? row * UNITS : row;
  let aboveCol = aboveCount > 0 ? load<i32>(aboveCracks) : far;
  let belowCol = belowCount > 0 ? load<i32>(belowCracks) : far;
  while (i < aboveCount || j < belowCount) {
    const col = min(aboveCol, belowCol);
    const hasAbove = aboveCol == col;
    const hasBelow = belowCol == col;
    const northWest = (i & 1) == 1;
    const southWest = (j & 1) == 1;
    const northEast = northWest != hasAbove;
    const southEast = southWest != hasBelow;
    const hasLeft = northWest != southWest;
    const aboveEnd = hasAbove ? <usize>load<u32>(aboveEnds + (<usize>i << 2)) : 0;
    const x = contour ? col * UNITS : col;
    let mark = CORNER;
    if (contour) {
      if (hasLeft) along = crossRow(along, alongFrom, col, northWest);
      mark = guardMark(col, northWest, northEast, southWest, southEast);
    }
    let belowEnd: usize = 0;
    if (hasAbove && hasBelow) {
      if (!hasLeft) {
        belowEnd = mark == CORNER ? aboveEnd : extend(aboveEnd, (j & 1) == 0, x, y, mark);
      } else {
        const saddle = mark == GUARD ? GUARD_SADDLE : SADDLE;
        if (northWest != joinsDiagonals) {
          if (northWest) close(along, aboveEnd, x, y, i, saddle);
          else close(aboveEnd, along, x, y, i, saddle);
          along = begun(x, y, saddle);
          belowEnd = along;
        } else if (northWest) {
          belowEnd = append(along, x, y, saddle);
          along = prepend(aboveEnd, x, y, saddle);
        } else {
          belowEnd = prepend(along, x, y, saddle);
          along = append(aboveEnd, x, y, saddle);
        }
      }
    } else if (hasAbove) {
      if (hasLeft) {
        if (northWest) close(along, aboveEnd, x, y, i, mark);
        else close(aboveEnd, along, x, y, i, mark);
      } else along = extend(aboveEnd, northEast, x, y, mark);
    } else if (hasLeft) {
      belowEnd = extend(along, northWest, x, y, mark);
    } else {
      along = begun(x, y, mark);
      belowEnd = along;
    }
    alongFrom = col;
    if (hasAbove) {
      i++;
      aboveCol = i < aboveCount ? load<i32>(aboveCracks + (<usize>i << 2)) : far;
    }
    if (hasBelow) {
      store<u32>(belowEnds + (<usize>j << 2), <u32>belowEnd);
      j++;
      belowCol = j < belowCount ? load<i32>(belowCracks + (<usize>j << 2)) : far;
    }
  }
  if (contour) crossColumns();
}

/** The smallest byte that at least a tenth of the counted do not exceed; the sum of all goes to the region. */
function tenthPercentile(region: usize): i32 {
  const histogram = <usize>load<u32>(region + COUNTS);
  const pixels = load<u64>(region + PIXELS);
  let seen: u64 = 0;
  let sum: u64 = 0;
  let found: i32 = -1;
  for (let value: i32 = 0; value < 256; value++) {
    const times = <u64>load<u32>(histogram + (<usize>value << 2));
    seen += times;
    sum += times * value;
    if (found < 0 && <f64>seen >= 0.1 * <f64>pixels) found = value;
  }
  store<u64>(region + SUM, sum);
  giveBackHistogram(histogram);
  return found < 0 ? 255 : found;
}

/** What a ring took may be used again. */
function freeRing(ring: usize): void {
  const first = load<u32>(ring + RING_FIRST);
  store<u32>(<usize>load<u32>(ring + RING_LAST) + NEXT, <u32>ring);
  store<u32>(ring + NEXT, <u32>freeVertices);
  freeVertices = first;
}

function dropRegion(region: usize): void {
  for (let ring = <usize>load<u32>(region + RINGS); ring != 0; ) {
    const next = <usize>load<u32>(ring + RING_NEXT);
    freeRing(ring);
    ring = next;
  }
  if (counting) giveBackHistogram(load<u32>(region + COUNTS));
}

/** Lays the region's rings down one after the other and tells of it. */
function emitRegion(region: usize): void {
  let bytes: usize = 0;
  for (let ring = <usize>load<u32>(region + RINGS); ring != 0; ring = load<u32>(ring + RING_NEXT)) {
    const count = <usize>(load<u32>(ring + RING_COUNT) >> 1);
    bytes += 8 + 8 * count + ((count + 3) & ~3);
  }
  if (bytes > outBytes) {
    const larger = max<usize>(CHUNK_BYTES, (bytes + (bytes >> 1) + 15) & ~15);
    out = replaced(out, outBytes, larger);
    outBytes = larger;
  }
  let write = out;
  let ringCount: i32 = 0;
  for (let ring = <usize>load<u32>(region + RINGS); ring != 0; ) {
    const count = load<u32>(ring + RING_COUNT) >> 1;
    store<u32>(write, count);
    store<u32>(write, load<u32>(ring + RING_COUNT) & 1, 4);
    write += 8;
    let marks = write + (<usize>count << 3);
    let at = <usize>load<u32>(ring + RING_FIRST);
    for (let k: u32 = 0; k < count; k++) {
      const yMark = load<i32>(at + Y_MARK);
      store<i32>(write, load<i32>(at + X));
      store<i32>(write, yMark >> 3, 4);
      store<u8>(marks++, <u8>(yMark & 7));
      write += 8;
      at = load<u32>(at + NEXT);
    }
    write = (marks + 3) & ~3;
    ringCount++;
    const next = <usize>load<u32>(ring + RING_NEXT);
    freeRing(ring);
    ring = next;
  }
  const tenth = counting ? tenthPercentile(region) : 0;
  emit(<f64>load<u64>(region + PIXELS), <f64>load<u64>(region + SUM), tenth, ringCount, out);
}

function emitEnded(): void {
  for (let k: i32 = 0; k < aboveCount; k += 2) {
    const region = rootOf(load<u32>(aboveRegions + (<usize>k << 1)));
    if (load<i32>(region + LAST_ROW) == row || load<u32>(region + EMITTED) != 0) continue;
    store<u32>(region + EMITTED, 1);
    if (load<u64>(region + PIXELS) < leastPixels) dropRegion(region);
    else emitRegion(region);
    letGo(region);
  }
}

function endRow(): void {
  if (hasUnited) {
    for (let k: i32 = 0; k < belowCount; k += 2) {
      const at = belowRegions + (<usize>k << 1);
      store<u32>(at, <u32>rootOf(load<u32>(at)));
    }
    hasUnited = false;
  }
  while (goneRegions != 0) {
    const next = load<u32>(goneRegions + RINGS_LAST);
    store<u32>(goneRegions + PARENT, <u32>freeRegions);
    freeRegions = goneRegions;
    goneRegions = next;
  }
  let swapped = aboveCracks;
  aboveCracks = belowCracks;
  belowCracks = swapped;
  swapped = aboveEnds;
  aboveEnds = belowEnds;
  belowEnds = swapped;
  swapped = aboveRegions;
  aboveRegions = belowRegions;
  belowRegions = swapped;
  swapped = upper;
  upper = lower;
  lower = swapped;
  aboveCount = belowCount;
  row++;
}

/** The next rows, which lie in `segments` from left to right; between segments there is nothing. */
export function traceRows(segments: usize, segmentCount: i32, rows: i32): void {
  for (let k: i32 = 0; k < rows; k++) {
    if (!isPlain) {
      let seen: usize = 0;
      for (let segment = segments, end = segments + <usize>segmentCount * SEGMENT_BYTES; segment < end; segment += SEGMENT_BYTES) {
        const at = <usize>load<u32>(segment);
        const first = <usize>load<u32>(segment, 4);
        if (first > seen) memory.fill(lower + 1 + seen, 0, first - seen);
        const cols = <usize>load<u32>(segment, 8);
        memory.copy(lower + 1 + first, at + <usize>k * load<u32>(segment, 12), cols);
        seen = first + cols;
      }
      if (seen < <usize>width) memory.fill(lower + 1 + seen, 0, <usize>width - seen);
      findRuns();
    } else findRunsOfBits(segments, segmentCount, k);
    connectRuns();
    if (aboveCount > 0 || belowCount > 0) {
      if (hasLevel) joinBoundaries(true);
      else joinBoundaries(false);
    }
    if (aboveCount > 0) emitEnded();
    endRow();
  }
}
