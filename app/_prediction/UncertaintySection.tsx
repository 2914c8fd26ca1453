"use client";
import type { UncertaintyRaster } from "@reefline/schema/prediction";
import { PanelSection } from "../_ui/Panel.tsx";
import { Switch } from "../_ui/Switch.tsx";
import { useWorkspace, workspace } from "../_workspace/workspaceStore.ts";
import { uncertaintyStops } from "./uncertaintyLayer.ts";
import { useShownPrediction } from "./useShownPrediction.ts";

const gradient = `linear-gradient(to right, ${uncertaintyStops.map(([share, colour]) => `${colour} ${share * 100}%`).join(", ")})`;

const meanings: Record<UncertaintyRaster["measure"], string> = {
  orientations: "How much the answer changes when the image is turned and mirrored",
  entropy: "Lightest where reef and no reef are equally likely",
};

/** The switch and the legend of the uncertainty layer; nothing when the shown prediction has none. */
export function UncertaintySection() {
  const { prediction } = useShownPrediction();
  const { visible } = useWorkspace((state) => state.layers.uncertainty);
  const raster = prediction?.uncertainty;
  if (!raster) return null;
  return (
    <PanelSection>
      <Switch
        checked={visible}
        onChange={(next) => workspace.setLayer("uncertainty", { visible: next })}
        label="Where it is unsure"
        hint={meanings[raster.measure]}
      />
      {visible ? (
        <figure className="mt-2" data-testid="uncertainty-legend">
          <div aria-hidden className="h-2.5 overflow-hidden rounded-sm bg-[#4d4b42]">
            <div className="h-full" style={{ backgroundImage: gradient }} />
          </div>
          <figcaption className="mt-1 flex justify-between text-sm text-ink-3">
            <span>sure</span>
            <span>unsure</span>
          </figcaption>
        </figure>
      ) : null}
    </PanelSection>
  );
}
