"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Moon, Sun } from "lucide-react";
import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { queryClient, trpc } from "../_api/api.ts";
import { sentenceFor } from "../_api/appErrorOf.ts";
import { onLive } from "../_api/liveBus.ts";
import { Button } from "../_ui/Button.tsx";
import { IconButton } from "../_ui/IconButton.tsx";
import { Notice } from "../_ui/Notice.tsx";
import { toast } from "../_ui/toasts.ts";
import { Wordmark } from "../_ui/Wordmark.tsx";
import { useTheme } from "../_workspace/theme.ts";
import { workspace } from "../_workspace/workspaceStore.ts";
import { AddSurveyButton } from "./AddSurveyButton.tsx";
import { ReefDrawing } from "./ReefDrawing.tsx";
import { SurveyCard } from "./SurveyCard.tsx";

/** Home: every survey as a card, or an invitation when there is none. */
export function SurveyList() {
  const surveys = useQuery({
    ...trpc.surveys.list.queryOptions(),
    refetchInterval: (query) => (query.state.data?.some((survey) => !survey.image) ? 2_000 : 15_000),
  });
  const preparing = surveys.data?.some((survey) => !survey.image) ?? false;
  const jobs = useQuery({ ...trpc.jobs.list.queryOptions(), refetchInterval: preparing ? 2_000 : false });
  const status = useQuery({ ...trpc.system.status.queryOptions(), staleTime: 60_000 });
  const theme = useTheme();
  useEffect(() => {
    workspace.setSurvey(null);
    document.title = "Reefline";
    return onLive("survey", () => void queryClient.invalidateQueries({ queryKey: trpc.surveys.list.queryKey() }));
  }, []);
  const jobOf = (id: string | null) => jobs.data?.find((job) => job.id === id) ?? null;
  return (
    <div className="flex min-h-dvh flex-col">
      <header className="border-b border-line bg-surface">
        <div className="mx-auto flex h-14 max-w-280 items-center gap-3 px-6 max-[699px]:px-4">
          <Wordmark />
          <span className="ml-auto" />
          {surveys.data && surveys.data.length > 0 ? <AddSurveyButton look="primary" /> : null}
          <IconButton
            icon={theme.value === "dark" ? Sun : Moon}
            label={theme.value === "dark" ? "Use the light theme" : "Use the dark theme"}
            onClick={theme.toggle}
          />
        </div>
      </header>
      <main className="mx-auto flex w-full max-w-280 flex-1 flex-col px-6 py-8 max-[699px]:px-4 max-[699px]:py-5">
        {status.data?.problems.map((problem) => (
          <div key={problem.message} className="mb-3">
            <Notice kind="attention">
              {problem.message} {problem.fix}
            </Notice>
          </div>
        ))}
        {surveys.error ? <Notice kind="error">{sentenceFor(surveys.error)}</Notice> : null}
        {surveys.isPending ? <CardSkeletons /> : null}
        {surveys.data && surveys.data.length > 0 ? (
          <>
            <h1 className="mb-4 text-xl font-semibold tracking-[-0.015em]">Surveys</h1>
            <ul className="grid grid-cols-[repeat(auto-fill,minmax(272px,1fr))] gap-5">
              {surveys.data.map((survey) => (
                <li key={survey.id}>
                  <SurveyCard survey={survey} job={jobOf(survey.importJobId)} />
                </li>
              ))}
            </ul>
          </>
        ) : null}
        {surveys.data?.length === 0 ? <Invitation /> : null}
      </main>
    </div>
  );
}

function Invitation() {
  const router = useRouter();
  const status = useQuery(trpc.system.status.queryOptions());
  const make = useMutation({
    ...trpc.system.makeDemo.mutationOptions(),
    onSuccess: () => queryClient.invalidateQueries(),
    onError: (error) => toast(sentenceFor(error), { kind: "error" }),
  });
  const demoId = status.data?.demo.surveyId;
  return (
    <div className="m-auto grid max-w-200 grid-cols-[1fr_1.1fr] items-center gap-12 py-10 max-[699px]:grid-cols-1 max-[699px]:gap-8">
      <ReefDrawing />
      <div>
        <h1 className="text-2xl font-semibold tracking-[-0.02em] text-balance">From a drone picture to a map of the reef</h1>
        <p className="mt-3 max-w-105 text-lg text-ink-2">
          Draw some reefs, let Reefline find the rest, correct what it got wrong, and take the polygons and areas with you. Everything stays
          on this computer.
        </p>
        <div className="mt-6 flex flex-wrap gap-2.5">
          <AddSurveyButton look="primary" size="large" />
          <Button size="large" busy={make.isPending} onClick={() => (demoId ? router.push(`/surveys/${demoId}`) : make.mutate())}>
            Open the demo survey
          </Button>
        </div>
        <p className="mt-4 text-sm text-ink-3">
          A GeoTIFF of any size, or a folder of photos. You can also drop them anywhere in this window.
        </p>
      </div>
    </div>
  );
}

function CardSkeletons() {
  return (
    <div className="grid grid-cols-[repeat(auto-fill,minmax(272px,1fr))] gap-5" aria-hidden="true">
      {["a", "b", "c"].map((key) => (
        <div key={key} className="h-72 animate-pulse rounded-lg border border-line bg-surface" />
      ))}
    </div>
  );
}
