"use client";
import { liesAsImagery } from "@reefline/geo/shiftGrid";
import { useMutation, useQuery } from "@tanstack/react-query";
import { queryClient, trpc } from "../_api/api.ts";
import { sentenceFor } from "../_api/appErrorOf.ts";
import { useShownPrediction } from "../_prediction/useShownPrediction.ts";
import { Button } from "../_ui/Button.tsx";
import { Notice } from "../_ui/Notice.tsx";
import { toast } from "../_ui/toasts.ts";
import { useWorkspace } from "../_workspace/workspaceStore.ts";
import { useMoveImagery } from "./moveImagery.ts";

/** Over the map: what keeps the imagery from being what one thinks it is. */
export function ImageryNotices() {
  const survey = useWorkspace((state) => state.survey);
  const moving = useMoveImagery((state) => state.active);
  if (!survey?.image || moving) return null;
  return (
    <div className="pointer-events-none absolute inset-x-2 top-14 z-10 flex flex-col items-center gap-2">
      {survey.image.remote ? <RemoteNotice surveyId={survey.id} version={survey.image.version} /> : null}
      <EarlierPlaceNotice />
    </div>
  );
}

/** The file at the survey's web address cannot be read, or is another one by now. */
function RemoteNotice({ surveyId, version }: { surveyId: string; version: string }) {
  const state = useQuery({ ...trpc.surveys.remoteState.queryOptions({ id: surveyId }), staleTime: 60_000, retry: false });
  const job = useQuery({ ...trpc.jobs.list.queryOptions(), refetchInterval: 3_000 }).data?.find(
    (one) => one.kind === "import" && one.surveyId === surveyId && (one.state === "queued" || one.state === "running"),
  );
  const reread = useMutation({
    ...trpc.surveys.reimportRemote.mutationOptions(),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: trpc.jobs.list.queryKey() });
      void queryClient.invalidateQueries({ queryKey: trpc.surveys.get.queryKey({ id: surveyId }) });
      void state.refetch();
    },
    onError: (error) => toast(sentenceFor(error), { kind: "error" }),
  });
  const problem = state.data?.problem;
  if (!problem) return null;
  const changed = problem.code === "remote/changed";
  return (
    <div key={version} className="float pointer-events-auto w-110 max-w-full p-1">
      <Notice
        kind="error"
        action={
          job ? (
            <span className="text-sm text-ink-2">{job.progress?.message ?? job.title} …</span>
          ) : (
            <span className="flex flex-wrap gap-2">
              {changed ? (
                <Button size="small" busy={reread.isPending} onClick={() => reread.mutate({ id: surveyId, copyHere: false })}>
                  Read the new file
                </Button>
              ) : (
                <Button size="small" onClick={() => void state.refetch()}>
                  Try again
                </Button>
              )}
              {changed ? (
                <Button size="small" busy={reread.isPending} onClick={() => reread.mutate({ id: surveyId, copyHere: true })}>
                  Copy it here
                </Button>
              ) : null}
            </span>
          )
        }
      >
        {problem.message}
      </Notice>
    </div>
  );
}

/** The prediction on the map was made before the imagery was moved. */
function EarlierPlaceNotice() {
  const mode = useWorkspace((state) => state.mode);
  const survey = useWorkspace((state) => state.survey);
  const { prediction } = useShownPrediction();
  const again = useMutation({
    ...trpc.predictions.start.mutationOptions(),
    onSuccess: () => {
      void queryClient.invalidateQueries(trpc.predictions.list.queryFilter());
      void queryClient.invalidateQueries({ queryKey: trpc.jobs.list.queryKey() });
    },
    onError: (error) => toast(sentenceFor(error), { kind: "error" }),
  });
  const shows = mode === "predict" || mode === "review" || mode === "report";
  if (!shows || !survey?.image || !prediction || liesAsImagery(prediction.raster.grid, survey.image.grid)) return null;
  return (
    <div className="float pointer-events-auto w-110 max-w-full p-1">
      <Notice
        kind="attention"
        action={
          <Button
            size="small"
            busy={again.isPending}
            disabled={again.isSuccess}
            onClick={() =>
              again.mutate({ surveyId: prediction.surveyId, modelId: prediction.modelId, area: prediction.area, threshold: null })
            }
          >
            {again.isSuccess ? "Predicting again" : "Predict again"}
          </Button>
        }
      >
        This prediction was made on the imagery as it lay before it was moved, and shows reefs at the old place.
      </Notice>
    </div>
  );
}
