import type { Progress } from "@reefline/schema/job";

/** Windows done → progress in words, with speed over the last windows and the seconds left. */
export class ProgressMeter {
  private readonly recent: { at: number; px: number }[] = [];
  private done: number;

  constructor(
    private readonly totalPx: number,
    donePx: number,
    private readonly now: () => number = () => performance.now() / 1000,
  ) {
    this.done = donePx;
    this.recent.push({ at: this.now(), px: donePx });
  }

  /** `computed` is false for ground that needed no work (nodata), which says nothing about speed. */
  add(px: number, computed: boolean): Progress {
    this.done = Math.min(this.totalPx, this.done + px);
    if (computed) this.recent.push({ at: this.now(), px: this.done });
    else for (const mark of this.recent) mark.px += px;
    if (this.recent.length > 20) this.recent.shift();
    const first = this.recent[0];
    const last = this.recent.at(-1);
    const seconds = first && last ? last.at - first.at : 0;
    const pxPerSecond = first && last && seconds > 0 ? (last.px - first.px) / seconds : 0;
    const speed = pxPerSecond > 0 ? `, ${(pxPerSecond / 1e6).toPrecision(2)} Mpx/s` : "";
    return {
      message: `Predicting${speed}`,
      fraction: this.totalPx > 0 ? this.done / this.totalPx : 1,
      secondsLeft: pxPerSecond > 0 ? (this.totalPx - this.done) / pxPerSecond : null,
    };
  }
}
