"use client";
import type { Prediction } from "@reefline/schema/prediction";
import { useQuery } from "@tanstack/react-query";
import { trpc } from "../_api/api.ts";
import { useWorkspace } from "../_workspace/workspaceStore.ts";

export type ReadyPrediction = Prediction & { raster: NonNullable<Prediction["raster"]> };

function isReady(prediction: Prediction): prediction is ReadyPrediction {
  return prediction.state === "ready" && prediction.raster !== null;
}

/** All predictions of the survey on the map, newest first. */
export function usePredictions(): Prediction[] {
  const surveyId = useWorkspace((state) => state.surveyId);
  return useQuery({ ...trpc.predictions.list.queryOptions({ surveyId: surveyId ?? "" }), enabled: surveyId !== null }).data ?? [];
}

/** The prediction on the map: the one chosen, else the newest that is ready. With it the threshold in force. */
export function useShownPrediction(): { prediction: ReadyPrediction | null; threshold: number } {
  const chosen = useWorkspace((state) => state.predictionId);
  const threshold = useWorkspace((state) => state.threshold);
  const ready = usePredictions().filter(isReady);
  const prediction = ready.find((one) => one.id === chosen) ?? ready[0] ?? null;
  return { prediction, threshold: threshold ?? prediction?.threshold ?? 0.5 };
}

/** Id of the newest prediction that is ready: shown as soon as it is. */
export function useNewestPrediction(): string | null {
  return usePredictions().find(isReady)?.id ?? null;
}

/** The same for the same file of pixels. */
export function rasterKey(raster: { assetId: string; version: string } | null | undefined): string {
  return raster ? `${raster.assetId}/${raster.version}` : "";
}
