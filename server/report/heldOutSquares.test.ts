import { groundBits } from "@reefline/inference/heldOutStripes";
import { expect, it } from "vitest";
import { HeldOutSquares } from "./heldOutSquares.ts";

it("tells the squares a model did best and worst on, leaving out those with little ground or reef", () => {
  // Five squares of 4 × 4 in a row, in two stripes of two rows, the second with a row of margin: right, all missed, half wrong, no reef, hardly counted.
  const reef = (col: number) => (col < 12 || col >= 16 ? groundBits.counted | groundBits.reef : groundBits.counted);
  const byte = (col: number) => (col < 4 || (col >= 10 && col < 12) || col >= 16 ? 200 : 10);
  const squares = new HeldOutSquares(4, 128);
  for (const [rowOff, marginRows, rows] of [
    [0, 0, 3],
    [1, 1, 3],
  ] as const) {
    const cells = Array.from({ length: 20 * rows }, (_, i) => i % 20);
    squares.add({
      window: { colOff: 0, rowOff, widthPx: 20, heightPx: rows },
      marginRows,
      ownRows: 2,
      ground: Uint8Array.from(cells, (col, i) => (col >= 16 && i % 5 !== 0 ? 0 : reef(col))),
      predicted: Uint8Array.from(cells, byte),
    });
  }
  const { best, worst } = squares.extremes(2);
  expect(best.map(({ colOff, dice }) => [colOff, Number(dice.toFixed(3))])).toEqual([
    [0, 1],
    [8, 0.667],
  ]);
  expect(worst.map(({ colOff, wrongShare }) => [colOff, wrongShare])).toEqual([[4, 1]]);
  expect(best[0]?.counts).toEqual({ tp: 16, fp: 0, fn: 0, tn: 0 });
});
