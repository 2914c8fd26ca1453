"use client";
import { isSampleBlock } from "@reefline/schema/areaSample";
import { ChevronDown, Eye, EyeOff, Layers } from "lucide-react";
import { Fragment } from "react";
import { useFeatures } from "../_editor/featureStore.ts";
import { useShownPrediction } from "../_prediction/useShownPrediction.ts";
import { classNames } from "../_ui/classNames.ts";
import { Slider } from "../_ui/Slider.tsx";
import { Tooltip } from "../_ui/Tooltip.tsx";
import { type MapLayer, mapLayers, mapLayerTitles } from "../_workspace/mapLayers.ts";
import { useShell } from "../_workspace/shellStore.ts";
import { useWorkspace, workspace } from "../_workspace/workspaceStore.ts";
import { BandsSection } from "./BandsSection.tsx";
import { BaseMapRow } from "./BaseMapRow.tsx";
import { ClassLegend } from "./ClassLegend.tsx";
import { ErrorLegend } from "./ErrorLegend.tsx";
import { LayerSwatch } from "./LayerSwatch.tsx";

/** Bottom left: what is on the map, how strongly. Folds. */
export function LayerPanel() {
  const open = useShell((state) => state.layersOpen);
  const predictionId = useWorkspace((state) => state.predictionId);
  const hasUncertainty = useShownPrediction().prediction?.uncertainty != null;
  const errorsVisible = useWorkspace((state) => state.layers.errors.visible);
  const judged = useFeatures((state) =>
    [...state.features.values()].some((one) => one.layer === "holdout" && one.locked && !isSampleBlock(one)),
  );
  const shown = mapLayers.filter((layer) =>
    layer === "errors"
      ? predictionId !== null && judged
      : layer === "uncertainty"
        ? hasUncertainty
        : predictionId !== null || (layer !== "prediction" && layer !== "probability"),
  );
  return (
    <section aria-label="Layers" className="float absolute bottom-9 left-3 z-10 w-60 max-[699px]:top-3 max-[699px]:bottom-auto">
      <button
        type="button"
        aria-expanded={open}
        aria-keyshortcuts="["
        onClick={() => useShell.setState({ layersOpen: !open })}
        className="flex h-8 w-full items-center gap-2 rounded px-2.5 text-sm font-medium text-ink-2 hover:text-ink"
      >
        <Layers size={14} strokeWidth={1.75} aria-hidden />
        Layers
        <ChevronDown
          size={14}
          className={classNames("ml-auto text-ink-3 transition-transform duration-100", open ? null : "rotate-180")}
          aria-hidden
        />
      </button>
      {open ? (
        <ul className="border-t border-line py-1">
          {shown.map((layer) => (
            <Fragment key={layer}>
              <LayerRow layer={layer} />
              {layer === "label" ? <ClassLegend /> : null}
              {layer === "errors" && errorsVisible ? <ErrorLegend /> : null}
            </Fragment>
          ))}
          <BandsSection />
          <BaseMapRow />
        </ul>
      ) : null}
    </section>
  );
}

function LayerRow({ layer }: { layer: MapLayer }) {
  const { visible, opacity } = useWorkspace((state) => state.layers[layer]);
  const title = mapLayerTitles[layer];
  const percent = `${Math.round(opacity * 100)} %`;
  return (
    <li className="group flex h-7 items-center gap-2 pr-2 pl-2.5">
      <LayerSwatch layer={layer} />
      <span className={classNames("min-w-0 flex-1 truncate text-sm", visible ? "text-ink" : "text-ink-3")}>{title}</span>
      <div
        className={classNames(
          "w-14 transition-opacity duration-100 group-focus-within:opacity-100 group-hover:opacity-100",
          opacity < 1 ? "opacity-100" : "opacity-0 max-[699px]:opacity-100",
        )}
      >
        <Slider
          value={opacity}
          label={`Opacity of ${title.toLowerCase()}`}
          valueText={percent}
          disabled={!visible}
          onChange={(next) => workspace.setLayer(layer, { opacity: next })}
        />
      </div>
      <Tooltip
        label={visible ? `Hide ${title.toLowerCase()}` : `Show ${title.toLowerCase()}`}
        side="right"
        keys={layer === "label" ? "L" : undefined}
      >
        <button
          type="button"
          aria-pressed={visible}
          aria-label={`${visible ? "Hide" : "Show"} ${title.toLowerCase()}`}
          onClick={() => workspace.setLayer(layer, { visible: !visible })}
          className={classNames("flex size-6 items-center justify-center rounded-sm hover:bg-hover", visible ? "text-ink-2" : "text-ink-3")}
        >
          {visible ? <Eye size={14} strokeWidth={1.75} aria-hidden /> : <EyeOff size={14} strokeWidth={1.75} aria-hidden />}
        </button>
      </Tooltip>
    </li>
  );
}
