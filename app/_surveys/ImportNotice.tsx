"use client";
import type { Survey } from "@reefline/schema/survey";
import { useQuery } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useRouter } from "next/navigation";
import { trpc } from "../_api/api.ts";
import { Button } from "../_ui/Button.tsx";
import { formatTimeLeft } from "../_ui/formatNumbers.ts";
import { Notice } from "../_ui/Notice.tsx";
import { Progress } from "../_ui/Progress.tsx";
import { useRemoveSurvey } from "./useRemoveSurvey.ts";

/** Over the still empty map: how far the survey's preparation is, or why it failed. */
export function ImportNotice({ survey }: { survey: Survey }) {
  const jobs = useQuery({ ...trpc.jobs.list.queryOptions(), refetchInterval: 2_000 });
  const router = useRouter();
  const remove = useRemoveSurvey(() => router.push("/"));
  const job = jobs.data?.find((candidate) => candidate.id === survey.importJobId);
  if (job?.state === "failed" || job?.state === "cancelled")
    return (
      <div className="float absolute top-1/2 left-1/2 w-100 max-w-[90%] -translate-1/2 p-1">
        <Notice
          kind="error"
          action={
            <Button size="small" icon={Trash2} busy={remove.isPending} onClick={() => remove.mutate({ id: survey.id })}>
              Remove this survey
            </Button>
          }
        >
          {job.error?.message ?? "The import was cancelled. Add the orthomosaic again to have it prepared."}
        </Notice>
      </div>
    );
  const progress = job?.progress;
  return (
    <div className="float absolute top-1/2 left-1/2 w-80 max-w-[90%] -translate-1/2 px-4 py-3">
      <p className="font-medium">{progress?.message ?? `Preparing ${survey.name}`}</p>
      <p className="mt-0.5 mb-2.5 text-sm text-ink-3 tabular-nums">
        {[
          progress?.fraction != null ? `${Math.round(progress.fraction * 100)} %` : "Waiting",
          progress?.secondsLeft != null ? formatTimeLeft(progress.secondsLeft) : null,
        ]
          .filter(Boolean)
          .join(" · ")}
      </p>
      <Progress label={`Preparing ${survey.name}`} fraction={progress?.fraction ?? null} />
    </div>
  );
}
