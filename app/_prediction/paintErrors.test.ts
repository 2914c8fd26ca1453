import { expect, it } from "vitest";
import { paintErrors } from "./paintErrors.ts";

it("marks missed and false reef on counted ground alone, each in its own pattern", () => {
  const widthPx = 24;
  const rgba = (channel: number, at: (col: number, row: number) => number) =>
    Uint8ClampedArray.from({ length: widthPx * widthPx * 4 }, (_, i) =>
      i % 4 === channel ? at((i >> 2) % widthPx, Math.floor((i >> 2) / widthPx)) : 0,
    );
  // Left half reef, top half predicted; the last three columns are not counted, the first two rows ignored.
  const out = new Uint8ClampedArray(widthPx * widthPx * 4);
  paintErrors(out, {
    predicted: rgba(0, (_, row) => (row < 12 ? 128 : 127)),
    counted: rgba(3, (col) => (col < 21 ? 255 : 0)),
    reef: rgba(3, (col) => (col < 12 ? 255 : 0)),
    ignored: rgba(3, (_, row) => (row < 2 ? 255 : 0)),
    classes: null,
    leastByte: 128,
    widthPx,
  });
  const seen = { clear: 0, missed: 0, false: 0 };
  const alphas = { missed: new Set<number>(), false: new Set<number>() };
  for (let i = 0; i < out.length; i += 4) {
    const [col, row] = [(i / 4) % widthPx, Math.floor(i / 4 / widthPx)];
    const wanted = col >= 21 || row < 2 || col < 12 === row < 12 ? "clear" : col < 12 ? "missed" : "false";
    const kind = out[i + 3] === 0 ? "clear" : out[i] === 213 ? "missed" : "false";
    expect(kind).toBe(wanted);
    seen[kind]++;
    if (kind !== "clear") alphas[kind].add(out[i + 3] ?? 0);
  }
  expect(seen).toEqual({ clear: 576 - 144 - 90, missed: 144, false: 90 });
  expect([alphas.missed.size, alphas.false.size]).toEqual([2, 2]);
});

it("marks reef that was found and called by another class, where a label says which it is", () => {
  const widthPx = 16;
  const rgba = (channel: number, at: (col: number, row: number) => number) =>
    Uint8ClampedArray.from({ length: widthPx * widthPx * 4 }, (_, i) =>
      i % 4 === channel ? at((i >> 2) % widthPx, Math.floor((i >> 2) / widthPx)) : 0,
    );
  const all = rgba(3, () => 255);
  const out = new Uint8ClampedArray(widthPx * widthPx * 4);
  // All is reef; columns from 4 are found; labels say the first class in rows below 8, the second in rows below 12, and nothing further on.
  paintErrors(out, {
    predicted: rgba(0, (col) => (col < 4 ? 0 : 200)),
    counted: all,
    reef: all,
    ignored: rgba(3, () => 0),
    classes: {
      predicted: rgba(0, (col) => (col < 8 ? 1 : col < 14 ? 2 : 0)),
      labelled: [rgba(3, (_, row) => (row < 8 ? 255 : 0)), rgba(3, (_, row) => (row < 12 ? 255 : 0))],
    },
    leastByte: 128,
    widthPx,
  });
  for (let i = 0; i < out.length; i += 4) {
    const [col, row] = [(i / 4) % widthPx, Math.floor(i / 4 / widthPx)];
    const truth = row < 8 ? 1 : row < 12 ? 2 : 0;
    const told = col < 8 ? 1 : col < 14 ? 2 : 0;
    const wanted = col < 4 ? "missed" : truth > 0 && told > 0 && truth !== told ? "other" : "clear";
    expect(out[i + 3] === 0 ? "clear" : out[i] === 213 ? "missed" : out[i] === 204 ? "other" : "?").toBe(wanted);
  }
});
