"use client";
import { isSampleBlock } from "@reefline/schema/areaSample";
import { useQuery } from "@tanstack/react-query";
import { Lock } from "lucide-react";
import { trpc } from "../_api/api.ts";
import { sentenceFor } from "../_api/appErrorOf.ts";
import { setLayer, setTool, undoRedo } from "../_editor/editorActions.ts";
import { change, useFeatures } from "../_editor/featureStore.ts";
import { contentOf } from "../_editor/sync/buildEdit.ts";
import { useThresholdMove } from "../_prediction/predictionView.ts";
import { useShownPrediction } from "../_prediction/useShownPrediction.ts";
import { ClassScores } from "../_report/ClassScores.tsx";
import { Areas, DetailScores, Scores } from "../_report/ModelCardView.tsx";
import { countText } from "../_report/quantity.ts";
import { Button } from "../_ui/Button.tsx";
import { Notice } from "../_ui/Notice.tsx";
import { PanelSection } from "../_ui/Panel.tsx";
import { toast } from "../_ui/toasts.ts";
import { workspace } from "../_workspace/workspaceStore.ts";

function useHoldouts() {
  const features = useFeatures((state) => state.features);
  const holdouts = [...features.values()].filter((feature) => feature.layer === "holdout" && !isSampleBlock(feature));
  return { holdouts, open: holdouts.filter((feature) => !feature.locked) };
}

function lock(open: ReturnType<typeof useHoldouts>["open"]): void {
  change(
    "Lock held-out labels",
    open.map((feature) => ({ id: feature.id, content: { ...contentOf(feature), locked: true } })),
  );
  toast("Held-out labels are locked. Predictions there are shown now.", { action: { label: "Undo", run: () => undoRedo("undo") } });
}

/** How good the prediction on the map is, against labels it has never seen; or why that cannot be said yet. */
export function HeldOutSection() {
  const { prediction, threshold } = useShownPrediction();
  const moving = useThresholdMove((state) => state.moving);
  const { holdouts, open } = useHoldouts();
  const accuracy = useQuery({
    ...trpc.predictions.heldOutAccuracy.queryOptions({ predictionId: prediction?.id ?? "", threshold }),
    enabled: prediction !== null && !moving && holdouts.length > 0 && open.length === 0,
  });
  if (!prediction) return null;

  if (holdouts.length === 0) {
    return (
      <PanelSection title="This prediction, on the held-out area">
        <p className="mb-2 text-ink-2">There is none yet. Labels kept from training are what tells how good a prediction is.</p>
        <Button
          size="small"
          onClick={() => {
            workspace.setMode("label");
            setLayer("holdout");
            setTool("draw");
          }}
        >
          Draw a held-out area
        </Button>
      </PanelSection>
    );
  }
  if (open.length > 0) {
    return (
      <PanelSection title="This prediction, on the held-out area">
        <Notice
          action={
            <Button size="small" icon={Lock} onClick={() => lock(open)}>
              Lock the labels there
            </Button>
          }
        >
          Predictions inside {countText(open.length, "held-out area", "held-out areas")} stay hidden, so that they cannot sway the labels
          you measure them by. Label everything there first, then lock it.
        </Notice>
      </PanelSection>
    );
  }
  return (
    <PanelSection title="This prediction, on the held-out area">
      {accuracy.error ? <Notice kind="error">{sentenceFor(accuracy.error)}</Notice> : null}
      {accuracy.isPending ? <p className="text-ink-2">Counting pixels…</p> : null}
      {accuracy.data ? (
        <div data-testid="held-out-accuracy">
          <Scores metrics={accuracy.data} />
          <DetailScores evaluation={accuracy.data} />
          <div className="mt-1 border-t border-line pt-1">
            <Areas areaM2={accuracy.data.areaM2} />
          </div>
          {accuracy.data.byClass ? <ClassScores counts={accuracy.data.byClass} /> : null}
        </div>
      ) : null}
      {accuracy.data === null ? <p className="text-ink-2">This prediction does not reach into the held-out area.</p> : null}
    </PanelSection>
  );
}
