"use client";
import { ArrowDown, ArrowUp, ListChecks, ScanSearch } from "lucide-react";
import { sentenceFor } from "../_api/appErrorOf.ts";
import { ExportButton } from "../_export/ExportButton.tsx";
import { ThresholdSection } from "../_prediction/ThresholdSection.tsx";
import { countText } from "../_report/quantity.ts";
import { Button } from "../_ui/Button.tsx";
import { EmptyState } from "../_ui/EmptyState.tsx";
import { formatCount } from "../_ui/formatNumbers.ts";
import { IconButton } from "../_ui/IconButton.tsx";
import { Notice } from "../_ui/Notice.tsx";
import { PanelBody, PanelFooter, PanelHeader, PanelSection } from "../_ui/Panel.tsx";
import { Segmented } from "../_ui/Segmented.tsx";
import { workspace } from "../_workspace/workspaceStore.ts";
import { HeldOutSection } from "./HeldOutSection.tsx";
import { PolygonCard } from "./PolygonCard.tsx";
import { useReviewFilter } from "./reviewFilter.ts";
import { countDecisions, type Sureness, surenessBands } from "./reviewQueue.ts";
import { useReview } from "./useReview.ts";

const bands = (Object.keys(surenessBands) as Sureness[]).map((value) => ({ value, label: surenessBands[value].label }));

export function ReviewPanel() {
  const { prediction, polygons, computing, error, queue, selected, step, act, edit } = useReview();
  const sureness = useReviewFilter((state) => state.sureness);
  if (!prediction) {
    return (
      <PanelBody>
        <PanelHeader title="Review" />
        <EmptyState
          icon={ScanSearch}
          action={
            <Button look="primary" onClick={() => workspace.setMode("predict")}>
              Predict the survey
            </Button>
          }
        >
          Nothing has been predicted on this survey yet.
        </EmptyState>
      </PanelBody>
    );
  }
  const counts = countDecisions(polygons);
  const decidedCount = counts.accepted + counts.edited + counts.rejected;
  const position = selected ? queue.findIndex((polygon) => polygon.id === selected.id) + 1 : 0;

  return (
    <>
      <PanelHeader title="Review" hint="Accepted reefs become labels. Nothing else changes." />
      <PanelBody>
        {selected ? (
          <PanelSection>
            <PolygonCard polygon={selected} onAccept={() => act("accepted")} onReject={() => act("rejected")} onEdit={() => void edit()} />
          </PanelSection>
        ) : null}
        <PanelSection
          title="Left to review"
          aside={
            <span className="flex items-center gap-0.5">
              <span className="mr-1 text-sm text-ink-3 tabular-nums">
                {position > 0 ? `${position} of ${formatCount(queue.length)}` : formatCount(queue.length)}
              </span>
              <IconButton
                size="small"
                icon={ArrowUp}
                label="The one before"
                keys="K"
                disabled={queue.length === 0}
                onClick={() => step(-1)}
              />
              <IconButton
                size="small"
                icon={ArrowDown}
                label="Next most doubtful"
                keys="J"
                disabled={queue.length === 0}
                onClick={() => step(1)}
              />
            </span>
          }
        >
          <Segmented
            label="Only those that are this sure"
            value={sureness}
            options={bands}
            onChange={(next) => useReviewFilter.setState({ sureness: next })}
          />
          <p className="mt-2 text-sm text-ink-2 tabular-nums" data-testid="review-counts">
            {computing
              ? "Drawing outlines…"
              : `${countText(counts.open, "reef", "reefs")} to look at${decidedCount > 0 ? ` · ${counts.accepted + counts.edited} accepted${counts.edited > 0 ? ` (${counts.edited} changed)` : ""} · ${counts.rejected} rejected` : ""}`}
          </p>
          {error ? (
            <div className="mt-2">
              <Notice kind="error">{sentenceFor(error)}</Notice>
            </div>
          ) : null}
        </PanelSection>
        <ThresholdSection />
        <HeldOutSection />
      </PanelBody>
      <PanelFooter>
        {selected && selected.decision === null ? null : queue.length > 0 ? (
          <Button look="primary" size="large" icon={ListChecks} onClick={() => step(1)} aria-keyshortcuts="J">
            Look at {countText(queue.length, "doubtful reef", "doubtful reefs")}
          </Button>
        ) : null}
        <ExportButton />
      </PanelFooter>
    </>
  );
}
