import { groundBits, type HeldOutStripe } from "@reefline/inference/heldOutStripes";
import type { Confusion } from "@reefline/schema/training";
import { addConfusion, metricsFromConfusion } from "@reefline/segmentation/validation/metrics";

export interface ScoredSquare {
  /** In the survey's pixels. */
  readonly colOff: number;
  readonly rowOff: number;
  readonly sizePx: number;
  readonly counts: Confusion;
  readonly dice: number;
  /** Of its counted pixels. */
  readonly wrongShare: number;
}

const none: Confusion = { tp: 0, fp: 0, fn: 0, tn: 0 };
const leastCounted = 0.5;
const leastReef = 0.02;

/** Scores held-out ground square by square while it is counted, to find the pieces that show a model at its best and at its worst. */
export class HeldOutSquares {
  readonly #squares = new Map<string, { col: number; row: number; counts: Confusion }>();

  /**
   * @param sizePx side of a square in the survey's pixels
   * @param leastByte from which a pixel counts as predicted reef
   */
  constructor(
    readonly sizePx: number,
    readonly leastByte: number,
  ) {}

  add({ window, marginRows, ownRows, ground, predicted }: HeldOutStripe): void {
    for (let left = window.colOff - (window.colOff % this.sizePx); left < window.colOff + window.widthPx; left += this.sizePx) {
      for (let row = marginRows; row < marginRows + ownRows; row++) {
        const from = Math.max(0, left - window.colOff);
        const to = Math.min(window.widthPx, left + this.sizePx - window.colOff);
        const counts = { ...none };
        for (let at = row * window.widthPx + from; at < row * window.widthPx + to; at++) {
          const bits = ground[at] ?? 0;
          if (bits === 0) continue;
          const claimed = (predicted[at] ?? 0) >= this.leastByte;
          if ((bits & groundBits.reef) !== 0) claimed ? counts.tp++ : counts.fn++;
          else claimed ? counts.fp++ : counts.tn++;
        }
        if (counts.tp + counts.fn + counts.fp + counts.tn > 0)
          this.#count(left / this.sizePx, Math.floor((window.rowOff + row) / this.sizePx), counts);
      }
    }
  }

  /** Squares with enough ground and reef to say something: the best by Dice, and of the rest the worst by their share of wrong pixels. */
  extremes(count: number): { best: ScoredSquare[]; worst: ScoredSquare[] } {
    const squares = [...this.#squares.values()].map(({ col, row, counts }): ScoredSquare => {
      const all = counts.tp + counts.fp + counts.fn + counts.tn;
      const { dice } = metricsFromConfusion(counts, 0.5);
      return {
        colOff: col * this.sizePx,
        rowOff: row * this.sizePx,
        sizePx: this.sizePx,
        counts,
        dice,
        wrongShare: (counts.fp + counts.fn) / all,
      };
    });
    const telling = squares.filter(({ counts: { tp, fp, fn, tn }, sizePx }) => {
      const all = tp + fp + fn + tn;
      return all >= leastCounted * sizePx * sizePx && tp + fp + fn >= leastReef * all;
    });
    const best = telling
      .filter(({ counts }) => counts.tp > 0)
      .sort((a, b) => b.dice - a.dice)
      .slice(0, Math.min(count, Math.ceil(telling.length / 2)));
    const worst = telling
      .filter((square) => !best.includes(square))
      .sort((a, b) => b.wrongShare - a.wrongShare)
      .slice(0, count);
    return { best, worst };
  }

  #count(col: number, row: number, counts: Confusion): void {
    const key = `${col} ${row}`;
    const known = this.#squares.get(key);
    if (known) known.counts = addConfusion(known.counts, counts);
    else this.#squares.set(key, { col, row, counts });
  }
}
