import type { WindowTask } from "./surveyPlan.ts";
import type { LoadedWindow, WindowSource } from "./windowSource.ts";

/** Windows kept that nobody has asked for yet. */
const KEPT = 4;

/**
 * A source that can be told what will be asked for next, so that the first windows of a swath are there when the one before it ends.
 * A guess that was wrong costs its reading and is dropped.
 */
export class WindowsAhead implements WindowSource {
  private readonly guessed = new Map<string, Promise<LoadedWindow | null>>();

  constructor(private readonly source: WindowSource) {}

  expect(task: WindowTask): void {
    const key = keyOf(task);
    if (this.guessed.has(key)) return;
    const loading = this.source.load(task);
    // Whoever asks for it meets the rejection; until then it must not count as unhandled.
    loading.catch(() => undefined);
    this.guessed.set(key, loading);
    for (const oldest of this.guessed.keys()) {
      if (this.guessed.size <= KEPT) break;
      this.guessed.delete(oldest);
    }
  }

  load(task: WindowTask): Promise<LoadedWindow | null> {
    const key = keyOf(task);
    const guessed = this.guessed.get(key);
    this.guessed.delete(key);
    return guessed ?? this.source.load(task);
  }

  giveBack(window: LoadedWindow): void {
    this.source.giveBack?.(window);
  }

  close(): Promise<void> {
    return this.source.close();
  }
}

const keyOf = ({ window }: WindowTask): string => `${window.colOff} ${window.rowOff}`;
