"use client";
import { liesAsImagery } from "@reefline/geo/shiftGrid";
import { useMutation } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { queryClient, trpc } from "../_api/api.ts";
import { sentenceFor } from "../_api/appErrorOf.ts";
import { ConfirmDialog } from "../_ui/ConfirmDialog.tsx";
import { classNames } from "../_ui/classNames.ts";
import { IconButton } from "../_ui/IconButton.tsx";
import { PanelSection } from "../_ui/Panel.tsx";
import { toast } from "../_ui/toasts.ts";
import { useWorkspace, workspace } from "../_workspace/workspaceStore.ts";
import { EngineTrials } from "./EngineTrials.tsx";
import { madeWith } from "./engineWords.ts";
import { usePredictions, useShownPrediction } from "./useShownPrediction.ts";

const when = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

/** Predictions made so far; one of them is on the map. */
export function PredictionList() {
  const ready = usePredictions().filter((one) => one.state === "ready");
  const { prediction } = useShownPrediction();
  const imageGrid = useWorkspace((state) => state.survey?.image?.grid);
  const [leaving, setLeaving] = useState<string | null>(null);
  const remove = useMutation(
    trpc.predictions.remove.mutationOptions({
      onSuccess: () => {
        workspace.showPrediction(null);
        setLeaving(null);
        void queryClient.invalidateQueries(trpc.predictions.list.queryFilter());
      },
      onError: (error) => toast(sentenceFor(error), { kind: "error" }),
    }),
  );
  if (ready.length === 0) return null;
  return (
    <PanelSection title="On the map">
      <ul className="-mx-2">
        {ready.map((one) => {
          const shown = one.id === prediction?.id;
          return (
            <li
              key={one.id}
              className={classNames("group flex items-center gap-1 rounded pr-1", shown ? "bg-accent-soft" : "hover:bg-hover")}
            >
              <button
                type="button"
                aria-pressed={shown}
                onClick={() => workspace.showPrediction(one.id)}
                className="flex min-w-0 flex-1 items-baseline justify-between gap-3 rounded px-2 py-1 text-left"
              >
                <span className={classNames("truncate", shown ? "font-medium text-ink" : "text-ink")}>{one.modelName}</span>
                <span className="shrink-0 text-sm text-ink-2">
                  {one.raster && imageGrid && !liesAsImagery(one.raster.grid, imageGrid) ? "before the move · " : ""}
                  {one.area ? "part · " : ""}
                  {when.format(new Date(one.createdAt))}
                </span>
              </button>
              <IconButton
                size="small"
                icon={Trash2}
                label={`Delete the prediction by ${one.modelName}`}
                side="left"
                onClick={() => setLeaving(one.id)}
              />
            </li>
          );
        })}
      </ul>
      {prediction && madeWith(prediction) !== "" ? (
        <p className="mt-1 text-sm text-ink-3" data-testid="made-with">
          Computed with {madeWith(prediction)}
        </p>
      ) : null}
      {prediction?.engine ? <EngineTrials engine={prediction.engine} /> : null}
      <ConfirmDialog
        open={leaving !== null}
        onOpenChange={() => setLeaving(null)}
        title="Delete this prediction?"
        description="Labels that were accepted from it stay. The prediction itself can only be had back by predicting again."
        action="Delete the prediction"
        busy={remove.isPending}
        onConfirm={() => leaving && remove.mutate({ id: leaving })}
      />
    </PanelSection>
  );
}
