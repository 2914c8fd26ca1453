"use client";
import type { Polygon } from "@reefline/schema/feature";
import type { PredictedPolygon } from "@reefline/schema/prediction";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { trpc } from "../_api/api.ts";
import { useThresholdMove } from "./predictionView.ts";
import { useShownPrediction } from "./useShownPrediction.ts";

const ASK_AGAIN_MS = 600;
const none: PredictedPolygon[] = [];
const nowhere: Polygon[] = [];

export interface ShownPolygons {
  polygons: PredictedPolygon[];
  /** Held-out areas that are not locked: nothing is shown inside. */
  hiddenAreas: Polygon[];
  computing: boolean;
  error: unknown;
}

/** Outlines of the prediction on the map at its threshold. While the slider moves, those of the place it left. */
export function usePolygons(): ShownPolygons {
  const { prediction, threshold } = useShownPrediction();
  const moving = useThresholdMove((state) => state.moving);
  const { data, error, isPlaceholderData } = useQuery({
    ...trpc.predictions.polygons.queryOptions({ predictionId: prediction?.id ?? "", threshold }),
    enabled: prediction !== null && !moving,
    placeholderData: keepPreviousData,
    refetchInterval: (query) => (query.state.data?.state === "computing" ? ASK_AGAIN_MS : false),
  });
  if (!prediction) return { polygons: none, hiddenAreas: nowhere, computing: false, error: null };
  // Outlines of another threshold are not there to be decided on; the map keeps showing them, faint, until the new ones come.
  const stale = moving || isPlaceholderData;
  return {
    polygons: stale ? none : (data?.polygons ?? none),
    hiddenAreas: data?.hiddenAreas ?? nowhere,
    computing: error === null && (stale || data === undefined || data.state === "computing"),
    error,
  };
}
