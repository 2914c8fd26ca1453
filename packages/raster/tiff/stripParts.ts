import type { NumberList } from "./guard.ts";

/** Parts are about this large: small enough to read for one tile, large enough to be worth a read. */
const partBytes = 1 << 20;

export interface StripParts {
  readonly heightPx: number;
  offsets(strips: NumberList): NumberList;
  byteCounts(strips: NumberList): NumberList;
}

/**
 * Rows of a strip without compression can be read by themselves, so a large strip counts as several blocks.
 * All bands of one plane lie in `rowBytes`; planes follow each other in the list of strips.
 * @returns null where strips are small enough as they are
 */
export function stripParts(image: { rowBytes: number; heightPx: number; stripHeightPx: number }): StripParts | null {
  const { rowBytes, heightPx, stripHeightPx } = image;
  const wanted = Math.max(1, Math.floor(partBytes / rowBytes));
  if (stripHeightPx <= wanted) return null;
  const strips = Math.ceil(heightPx / stripHeightPx);
  // Parts of several strips must not straddle two of them.
  const partHeight = strips === 1 ? wanted : largestDivisor(stripHeightPx, wanted);
  const partsDown = Math.ceil(heightPx / partHeight);
  const perStrip = strips === 1 ? partsDown : stripHeightPx / partHeight;
  const place = (index: number) => {
    const plane = Math.floor(index / partsDown);
    const down = index - plane * partsDown;
    const rows = Math.min(partHeight, heightPx - down * partHeight);
    return {
      strip: plane * strips + Math.floor(down / perStrip),
      before: (down % perStrip) * partHeight * rowBytes,
      bytes: rows * rowBytes,
    };
  };
  const derived = (list: NumberList, derive: (index: number, stored: number) => number): NumberList => ({
    length: Math.floor(list.length / strips) * partsDown,
    at: async (index) => derive(index, await list.at(place(index).strip)),
    peek: (index) => {
      const stored = list.peek(place(index).strip);
      return stored === undefined ? undefined : derive(index, stored);
    },
  });
  return {
    heightPx: partHeight,
    // A strip that a sparse file leaves out lies at 0, and so do its parts.
    offsets: (list) => derived(list, (index, offset) => (offset === 0 ? 0 : offset + place(index).before)),
    byteCounts: (list) => derived(list, (index, count) => Math.max(0, Math.min(place(index).bytes, count - place(index).before))),
  };
}

function largestDivisor(value: number, atMost: number): number {
  for (let divisor = Math.min(value, atMost); divisor > 1; divisor--) if (value % divisor === 0) return divisor;
  return 1;
}
