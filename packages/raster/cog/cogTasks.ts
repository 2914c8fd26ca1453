import type { Samples } from "../array.ts";
import { newSamples } from "../decode/newSamples.ts";
import { type EncodedTile, type TileFormat, tileEncoder } from "./cogTile.ts";
import { halveRows, type LevelSize, type OverviewResampling } from "./overviewPyramid.ts";

/**
 * Rows of one level in memory: the last row of the band before (an odd size's average reaches back to it), then a band of tile height.
 * The memory is shared by all threads.
 */
export interface BandMemory {
  readonly data: SharedArrayBuffer;
  readonly valid: SharedArrayBuffer;
}

/** Rows before a band in its memory. */
export const CARRIED_ROWS = 1;

export interface LevelMemory {
  readonly size: LevelSize;
  readonly tilePx: number;
  /** Two where rows of the next band come while tiles of this one are still encoded, else one. */
  readonly bands: readonly BandMemory[];
}

export interface CogWork {
  readonly format: TileFormat;
  readonly levels: readonly LevelMemory[];
  readonly nodata: number | null;
  readonly resampling: OverviewResampling;
}

/** Where a band of a level is: its first row, and which of the level's memories holds it. */
export interface BandPlace {
  readonly level: number;
  readonly memory: number;
  readonly rowOff: number;
}

/** Encode one tile of a band. */
export interface TileTask {
  readonly kind: "tile";
  readonly band: BandPlace;
  readonly colOff: number;
  readonly heightPx: number;
  readonly allValid: boolean;
  readonly withStatistics: boolean;
}

/** Make columns of the next level's rows from a band. */
export interface HalvingTask {
  readonly kind: "halve";
  readonly from: BandPlace;
  readonly to: BandPlace;
  readonly colOff: number;
  readonly colEnd: number;
  readonly rowOff: number;
  readonly rowEnd: number;
}

export type CogTask = TileTask | HalvingTask;
export type CogTaskResult = { readonly kind: "tile"; readonly tile: EncodedTile } | { readonly kind: "halve"; readonly allValid: boolean };

interface BandView {
  readonly data: Samples;
  readonly valid: Uint8Array;
}

/** Typed views of a level's memories. */
export function bandViews({ bands }: LevelMemory, sampleType: TileFormat["sampleType"]): BandView[] {
  const maker = newSamples(sampleType, 0).constructor as new (buffer: SharedArrayBuffer) => Samples;
  return bands.map(({ data, valid }) => ({ data: new maker(data), valid: new Uint8Array(valid) }));
}

/** Does tasks one at a time on the shared memory; the same function in a thread and without one. */
export function cogTaskRunner(work: CogWork): (task: CogTask) => Promise<CogTaskResult> {
  const { format, levels, nodata, resampling } = work;
  const encode = tileEncoder(format);
  const views = levels.map((level) => bandViews(level, format.sampleType));
  const find = ({ level, memory }: BandPlace) => {
    const view = views[level]?.[memory];
    const layout = levels[level];
    if (view === undefined || layout === undefined) throw new RangeError(`level ${level} has no memory ${memory}`);
    return { ...view, ...layout };
  };

  return async (task) => {
    if (task.kind === "tile") {
      const { data, valid, size, tilePx } = find(task.band);
      const { colOff, heightPx, allValid, withStatistics } = task;
      const cut = { data, valid, tilePx, levelWidthPx: size.widthPx, colOff, bufferRow: CARRIED_ROWS, heightPx, allValid, withStatistics };
      return { kind: "tile", tile: await encode(cut) };
    }
    const from = find(task.from);
    const to = find(task.to);
    const { bandCount, sampleType } = format;
    const halving = { source: from.size, target: to.size, bandCount, sampleType, nodata, resampling };
    const allValid = halveRows(
      halving,
      task,
      { ...from, firstRow: task.from.rowOff - CARRIED_ROWS },
      { ...to, firstRow: task.to.rowOff - CARRIED_ROWS },
    );
    return { kind: "halve", allValid };
  };
}
