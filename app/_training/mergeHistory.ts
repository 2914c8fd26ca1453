import type { HistoryEvent } from "@reefline/schema/training";

const key = (event: HistoryEvent): string => `${event.kind}:${event.step}`;

/** Adds events that are new, in order of step. A resumed run repeats steps after its last checkpoint: the later telling wins. */
export function mergeHistory(known: readonly HistoryEvent[], added: readonly HistoryEvent[]): HistoryEvent[] {
  const last = known.at(-1);
  const inOrder = added.every((event, index) => event.step > (index === 0 ? (last?.step ?? -1) : (added[index - 1]?.step ?? -1)));
  if (inOrder) return [...known, ...added];
  const byKey = new Map<string, HistoryEvent>();
  for (const event of [...known, ...added]) byKey.set(key(event), event);
  return [...byKey.values()].sort((a, b) => a.step - b.step || (a.kind === b.kind ? 0 : a.kind === "step" ? -1 : 1));
}
