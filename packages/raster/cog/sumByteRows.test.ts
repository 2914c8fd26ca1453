import { expect, it } from "vitest";
import { sumByteRows } from "../decode/inflateRows.ts";
import { undoDifferencing } from "../decode/predictorDecode.ts";

it.each([
  [512, 3],
  [37, 3],
  [1, 3],
  [131, 4],
  [33, 1],
  [19, 2],
  [11, 5],
])("rows of %i pixels with %i bands are summed as one byte after the other would be", (widthPx, bands) => {
  // Seven rows and a piece of one, which is left as it is.
  const bytes = Uint8Array.from(
    { length: widthPx * bands * 7 + Math.floor((widthPx * bands) / 2) },
    (_, i) => (i * 7919 + (i >> 3) * 31) & 255,
  );
  const expected = bytes.slice();
  undoDifferencing(expected, widthPx, bands);
  sumByteRows(bytes, widthPx * bands, bands);
  expect(Buffer.compare(bytes, expected)).toBe(0);
});
