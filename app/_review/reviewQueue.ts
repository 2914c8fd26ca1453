import type { PredictedPolygon } from "@reefline/schema/prediction";

export type Sureness = "all" | "doubtful" | "likely" | "sure";

/** Bounds of each band of mean probability: from (included) to (left out). */
export const surenessBands: Record<Sureness, { from: number; to: number; label: string }> = {
  all: { from: 0, to: Number.POSITIVE_INFINITY, label: "All" },
  doubtful: { from: 0, to: 0.7, label: "< 70 %" },
  likely: { from: 0.7, to: 0.9, label: "70–90 %" },
  sure: { from: 0.9, to: Number.POSITIVE_INFINITY, label: "> 90 %" },
};

/** What is left to review in a band, the most doubtful first. */
export function reviewQueue(polygons: readonly PredictedPolygon[], sureness: Sureness): PredictedPolygon[] {
  const { from, to } = surenessBands[sureness];
  return polygons
    .filter((polygon) => polygon.decision === null && polygon.probability >= from && polygon.probability < to)
    .sort((a, b) => a.probability - b.probability || (a.id < b.id ? -1 : 1));
}

/** The neighbour of the selected polygon in the queue, round the ends; from nowhere, the first or the last. */
export function stepInQueue(queue: readonly PredictedPolygon[], selectedId: string | null, by: 1 | -1): PredictedPolygon | null {
  if (queue.length === 0) return null;
  const at = queue.findIndex((polygon) => polygon.id === selectedId);
  const next = at < 0 ? (by === 1 ? 0 : queue.length - 1) : (at + by + queue.length) % queue.length;
  return queue[next] ?? null;
}

/** What comes after a decision on `decidedId`: the one that follows it, or the first when it was the last. */
export function nextAfter(queue: readonly PredictedPolygon[], decidedId: string): PredictedPolygon | null {
  const at = queue.findIndex((polygon) => polygon.id === decidedId);
  const rest = queue.filter((polygon) => polygon.id !== decidedId);
  return rest[at < 0 || at >= rest.length ? 0 : at] ?? null;
}

export interface ReviewCounts {
  open: number;
  accepted: number;
  edited: number;
  rejected: number;
}

export function countDecisions(polygons: readonly PredictedPolygon[]): ReviewCounts {
  const counts: ReviewCounts = { open: 0, accepted: 0, edited: 0, rejected: 0 };
  for (const polygon of polygons) counts[polygon.decision ?? "open"]++;
  return counts;
}
