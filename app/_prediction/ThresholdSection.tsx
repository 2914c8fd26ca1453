"use client";
import { useMemo } from "react";
import { percentText } from "../_report/quantity.ts";
import { formatArea } from "../_ui/formatNumbers.ts";
import { PanelSection } from "../_ui/Panel.tsx";
import { Slider } from "../_ui/Slider.tsx";
import { Switch } from "../_ui/Switch.tsx";
import { useWorkspace, workspace } from "../_workspace/workspaceStore.ts";
import { areaAtThreshold, predictedGroundM2 } from "./areaAtThreshold.ts";
import { ClassAreas } from "./ClassAreas.tsx";
import { moveThreshold, settleThreshold } from "./moveThreshold.ts";
import { SurenessHistogram } from "./SurenessHistogram.tsx";
import { useOutlines } from "./useOutlines.ts";
import { useShownPrediction } from "./useShownPrediction.ts";

/** How sure the model must be for ground to count as reef: colours and area follow at once, outlines when it is let go. */
export function ThresholdSection() {
  const { prediction, threshold } = useShownPrediction();
  const shownOnMap = useWorkspace((state) => state.layers.probability.visible);
  const { hiddenAreas } = useOutlines();
  const histogram = prediction?.raster.areaHistogramM2;
  const ground = useMemo(() => (histogram ? predictedGroundM2(histogram) : 0), [histogram]);
  if (!prediction || !histogram) return null;
  const areaM2 = areaAtThreshold(histogram, threshold);
  const area = formatArea(areaM2);
  const own = Math.abs(threshold - prediction.threshold) < 1e-6;
  return (
    <PanelSection
      title="Count as reef from"
      aside={
        own ? (
          <span className="text-sm text-ink-3">as the model advises</span>
        ) : (
          <button
            type="button"
            className="rounded-sm text-sm text-accent-ink underline underline-offset-3 hover:text-ink"
            onClick={() => workspace.setThreshold(null)}
          >
            Back to {percentText(prediction.threshold)}
          </button>
        )
      }
    >
      <div className="mb-2 flex items-baseline justify-between gap-3">
        <output className="text-xl font-semibold tracking-[-0.01em] text-ink tabular-nums" data-testid="threshold-value">
          {percentText(threshold)} <span className="text-base font-normal text-ink-3">sure</span>
        </output>
        <span className="text-right tabular-nums" data-testid="predicted-area" data-area-m2={areaM2}>
          <span className="text-xl font-semibold tracking-[-0.01em] text-ink">{area.value}</span>{" "}
          <span className="text-base text-ink-3">{area.unit} reef</span>
        </span>
      </div>
      <SurenessHistogram areaHistogramM2={histogram} threshold={threshold} />
      <Slider
        label="How sure the model must be"
        value={threshold}
        min={0.01}
        max={0.99}
        step={0.01}
        valueText={`${percentText(threshold)} sure, ${area.value} ${area.unit} of reef`}
        onChange={moveThreshold}
        onCommit={settleThreshold}
      />
      <ClassAreas prediction={prediction} threshold={threshold} />
      <p className="mb-2 text-sm text-ink-3 tabular-nums">
        {ground > 0 ? `${percentText(areaM2 / ground)} of the ground that was predicted` : ""}
        {hiddenAreas.length > 0 ? ". Held-out ground counts, though its outlines stay hidden." : ""}
      </p>
      <Switch
        checked={shownOnMap}
        onChange={(visible) => workspace.setLayer("probability", { visible })}
        label="Colour the map by how sure"
      />
    </PanelSection>
  );
}
