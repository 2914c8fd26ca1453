/** Some rows of a raster. */
export interface RowSpan {
  readonly rowOff: number;
  readonly heightPx: number;
}

/** All rows, so many at a time. */
export function rowSpans(heightPx: number, rowsAtOnce: number): RowSpan[] {
  const spans: RowSpan[] = [];
  for (let rowOff = 0; rowOff < heightPx; rowOff += rowsAtOnce) spans.push({ rowOff, heightPx: Math.min(rowsAtOnce, heightPx - rowOff) });
  return spans;
}

/** Reads each span while the one before is being worked on; never more than two are held. */
export async function* readAhead<T>(
  spans: readonly RowSpan[],
  read: (span: RowSpan) => Promise<T>,
): AsyncGenerator<RowSpan & { readonly content: T }> {
  const begin = (span: RowSpan | undefined): Promise<T> | null => {
    if (!span) return null;
    const reading = read(span);
    // Told when its turn comes; nobody may be left to hear it when the work is given up.
    reading.catch(() => {});
    return reading;
  };
  let coming = begin(spans[0]);
  for (const [i, span] of spans.entries()) {
    if (!coming) return;
    const content = await coming;
    coming = begin(spans[i + 1]);
    yield { ...span, content };
  }
}
