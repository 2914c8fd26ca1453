"use client";
import type { Decision, PredictedPolygon } from "@reefline/schema/prediction";
import { useMemo } from "react";
import { requestEditedPolygon } from "../_editor/drawRequest.ts";
import { usePolygons } from "../_prediction/usePolygons.ts";
import { useShownPrediction } from "../_prediction/useShownPrediction.ts";
import { percentText } from "../_report/quantity.ts";
import { announce } from "../_ui/announce.ts";
import { formatArea } from "../_ui/formatNumbers.ts";
import { useWorkspace, workspace } from "../_workspace/workspaceStore.ts";
import { decide } from "./decisions.ts";
import { lookAtPolygon } from "./lookAtPolygon.ts";
import { useReviewFilter } from "./reviewFilter.ts";
import { nextAfter, reviewQueue, stepInQueue } from "./reviewQueue.ts";

/** Everything the review panel and its keys do, over what is on the map. */
export function useReview() {
  const map = useWorkspace((state) => state.map);
  const selectedId = useWorkspace((state) => state.selectedPolygonId);
  const surveyId = useWorkspace((state) => state.surveyId);
  const sureness = useReviewFilter((state) => state.sureness);
  const { prediction, threshold } = useShownPrediction();
  const shown = usePolygons();
  const queue = useMemo(() => reviewQueue(shown.polygons, sureness), [shown.polygons, sureness]);
  const selected = shown.polygons.find((polygon) => polygon.id === selectedId) ?? null;

  const goTo = (polygon: PredictedPolygon | null) => {
    workspace.selectPolygon(polygon?.id ?? null);
    if (!polygon) return;
    if (map) lookAtPolygon(map, polygon.geometry);
    const { value, unit } = formatArea(polygon.areaM2);
    announce(`Predicted reef, ${value} ${unit}, ${percentText(polygon.probability)} sure`);
  };
  const step = (by: 1 | -1) => goTo(stepInQueue(queue, selectedId, by));

  const settle = (kind: Decision["kind"], polygon: PredictedPolygon, changed: PredictedPolygon["geometry"] | null) => {
    if (!prediction || !surveyId) return;
    const next = nextAfter(queue, polygon.id);
    void decide({ surveyId, predictionId: prediction.id, threshold }, polygon, kind, changed);
    goTo(next);
  };
  const act = (kind: "accepted" | "rejected") => {
    if (selected && selected.decision === null) settle(kind, selected, null);
  };
  const edit = async () => {
    if (!selected || selected.decision !== null) return;
    const changed = await requestEditedPolygon("Change the outline, then accept it", selected.geometry);
    if (changed) settle("edited", selected, changed);
  };

  return { prediction, threshold, ...shown, queue, selected, step, act, edit, goTo };
}
