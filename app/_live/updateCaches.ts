import type { Job, LiveEvent } from "@reefline/schema/job";
import { type HistoryEvent, historyEventSchema } from "@reefline/schema/training";
import { queryClient, trpc } from "../_api/api.ts";
import { mergeHistory } from "../_training/mergeHistory.ts";

const over = (job: Job): boolean => job.state === "done" || job.state === "failed" || job.state === "cancelled";

function upsertJob(jobs: readonly Job[], job: Job): Job[] {
  return jobs.some((known) => known.id === job.id) ? jobs.map((known) => (known.id === job.id ? job : known)) : [job, ...jobs];
}

function refetch(...filters: { queryKey: readonly unknown[] }[]): void {
  for (const filter of filters) void queryClient.invalidateQueries(filter);
}

/** Outlines, what was decided on them, and what is left to review. */
const outlineQueries = () => [
  trpc.predictions.outlines.queryFilter(),
  trpc.predictions.outline.queryFilter(),
  trpc.review.step.queryFilter(),
];

/** What ends with a job: the lists that now hold what it made. */
function afterJob(job: Job): void {
  if (job.kind === "train" || job.kind === "demo")
    refetch(
      trpc.runs.list.queryFilter(),
      trpc.models.list.queryFilter(),
      trpc.runs.comparison.queryFilter(),
      trpc.runs.crossValidation.queryFilter(),
    );
  if (job.kind === "predict" || job.kind === "demo") refetch(trpc.predictions.list.queryFilter());
  if (job.kind === "vectorize") refetch(...outlineQueries());
  if (job.kind === "import" || job.kind === "demo") refetch(trpc.surveys.pathFilter());
}

let editsSeen: ReturnType<typeof setTimeout> | null = null;
/** Readiness, hidden held-out areas, accuracy and area samples follow from the labels; asked again once drawing pauses. */
function afterEdits(): void {
  if (editsSeen) clearTimeout(editsSeen);
  editsSeen = setTimeout(() => {
    refetch(
      trpc.runs.readiness.queryFilter(),
      trpc.runs.judging.queryFilter(),
      trpc.runs.preview.queryFilter(),
      ...outlineQueries(),
      trpc.predictions.heldOutAccuracy.queryFilter(),
      trpc.surveys.photos.queryFilter(),
      trpc.areaSamples.pathFilter(),
      trpc.predictions.heldOutGround.queryFilter(),
    );
  }, 1_200);
}

function appendHistory(runId: string, event: HistoryEvent): void {
  queryClient.setQueryData(trpc.runs.history.queryKey({ id: runId }), (known) => (known ? mergeHistory(known, [event]) : known));
}

/** Puts one live event into the caches that panels read from. */
export function updateCaches(live: LiveEvent): void {
  switch (live.kind) {
    case "job":
      queryClient.setQueryData(trpc.jobs.list.queryKey(), (jobs) => (jobs ? upsertJob(jobs, live.job) : jobs));
      if (over(live.job)) afterJob(live.job);
      return;
    case "history": {
      const event = historyEventSchema.safeParse(live.event);
      if (event.success) appendHistory(live.runId, event.data);
      return;
    }
    case "chips":
      refetch(trpc.runs.chips.queryFilter({ id: live.runId }));
      return;
    case "edit":
      afterEdits();
      return;
    case "survey":
      refetch(trpc.surveys.pathFilter());
      return;
    case "prediction":
      refetch(
        trpc.predictions.list.queryFilter({ surveyId: live.surveyId }),
        ...outlineQueries(),
        trpc.predictions.heldOutAccuracy.queryFilter(),
      );
  }
}
