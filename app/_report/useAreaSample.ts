import type { AreaSample } from "@reefline/schema/areaSample";
import { useQuery } from "@tanstack/react-query";
import { trpc } from "../_api/api.ts";
import { useFeatures } from "../_editor/featureStore.ts";
import { useWorkspace } from "../_workspace/workspaceStore.ts";
import { type BlockState, firstOpen } from "./sampleProgress.ts";

/** The newest area sample of the open survey, and how far its labelling is, as the page knows it: saved or on its way. */
export function useAreaSample(): { sample: AreaSample | null; states: BlockState[]; done: number; next: number | null; pending: boolean } {
  const surveyId = useWorkspace((state) => state.survey?.id ?? null);
  const query = useQuery({ ...trpc.areaSamples.list.queryOptions({ surveyId: surveyId ?? "" }), enabled: surveyId !== null });
  const features = useFeatures((state) => state.features);
  const loaded = useFeatures((state) => state.loaded);
  const sample = query.data?.[0] ?? null;
  const states = (sample?.blocks ?? []).map(({ featureId }): BlockState => {
    const feature = features.get(featureId);
    return !feature ? "gone" : feature.locked ? "done" : "open";
  });
  return {
    sample,
    states,
    done: states.filter((state) => state === "done").length,
    next: firstOpen(states, 0),
    pending: query.isPending || !loaded,
  };
}
