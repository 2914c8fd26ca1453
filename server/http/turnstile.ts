import { AppError } from "@reefline/schema/errors";

/**
 * Lets a few tasks run at a time and keeps a bounded queue. Clients take turns, and of one client's tasks the newest goes first: it is what the
 * user looks at now. Who leaves the queue gives up the place at once.
 */
export class Turnstile {
  private running = 0;
  private waiting = 0;
  /** In the order of their turns. */
  private readonly clients = new Map<string, Set<() => void>>();

  constructor(
    private readonly atOnce: number,
    private readonly longestQueue: number,
  ) {}

  /** @throws AppError `tile/busy` when the queue is full, `tile/left` when the signal aborts while waiting. */
  async run<T>(client: string, signal: AbortSignal, task: () => Promise<T>): Promise<T> {
    await this.enter(client, signal);
    try {
      return await task();
    } finally {
      this.leave();
    }
  }

  private enter(client: string, signal: AbortSignal): Promise<void> {
    const left = () => new AppError("cancelled", "tile/left", "The tile is not wanted any more.");
    if (signal.aborted) throw left();
    if (this.running < this.atOnce) {
      this.running++;
      return Promise.resolve();
    }
    if (this.waiting >= this.longestQueue) {
      throw new AppError("unavailable", "tile/busy", "Too many map tiles are asked for at once. They are drawn in a moment.");
    }
    return new Promise((resolve, reject) => {
      const line = this.clients.get(client) ?? new Set();
      this.clients.set(client, line);
      const onAbort = () => {
        this.remove(client, line, proceed);
        reject(left());
      };
      const proceed = () => {
        signal.removeEventListener("abort", onAbort);
        this.running++;
        resolve();
      };
      signal.addEventListener("abort", onAbort, { once: true });
      line.add(proceed);
      this.waiting++;
    });
  }

  private remove(client: string, line: Set<() => void>, place: () => void): void {
    if (!line.delete(place)) return;
    this.waiting--;
    if (line.size === 0) this.clients.delete(client);
  }

  private leave(): void {
    this.running--;
    const [turn] = this.clients;
    if (!turn) return;
    const [client, line] = turn;
    const newest = [...line].at(-1);
    if (!newest) return;
    // To the end of the round.
    this.clients.delete(client);
    this.clients.set(client, line);
    this.remove(client, line, newest);
    newest();
  }
}
