"use client";
import type { Polygon } from "@reefline/schema/feature";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { trpc } from "../_api/api.ts";
import { useThresholdMove } from "./predictionView.ts";
import { useShownPrediction } from "./useShownPrediction.ts";

const ASK_AGAIN_MS = 600;
const nowhere: readonly Polygon[] = [];
const nothing = { open: 0, accepted: 0, edited: 0, rejected: 0 };

export type OutlineCounts = typeof nothing;

export interface ShownOutlines {
  /** Of the threshold in force; nothing while computing. */
  counts: OutlineCounts;
  total: number;
  /** Held-out areas that are not locked: nothing is shown inside. */
  hiddenAreas: readonly Polygon[];
  /** Where the tiles are; null while computing. */
  tiles: { predictionId: string; threshold: number; token: string } | null;
  computing: boolean;
  error: unknown;
}

/** Outlines of the prediction on the map at its threshold: how many, what was decided, where their tiles are. */
export function useOutlines(): ShownOutlines {
  const { prediction, threshold } = useShownPrediction();
  const moving = useThresholdMove((state) => state.moving);
  const { data, error, isPlaceholderData } = useQuery({
    ...trpc.predictions.outlines.queryOptions({ predictionId: prediction?.id ?? "", threshold }),
    enabled: prediction !== null && !moving,
    placeholderData: keepPreviousData,
    refetchInterval: (query) => (query.state.data?.state === "computing" ? ASK_AGAIN_MS : false),
  });
  if (!prediction) return { counts: nothing, total: 0, hiddenAreas: nowhere, tiles: null, computing: false, error: null };
  // Outlines of another threshold are not there to be decided on; the map keeps showing them, faint, until the new ones come.
  const stale = moving || isPlaceholderData;
  const ready = !stale && data?.state === "ready" ? data : null;
  const counts = ready?.counts ?? nothing;
  return {
    counts,
    total: counts.open + counts.accepted + counts.edited + counts.rejected,
    hiddenAreas: data?.hiddenAreas ?? nowhere,
    tiles: ready?.token ? { predictionId: prediction.id, threshold: ready.threshold, token: ready.token } : null,
    computing: error === null && ready === null,
    error,
  };
}

/** The predicted polygon being looked at, whole; null without one, and while it is fetched. */
export function useSelectedPolygon(polygonId: string | null) {
  const { prediction, threshold } = useShownPrediction();
  const { data } = useQuery({
    ...trpc.predictions.outline.queryOptions({ predictionId: prediction?.id ?? "", threshold, which: { id: polygonId ?? "none" } }),
    enabled: prediction !== null && polygonId !== null,
  });
  return polygonId === null ? null : (data ?? null);
}
