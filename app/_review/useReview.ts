"use client";
import type { Polygon } from "@reefline/schema/feature";
import type { Decision, PredictedPolygon } from "@reefline/schema/prediction";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { create } from "zustand";
import { queryClient, trpc } from "../_api/api.ts";
import { requestEditedPolygon } from "../_editor/drawRequest.ts";
import { useOutlines, useSelectedPolygon } from "../_prediction/useOutlines.ts";
import { useShownPrediction } from "../_prediction/useShownPrediction.ts";
import { percentText } from "../_report/quantity.ts";
import { announce } from "../_ui/announce.ts";
import { formatArea } from "../_ui/formatNumbers.ts";
import { useWorkspace, workspace } from "../_workspace/workspaceStore.ts";
import { decide } from "./decisions.ts";
import { lookAtPolygon } from "./lookAtPolygon.ts";
import { useReviewFilter } from "./reviewFilter.ts";
import { surenessBands } from "./reviewQueue.ts";

type ReviewPolygon = PredictedPolygon & { num: number };

/** The class that the user gives a predicted outline before it is accepted. */
const useGivenClass = create<{ polygonId: string | null; name: string | null }>(() => ({ polygonId: null, name: null }));

/** Everything the review panel and its keys do, over what is on the map. The order is the server's; here are the selected one and the next. */
export function useReview() {
  const map = useWorkspace((state) => state.map);
  const selectedId = useWorkspace((state) => state.selectedPolygonId);
  const surveyId = useWorkspace((state) => state.surveyId);
  const { sureness, order, class: wanted } = useReviewFilter();
  const { prediction, threshold } = useShownPrediction();
  const classes = prediction?.classRaster?.classes ?? [];
  const only = wanted !== null && classes.includes(wanted) ? wanted : null;
  const shown = useOutlines();
  const selected = useSelectedPolygon(selectedId);
  const { from, to } = surenessBands[sureness];
  const at = { predictionId: prediction?.id ?? "", threshold, filter: { order, from, to, ...(only === null ? {} : { class: only }) } };
  const fromNum = selected?.num ?? null;
  const ahead = useQuery({
    ...trpc.review.step.queryOptions({ ...at, fromNum, by: 1 }, { staleTime: 0 }),
    enabled: shown.tiles !== null && (selectedId === null || selected !== null),
    placeholderData: keepPreviousData,
  });
  const { total = 0, position = 0 } = ahead.data ?? {};

  const goTo = (polygon: ReviewPolygon | null) => {
    if (!polygon) {
      workspace.selectPolygon(null);
      return;
    }
    const which = { id: polygon.id };
    queryClient.setQueryData(trpc.predictions.outline.queryKey({ predictionId: at.predictionId, threshold, which }), polygon);
    workspace.selectPolygon(polygon.id);
    if (map) lookAtPolygon(map, polygon.geometry);
    const { value, unit } = formatArea(polygon.areaM2);
    announce(`Predicted ${polygon.class ?? "reef"}, ${value} ${unit}, ${percentText(polygon.probability)} sure`);
  };
  const neighbour = async (by: 1 | -1) => {
    if (by === 1 && ahead.data && !ahead.isPlaceholderData && !ahead.isFetching) return ahead.data.next;
    return (await queryClient.fetchQuery(trpc.review.step.queryOptions({ ...at, fromNum, by }, { staleTime: 0 }))).next;
  };
  // The only one left is its own neighbour.
  const step = async (by: 1 | -1) => {
    const next = await neighbour(by).catch(() => null);
    if (next || selected?.decision !== null) goTo(next);
  };

  const settle = async (kind: Decision["kind"], polygon: ReviewPolygon, changed: Polygon | null) => {
    if (!prediction || !surveyId) return;
    const next = neighbour(1).catch(() => null);
    void decide({ surveyId, predictionId: prediction.id, threshold }, polygon, kind, changed);
    goTo(await next);
  };
  const named = useGivenClass();
  const given = selected && named.polygonId === selected.id ? named.name : null;
  /** The selected one with the class that it will have as a label. */
  const called = selected && given !== null ? { ...selected, class: given } : selected;
  const act = (kind: "accepted" | "rejected") => {
    if (called && called.decision === null) void settle(kind, called, null);
  };
  const edit = async () => {
    if (!called || called.decision !== null) return;
    const changed = await requestEditedPolygon("Change the outline, then accept it", called.geometry);
    if (changed) void settle("edited", called, changed);
  };
  const giveClass = (name: string) => {
    if (!selected || selected.decision !== null) return;
    useGivenClass.setState({ polygonId: selected.id, name });
    announce(`Accepting makes it ${name}`);
  };

  return {
    prediction,
    threshold,
    ...shown,
    left: total,
    position: called ? position : 0,
    selected: called,
    classes,
    only,
    giveClass,
    step,
    act,
    edit,
    goTo,
  };
}
