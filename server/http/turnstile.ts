import { AppError } from "@reefline/schema/errors";

/** Lets a few tasks run at a time and keeps a bounded queue; who leaves the queue gives up the place at once. */
export class Turnstile {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly atOnce: number,
    private readonly longestQueue: number,
  ) {}

  /** @throws AppError `tile/busy` when the queue is full, `tile/left` when the signal aborts while waiting. */
  async run<T>(signal: AbortSignal, task: () => Promise<T>): Promise<T> {
    await this.enter(signal);
    try {
      return await task();
    } finally {
      this.leave();
    }
  }

  private enter(signal: AbortSignal): Promise<void> {
    if (this.running < this.atOnce) {
      this.running++;
      return Promise.resolve();
    }
    if (this.waiting.length >= this.longestQueue) {
      throw new AppError("unavailable", "tile/busy", "Too many map tiles are asked for at once. They are drawn in a moment.");
    }
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        const place = this.waiting.indexOf(proceed);
        if (place >= 0) this.waiting.splice(place, 1);
        reject(new AppError("cancelled", "tile/left", "The tile is not wanted any more."));
      };
      const proceed = () => {
        signal.removeEventListener("abort", onAbort);
        this.running++;
        resolve();
      };
      signal.addEventListener("abort", onAbort, { once: true });
      this.waiting.push(proceed);
    });
  }

  private leave(): void {
    this.running--;
    // The newest first: it is what the user looks at now.
    this.waiting.pop()?.();
  }
}
