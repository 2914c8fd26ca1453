import { bytesPerSample } from "../decode/newSamples.ts";
import { type BandCount, joinCounts } from "../statistics/bandStatistics.ts";
import { type BandMemory, bandViews, CARRIED_ROWS, type CogWork, type LevelMemory } from "./cogTasks.ts";
import type { CogTaskPool } from "./cogThreads.ts";
import type { EncodedTile } from "./cogTile.ts";
import type { CogParts } from "./cogWriterParts.ts";
import { type LevelSize, rowsBelow } from "./overviewPyramid.ts";
import type { RowBlock, RowsToRead } from "./rowBlock.ts";

/** Memory for the bands of all levels; the first level has two while they fit. */
const DOUBLE_BAND_BYTES = 96 * 2 ** 20;
const BAND_BYTES = 250 * 2 ** 20;
/** Compressed bytes written at once. */
const WRITE_BYTES = 4 * 2 ** 20;

/** A COG's tile size: 512 px, smaller where a band of such tiles across the whole image would not fit in memory. */
export function tilePxFor(widthPx: number, bytesPerPixel: number): number {
  let tilePx = 512;
  while (tilePx > 64 && tilePx * widthPx * (bytesPerPixel + 1) > BAND_BYTES) tilePx /= 2;
  return tilePx;
}

/** Validators take a level exactly one tile wide for a striped one: there two tiles go across. */
function levelTilePx({ widthPx, heightPx }: LevelSize, tilePx: number): number {
  return widthPx === tilePx && heightPx > tilePx ? tilePx / 2 : tilePx;
}

export function layOutLevels(sizes: readonly LevelSize[], tilePx: number, format: CogWork["format"]): LevelMemory[] {
  return sizes.map((size, level) => {
    const own = levelTilePx(size, tilePx);
    const pixels = size.widthPx * (Math.min(own, size.heightPx) + CARRIED_ROWS);
    const bytes = pixels * format.bandCount * bytesPerSample[format.sampleType];
    const band = (): BandMemory => ({ data: new SharedArrayBuffer(bytes), valid: new SharedArrayBuffer(pixels) });
    const isDouble = level === 0 && size.heightPx > own && bytes + pixels <= DOUBLE_BAND_BYTES;
    return { size, tilePx: own, bands: isDouble ? [band(), band()] : [band()] };
  });
}

interface Level {
  readonly layout: LevelMemory;
  readonly views: ReturnType<typeof bandViews>;
  /** Tiles of each memory that are still encoded or written. */
  readonly busy: Promise<void>[];
  /** The newest band's tiles: the next one's are written after them. */
  written: Promise<void>;
  memory: number;
  rowOff: number;
  rowsInBand: number;
  allValid: boolean;
}

export interface CogLevels {
  /** Copies a block of rows, or of part of their columns, into the first level; a band that is full goes on its way. */
  push(block: RowBlock): Promise<void>;
  /** The same for whole rows that are read into the first level. */
  read(rows: RowsToRead): Promise<void>;
  /** Waits until every tile cut so far is written. */
  settle(): Promise<void>;
  /** What fills no tile yet, as bytes. Only when settled and at a band's end. */
  state(): Uint8Array[];
  /** Goes on from a state after `rowsDone` rows, which must end a band. */
  restore(rowsDone: number, state: Buffer): void;
  /** What was counted per data band, if asked for. */
  counts: (BandCount | null)[];
  /** Rows of the first level that have gone through as whole bands. */
  readonly rowsDone: number;
}

