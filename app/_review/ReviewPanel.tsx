"use client";
import { ArrowDown, ArrowUp, ListChecks, ScanSearch } from "lucide-react";
import { sentenceFor } from "../_api/appErrorOf.ts";
import { ExportButton } from "../_export/ExportButton.tsx";
import { ClassSwatch } from "../_map/ClassSwatch.tsx";
import { ThresholdSection } from "../_prediction/ThresholdSection.tsx";
import { countText } from "../_report/quantity.ts";
import { Button } from "../_ui/Button.tsx";
import { EmptyState } from "../_ui/EmptyState.tsx";
import { formatCount } from "../_ui/formatNumbers.ts";
import { IconButton } from "../_ui/IconButton.tsx";
import { Notice } from "../_ui/Notice.tsx";
import { PanelBody, PanelFooter, PanelHeader, PanelSection } from "../_ui/Panel.tsx";
import { Segmented } from "../_ui/Segmented.tsx";
import { Select } from "../_ui/Select.tsx";
import { workspace } from "../_workspace/workspaceStore.ts";
import { HeldOutSection } from "./HeldOutSection.tsx";
import { PolygonCard } from "./PolygonCard.tsx";
import { useReviewFilter } from "./reviewFilter.ts";
import { orderWords, reviewOrders, type Sureness, surenessBands } from "./reviewQueue.ts";
import { useReview } from "./useReview.ts";

const bands = (Object.keys(surenessBands) as Sureness[]).map((value) => ({ value, label: surenessBands[value].label }));

/** No class is called so: names have no blanks at their ends. */
const anyClass = " any ";
const orders = reviewOrders.map((value) => ({ value, label: orderWords[value].label }));

export function ReviewPanel() {
  const { prediction, counts, computing, error, left, position, selected, classes, only, giveClass, step, act, edit } = useReview();
  const { sureness, order } = useReviewFilter();
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
  const decidedCount = counts.accepted + counts.edited + counts.rejected;

  return (
    <>
      <PanelHeader title="Review" hint="Accepted reefs become labels. Nothing else changes." />
      <PanelBody>
        {selected ? (
          <PanelSection>
            <PolygonCard
              polygon={selected}
              classes={classes}
              onClass={giveClass}
              onAccept={() => act("accepted")}
              onReject={() => act("rejected")}
              onEdit={() => void edit()}
            />
          </PanelSection>
        ) : null}
        <PanelSection
          title="Left to review"
          aside={
            <span className="flex items-center gap-0.5">
              <span className="mr-1 text-sm text-ink-3 tabular-nums">
                {position > 0 ? `${formatCount(position)} of ${formatCount(left)}` : formatCount(left)}
              </span>
              <IconButton size="small" icon={ArrowUp} label="The one before" keys="K" disabled={left === 0} onClick={() => void step(-1)} />
              <IconButton
                size="small"
                icon={ArrowDown}
                label={orderWords[order].next}
                keys="J"
                disabled={left === 0}
                onClick={() => void step(1)}
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
          <Select
            className="mt-2"
            label="Order of review"
            value={order}
            options={orders}
            onChange={(next) => useReviewFilter.setState({ order: next })}
          />
          {classes.length > 0 ? (
            <Select
              className="mt-2"
              label="Only those of this class"
              value={only ?? anyClass}
              options={[
                { value: anyClass, label: "Any class" },
                ...classes.map((name) => ({ value: name, label: name, mark: <ClassSwatch name={name} /> })),
              ]}
              onChange={(next) => useReviewFilter.setState({ class: next === anyClass ? null : next })}
            />
          ) : null}
          <p className="mt-2 text-sm text-ink-2 tabular-nums" data-testid="review-counts">
            {computing
              ? "Drawing outlines…"
              : `${countText(counts.open, "reef", "reefs")} to look at${decidedCount > 0 ? ` · ${formatCount(counts.accepted + counts.edited)} accepted${counts.edited > 0 ? ` (${formatCount(counts.edited)} changed)` : ""} · ${formatCount(counts.rejected)} rejected` : ""}`}
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
        {selected && selected.decision === null ? null : left > 0 ? (
          <Button look="primary" size="large" icon={ListChecks} onClick={() => void step(1)} aria-keyshortcuts="J">
            Look at {countText(left, orderWords[order].one, orderWords[order].many)}
          </Button>
        ) : null}
        <ExportButton />
      </PanelFooter>
    </>
  );
}
