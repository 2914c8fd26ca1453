/** What an import left out or changed, and where: every import says what it did. */
export interface ImportNote {
  readonly code: string;
  /** For a person: "not a polygon (Point)". */
  readonly reason: string;
  readonly count: number;
  /** Positions in the file, from 0, of the first features concerned. */
  readonly featureIndexes: readonly number[];
}

export interface ImportReport {
  /** Features (or bare geometries) the file holds. */
  readonly featureCount: number;
  readonly polygonCount: number;
  /** Polygons left out, by reason. */
  readonly skipped: readonly ImportNote[];
  /** Polygons taken in with a change, by reason. */
  readonly changed: readonly ImportNote[];
  /** Name of the CRS the file declared when it was not WGS 84. */
  readonly reprojectedFrom: string | null;
}

const INDEXES_KEPT = 20;

/** Counts notes by reason while a file is read. */
export class NoteCounter {
  private readonly notes = new Map<string, { code: string; reason: string; count: number; featureIndexes: number[] }>();

  add(code: string, reason: string, featureIndex: number): void {
    const key = `${code}\n${reason}`;
    let note = this.notes.get(key);
    if (!note) {
      note = { code, reason, count: 0, featureIndexes: [] };
      this.notes.set(key, note);
    }
    note.count++;
    if (note.featureIndexes.length < INDEXES_KEPT && note.featureIndexes.at(-1) !== featureIndex) note.featureIndexes.push(featureIndex);
  }

  count(code: string): number {
    let sum = 0;
    for (const note of this.notes.values()) if (note.code === code) sum += note.count;
    return sum;
  }

  list(): ImportNote[] {
    return [...this.notes.values()].sort((a, b) => b.count - a.count);
  }
}
