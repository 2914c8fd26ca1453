import { dilate } from "@reefline/chips/coarseMap";

export interface ConflictWindow {
  readonly columns: number;
  readonly rows: number;
  /** Probability: 0 none, else p = (v − 1) / 254. */
  readonly values: Uint8Array;
  /** 1 inside a label. */
  readonly reef: Uint8Array;
  /** 1 where labels say what is there. */
  readonly counts: Uint8Array;
}

/** From which byte on reef is sure, and up to which byte it is sure that there is none. */
export interface Confidence {
  readonly reefFrom: number;
  readonly emptyUpTo: number;
  /** Ground this near to a label's outline says nothing: outlines are never drawn twice the same. In pixels. */
  readonly outlinePx: number;
}

/**
 * Pixels where labels and a prediction surely disagree; 0 elsewhere. `unlabelled` holds the byte that was predicted, `doubtful` (labelled,
 * but surely empty) 256 minus that byte.
 */
export function labelConflict({ columns, rows, values, reef, counts }: ConflictWindow, { reefFrom, emptyUpTo, outlinePx }: Confidence) {
  const nearReef = dilate(reef, columns, rows, outlinePx);
  const nearEmpty = dilate(
    reef.map((value) => 1 - value),
    columns,
    rows,
    outlinePx,
  );
  const unlabelled = new Uint8Array(values.length);
  const doubtful = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    if (value === 0 || counts[i] !== 1) continue;
    if (value >= reefFrom && nearReef[i] === 0) unlabelled[i] = value;
    else if (value <= emptyUpTo && nearEmpty[i] === 0) doubtful[i] = 256 - value;
  }
  return { unlabelled, doubtful };
}
