import { probabilityFromByte } from "@reefline/schema/prediction";
import { groundBits, type HeldOutStripe } from "./heldOutStripes.ts";

const windowPx = 256;
const windowsPerBatch = 8;
const smooth = 1;

/**
 * The course's score, kept for comparison under its own name: soft Dice of unthresholded probabilities with smooth 1, per batch of eight
 * windows of 256² survey pixels in reading order, averaged over the batches. Unlike the course's it draws every window once. It is not a
 * Dice of counted pixels: an average over batches weighs little reef as much as much.
 */
export class SoftBatchDice {
  #sum = 0;
  #batches = 0;
  #windows = 0;
  #overlap = 0;
  #total = 0;

  add({ window, marginRows, ownRows, ground, predicted }: HeldOutStripe): void {
    for (let colOff = 0; colOff < window.widthPx; colOff += windowPx) {
      let counted = false;
      for (let row = marginRows; row < marginRows + ownRows; row++) {
        for (let col = colOff; col < Math.min(window.widthPx, colOff + windowPx); col++) {
          const at = row * window.widthPx + col;
          const bits = ground[at] ?? 0;
          if (bits === 0) continue;
          counted = true;
          const byte = predicted[at] ?? 0;
          const probability = byte === 0 ? 0 : probabilityFromByte(byte);
          const reef = (bits & groundBits.reef) !== 0 ? 1 : 0;
          this.#overlap += probability * reef;
          this.#total += probability + reef;
        }
      }
      if (counted && ++this.#windows === windowsPerBatch) this.#endBatch();
    }
  }

  counts(): { sum: number; batches: number } {
    if (this.#windows > 0) this.#endBatch();
    return { sum: this.#sum, batches: this.#batches };
  }

  #endBatch(): void {
    this.#sum += (2 * this.#overlap + smooth) / (this.#total + smooth);
    this.#batches++;
    this.#windows = 0;
    this.#overlap = 0;
    this.#total = 0;
  }
}
