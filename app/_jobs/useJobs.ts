"use client";
import type { Job } from "@reefline/schema/job";
import { useMutation, useQuery } from "@tanstack/react-query";
import { queryClient, trpc } from "../_api/api.ts";
import { sentenceFor } from "../_api/appErrorOf.ts";
import { toast } from "../_ui/toasts.ts";

/** All jobs, newest first; kept true by the live connection. */
export function useJobs(): Job[] {
  return useQuery(trpc.jobs.list.queryOptions()).data ?? [];
}

export function useJob(id: string | null | undefined): Job | null {
  return useJobs().find((job) => job.id === id) ?? null;
}

/** What can be done to a job. Refusals are said in a toast. */
export function useJobControls() {
  const settled = {
    onError: (error: unknown) => toast(sentenceFor(error), { kind: "error" }),
    onSettled: () => void queryClient.invalidateQueries(trpc.jobs.list.queryFilter()),
  };
  const cancel = useMutation(trpc.jobs.cancel.mutationOptions(settled));
  const stopAndKeep = useMutation(trpc.jobs.stopAndKeep.mutationOptions(settled));
  const retry = useMutation(trpc.jobs.retry.mutationOptions(settled));
  return {
    cancel: (id: string) => cancel.mutate({ id }),
    stopAndKeep: (id: string) => stopAndKeep.mutate({ id }),
    retry: (id: string) => retry.mutate({ id }),
  };
}
