"use client";
import { recipes } from "@reefline/schema/recipes";
import type { TrainConfig } from "@reefline/schema/training";
import { useMutation } from "@tanstack/react-query";
import { ListOrdered } from "lucide-react";
import { queryClient, trpc } from "../_api/api.ts";
import { sentenceFor } from "../_api/appErrorOf.ts";
import { announce } from "../_ui/announce.ts";
import { Button } from "../_ui/Button.tsx";
import { Notice } from "../_ui/Notice.tsx";
import { trainingView } from "./trainingView.ts";

/** Queues a training of every recipe on the same ground for the same time. */
export function CompareRecipes({
  name,
  surveyIds,
  config,
  hasEncoder,
}: {
  name: string;
  surveyIds: readonly string[];
  /** null: the form cannot be used yet. */
  config: TrainConfig | null;
  hasEncoder: boolean;
}) {
  const count = recipes.filter((recipe) => recipe.config.preset !== "best" || hasEncoder).length;
  const start = useMutation(
    trpc.runs.compare.mutationOptions({
      onSuccess: ({ id, runs }) => {
        announce(`${runs.length} trainings are queued`);
        void queryClient.invalidateQueries(trpc.runs.pathFilter());
        void queryClient.invalidateQueries(trpc.jobs.list.queryFilter());
        trainingView.openComparison(id);
      },
    }),
  );
  return (
    <div className="flex flex-col gap-1 border-t border-line pt-3">
      <Button
        icon={ListOrdered}
        className="w-fit"
        disabled={config === null}
        busy={start.isPending}
        onClick={() => config && start.mutate({ name, surveyIds: [...surveyIds], config })}
      >
        Compare {count} recipes
      </Button>
      <p className="text-sm text-ink-3">
        Trains the course’s three recipes and ours one after the other, each for the time above, and sets them side by side on the same
        ground.
      </p>
      {start.error ? <Notice kind="error">{sentenceFor(start.error)}</Notice> : null}
    </div>
  );
}
