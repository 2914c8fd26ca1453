"use client";
import { recipes } from "@reefline/schema/recipes";
import type { TrainConfig } from "@reefline/schema/training";
import { useMutation } from "@tanstack/react-query";
import { ListOrdered } from "lucide-react";
import { api, queryClient, trpc } from "../_api/api.ts";
import { sentenceFor } from "../_api/appErrorOf.ts";
import { announce } from "../_ui/announce.ts";
import { Button } from "../_ui/Button.tsx";
import { Notice } from "../_ui/Notice.tsx";

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
  const compared = recipes.filter((recipe) => recipe.config.preset !== "best" || hasEncoder);
  const start = useMutation({
    mutationFn: async (shared: TrainConfig) => {
      for (const recipe of compared) {
        const run = { name: `${name} ${recipe.name}`, surveyIds: [...surveyIds], config: { ...shared, ...recipe.config } };
        await api.runs.start.mutate(run);
      }
    },
    onSuccess: () => announce(`${compared.length} trainings are queued`),
    onSettled: () => {
      void queryClient.invalidateQueries(trpc.runs.list.queryFilter());
      void queryClient.invalidateQueries(trpc.jobs.list.queryFilter());
    },
  });
  return (
    <div className="flex flex-col gap-1 border-t border-line pt-3">
      <Button
        icon={ListOrdered}
        className="w-fit"
        disabled={config === null}
        busy={start.isPending}
        onClick={() => config && start.mutate(config)}
      >
        Compare {compared.length} recipes
      </Button>
      <p className="text-sm text-ink-3">
        Trains the course’s three recipes and ours one after the other, each for the time above. Report shows them side by side on the same
        held-out ground.
      </p>
      {start.error ? <Notice kind="error">{sentenceFor(start.error)}</Notice> : null}
    </div>
  );
}