/** Bands of all levels on their way from rows to written tiles. */
export function cogLevels(work: CogWork, pool: CogTaskPool, parts: CogParts, withStatistics: boolean): CogLevels {
  const { bandCount, sampleType } = work.format;
  const levels: Level[] = work.levels.map((layout) => ({
    layout,
    views: bandViews(layout, sampleType),
    busy: layout.bands.map(() => Promise.resolve()),
    written: Promise.resolve(),
    memory: 0,
    rowOff: 0,
    rowsInBand: 0,
    allValid: true,
  }));
  const [first] = levels;
  if (first === undefined) throw new RangeError("an image has at least one level");
  const viewOf = (level: Level) => {
    const view = level.views[level.memory];
    if (view === undefined) throw new RangeError("a level has at least one memory");
    return view;
  };
  const placeOf = (level: Level) => ({ level: levels.indexOf(level), memory: level.memory, rowOff: level.rowOff });
  const counts = new Array<BandCount | null>(bandCount).fill(null);

  /** Starts a band's tiles; resolves when they are written, in order. */
  async function encodeBand(level: Level, before: Promise<void>): Promise<void> {
    const { tilePx, size } = level.layout;
    const band = placeOf(level);
    const shared = { band, heightPx: level.rowsInBand, allValid: level.allValid, withStatistics: withStatistics && level === first };
    const tasks: Promise<EncodedTile>[] = [];
    for (let colOff = 0; colOff < size.widthPx; colOff += tilePx) {
      const tile = pool.run({ kind: "tile", colOff, ...shared }).then((result) => {
        if (result.kind !== "tile") throw new RangeError("a tile was asked for");
        return result.tile;
      });
      // Met below, in order; until then a rejection must not count as unhandled.
      tile.catch(() => undefined);
      tasks.push(tile);
    }
    await before;
    let waiting: EncodedTile[] = [];
    let bytes = 0;
    for (const [i, task] of tasks.entries()) {
      const tile = await task;
      waiting.push(tile);
      bytes += tile.image.length;
      tile.counts?.forEach((count, b) => {
        counts[b] = joinCounts(counts[b] ?? null, count);
      });
      if (bytes < WRITE_BYTES && i < tasks.length - 1) continue;
      await parts.append(band.level, waiting);
      waiting = [];
      bytes = 0;
    }
  }

  async function halveBand(level: Level, next: Level): Promise<void> {
    await next.busy[next.memory];
    const rowsBefore = next.rowOff + next.rowsInBand;
    const rowEnd = rowsBelow(level.rowOff + level.rowsInBand, level.layout.size, next.layout.size);
    const { widthPx } = next.layout.size;
    const step = Math.max(256, Math.ceil(widthPx / 16));
    const tasks: Promise<boolean>[] = [];
    for (let colOff = 0; colOff < widthPx && rowEnd > rowsBefore; colOff += step) {
      const colEnd = Math.min(widthPx, colOff + step);
      const task = pool.run({ kind: "halve", from: placeOf(level), to: placeOf(next), colOff, colEnd, rowOff: rowsBefore, rowEnd });
      tasks.push(task.then((result) => result.kind === "halve" && result.allValid));
    }
    const allValid = await Promise.all(tasks);
    next.allValid &&= allValid.every(Boolean);
    next.rowsInBand = rowEnd - next.rowOff;
  }

  /** A level's band is full (or its image ends): its tiles are started, the next level's rows made, and its memory readied for the next. */
  async function finishBand(level: Level): Promise<void> {
    const next = levels[levels.indexOf(level) + 1];
    const isLast = level.rowOff + level.rowsInBand >= level.layout.size.heightPx;
    const done = encodeBand(level, level.written);
    done.catch(() => undefined);
    level.written = done;
    level.busy[level.memory] = done;
    if (next !== undefined) {
      await halveBand(level, next);
      if (next.rowsInBand === next.layout.tilePx || next.rowOff + next.rowsInBand >= next.layout.size.heightPx) await finishBand(next);
    }
    if (isLast) {
      level.rowOff += level.rowsInBand;
      level.rowsInBand = 0;
      return;
    }
    const from = viewOf(level);
    const lastRow = CARRIED_ROWS + level.rowsInBand - 1;
    level.memory = (level.memory + 1) % level.layout.bands.length;
    await level.busy[level.memory];
    const to = viewOf(level);
    const { widthPx } = level.layout.size;
    to.data.set(from.data.subarray(lastRow * widthPx * bandCount, (lastRow + 1) * widthPx * bandCount), 0);
    to.valid.set(from.valid.subarray(lastRow * widthPx, (lastRow + 1) * widthPx), 0);
    level.rowOff += level.rowsInBand;
    level.rowsInBand = 0;
    level.allValid = true;
  }

  const rowsAdded = async (rowsInBand: number): Promise<void> => {
    first.rowsInBand = rowsInBand;
    if (rowsInBand === first.layout.tilePx || first.rowOff + rowsInBand >= first.layout.size.heightPx) await finishBand(first);
  };

  return {
    counts,
    get rowsDone() {
      return first.rowOff;
    },
    async push(block) {
      const { array, colOff = 0 } = block;
      const { widthPx } = first.layout.size;
      const isPartOfWidth = array.widthPx < widthPx;
      if (isPartOfWidth && block.rowOff + block.heightPx > Math.min(first.layout.size.heightPx, first.rowOff + first.layout.tilePx)) {
        throw new RangeError(
          `${block.heightPx} rows of part of the width at row ${block.rowOff} reach beyond a band of ${first.layout.tilePx}`,
        );
      }
      for (let row = 0; row < block.heightPx; ) {
        const inBand = block.rowOff + row - first.rowOff;
        const rows = Math.min(block.heightPx - row, first.layout.tilePx - inBand);
        const { data, valid } = viewOf(first);
        for (let i = 0; i < rows; i++) {
          const from = (row + i) * array.widthPx;
          const to = (CARRIED_ROWS + inBand + i) * widthPx + colOff;
          data.set(array.data.subarray(from * bandCount, (from + array.widthPx) * bandCount), to * bandCount);
          valid.set(array.valid.subarray(from, from + array.widthPx), to);
        }
        if (first.allValid) {
          first.allValid = array.valid.subarray(row * array.widthPx, (row + rows) * array.widthPx).indexOf(0) === -1;
        }
        row += rows;
        if (colOff + array.widthPx < widthPx) continue;
        await rowsAdded(inBand + rows);
      }
    },
    async read({ rowOff, heightPx, fill }) {
      const { widthPx } = first.layout.size;
      for (let row = rowOff; row < rowOff + heightPx; ) {
        const inBand = row - first.rowOff;
        const rows = Math.min(rowOff + heightPx - row, first.layout.tilePx - inBand);
        const start = (CARRIED_ROWS + inBand) * widthPx;
        const { data, valid } = viewOf(first);
        const into = {
          data: data.subarray(start * bandCount, (start + rows * widthPx) * bandCount),
          valid: valid.subarray(start, start + rows * widthPx),
        };
        await fill({ rowOff: row, heightPx: rows }, into);
        if (first.allValid) first.allValid = into.valid.indexOf(0) === -1;
        row += rows;
        await rowsAdded(inBand + rows);
      }
    },
    async settle() {
      for (const level of levels) await Promise.all(level.busy);
    },
    state() {
      return levels.flatMap((level) => {
        const { data, valid } = viewOf(level);
        const pixels = (CARRIED_ROWS + level.rowsInBand) * level.layout.size.widthPx;
        const bytes = pixels * bandCount * data.BYTES_PER_ELEMENT;
        return [new Uint8Array(data.buffer, 0, bytes), new Uint8Array(valid.buffer, 0, pixels)];
      });
    },
    restore(rowsDone, state) {
      let at = 0;
      let rows = rowsDone;
      levels.forEach((level, i) => {
        const { size, tilePx } = level.layout;
        const above = levels[i - 1];
        if (above !== undefined) rows = rowsBelow(above.rowOff, above.layout.size, size);
        const isEnd = rows >= size.heightPx;
        level.rowOff = isEnd ? size.heightPx : Math.floor(rows / tilePx) * tilePx;
        level.rowsInBand = rows - level.rowOff;
        const { data, valid } = viewOf(level);
        const pixels = (CARRIED_ROWS + level.rowsInBand) * size.widthPx;
        const bytes = pixels * bandCount * data.BYTES_PER_ELEMENT;
        new Uint8Array(data.buffer, 0, bytes).set(state.subarray(at, at + bytes));
        valid.set(state.subarray(at + bytes, at + bytes + pixels));
        at += bytes + pixels;
        level.allValid = valid.subarray(CARRIED_ROWS * size.widthPx, pixels).indexOf(0) === -1;
      });
      if (at !== state.length) throw new RangeError(`a state of ${state.length} bytes where ${at} were due`);
    },
  };
}
