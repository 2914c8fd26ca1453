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
  /** Where classes of reef are told apart: what labels say, and what is predicted to be the likeliest; counted from 1, 0 none. */
  readonly classes?: { readonly labelled: Uint8Array; readonly told: Uint8Array } | undefined;
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
 * but surely empty) 256 minus that byte, `otherClass` (surely reef, as labelled, and likeliest of another class) the byte.
 */
export function labelConflict(
  { columns, rows, values, reef, counts, classes }: ConflictWindow,
  { reefFrom, emptyUpTo, outlinePx }: Confidence,
) {
  const nearReef = dilate(reef, columns, rows, outlinePx);
  const nearEmpty = dilate(
    reef.map((value) => 1 - value),
    columns,
    rows,
    outlinePx,
  );
  const unlabelled = new Uint8Array(values.length);
  const doubtful = new Uint8Array(values.length);
  const otherClass = new Uint8Array(values.length);
  const nearBorder = classes && dilate(classBorder(classes.labelled, columns), columns, rows, outlinePx - 1);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    if (value === 0 || counts[i] !== 1) continue;
    if (value >= reefFrom && nearReef[i] === 0) unlabelled[i] = value;
    else if (value <= emptyUpTo && nearEmpty[i] === 0) doubtful[i] = 256 - value;
    else if (classes && value >= reefFrom && nearBorder?.[i] === 0) {
      const [labelled = 0, told = 0] = [classes.labelled[i], classes.told[i]];
      if (labelled > 0 && told > 0 && labelled !== told) otherClass[i] = value;
    }
  }
  return { unlabelled, doubtful, otherClass };
}

/** 1 for pixels beside one that is labelled otherwise. */
function classBorder(labelled: Uint8Array, columns: number): Uint8Array {
  const border = new Uint8Array(labelled.length);
  for (let i = 0; i < labelled.length; i++) {
    const right = (i + 1) % columns === 0 ? labelled[i] : labelled[i + 1];
    const below = i + columns < labelled.length ? labelled[i + columns] : labelled[i];
    if (right !== labelled[i]) border[i] = border[i + 1] = 1;
    if (below !== labelled[i]) border[i] = border[i + columns] = 1;
  }
  return border;
}
