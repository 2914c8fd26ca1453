import type { Progress } from "@reefline/schema/job";

/** Seconds over which speed is measured. */
const memorySeconds = 30;

/** Pixels done → how far, how fast (", 3.1 Mpx/s") and how much longer, by the speed of the last half minute. */
export class ProgressMeter {
  private readonly marks: { at: number; px: number }[];

  constructor(
    private readonly totalPx: number,
    donePx: number,
    private readonly now: () => number = () => performance.now() / 1000,
  ) {
    this.marks = [{ at: this.now(), px: donePx }];
  }

  /** @param donePx all that is done now, by whomever */
  at(donePx: number): Progress {
    const at = this.now();
    const last = this.marks.at(-1);
    const px = Math.min(this.totalPx, Math.max(last?.px ?? 0, donePx));
    // Marks closer than a tenth of a second say nothing more.
    if (last && this.marks.length > 1 && at - last.at < 0.1) last.px = px;
    else this.marks.push({ at, px });
    while (this.marks.length > 2 && at - (this.marks[1]?.at ?? at) > memorySeconds) this.marks.shift();
    const first = this.marks[0];
    const seconds = first ? at - first.at : 0;
    const pxPerSecond = first && seconds > 0 ? (px - first.px) / seconds : 0;
    return {
      message: pxPerSecond > 0 ? `, ${(pxPerSecond / 1e6).toPrecision(2)} Mpx/s` : "",
      fraction: this.totalPx > 0 ? px / this.totalPx : 1,
      secondsLeft: pxPerSecond > 0 ? (this.totalPx - px) / pxPerSecond : null,
    };
  }
}
