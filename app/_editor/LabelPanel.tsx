"use client";
import type { Layer } from "@reefline/schema/feature";
import { FileInput, PenTool } from "lucide-react";
import { useMemo, useState } from "react";
import { LayerSwatch } from "../_map/LayerSwatch.tsx";
import { LabelImport } from "../_photos/LabelImport.tsx";
import { Button } from "../_ui/Button.tsx";
import { classNames } from "../_ui/classNames.ts";
import { formatArea, formatCount } from "../_ui/formatNumbers.ts";
import { Kbd } from "../_ui/Kbd.tsx";
import { Notice } from "../_ui/Notice.tsx";
import { PanelBody, PanelFooter, PanelHeader, PanelSection } from "../_ui/Panel.tsx";
import { useWorkspace } from "../_workspace/workspaceStore.ts";
import { ClassesSection } from "./ClassesSection.tsx";
import { ClassPicker } from "./ClassPicker.tsx";
import { setLayer, setTool } from "./editorActions.ts";
import { useEditor } from "./editorStore.ts";
import { useFeatures } from "./featureStore.ts";
import { type LabelTotals, labelTotals } from "./labelTotals.ts";
import { layerWords } from "./layerWords.ts";
import { MarkedSection } from "./MarkedSection.tsx";
import { SelectionSection } from "./SelectionSection.tsx";

const layerOrder: Layer[] = ["label", "examined", "holdout", "ignore"];
const layerTitles: Record<Layer, string> = { label: "Labels", examined: "Examined", holdout: "Held out", ignore: "Ignored" };

type Totals = LabelTotals["layers"];

/** What the user should draw next. Examined ground comes before labels, because without it nothing can be learned. */
function nextStep(totals: Totals): { layer: Layer; why: string } {
  if (totals.label.count === 0 && totals.examined.count === 0)
    return {
      layer: "examined",
      why: "Begin with a piece of ground that you look at completely. Inside it, everything without a label counts as not reef.",
    };
  if (totals.label.count === 0) return { layer: "label", why: "Draw every reef inside the examined area." };
  if (totals.examined.count === 0)
    return { layer: "examined", why: "Say which ground you have looked at completely, so that the model knows what is not reef." };
  if (totals.holdout.count === 0)
    return { layer: "holdout", why: "Keep one labelled piece from training, to measure how good the model is." };
  return { layer: "label", why: "Draw what is missing, or go on to Train." };
}

export function LabelPanel() {
  const counted = useFeatures((state) => state.totals);
  const pending = useFeatures((state) => state.pending);
  const loaded = useFeatures((state) => state.loaded);
  const loadError = useFeatures((state) => state.loadError);
  const layer = useEditor((state) => state.layer);
  const selectedId = useEditor((state) => state.selectedId);
  const labelClass = useEditor((state) => state.labelClass);
  const tool = useEditor((state) => state.tool);
  const isSheet = useWorkspace((state) => state.survey?.image?.photoCount !== undefined);
  const [importing, setImporting] = useState(false);
  const totals = useMemo(() => labelTotals(counted, pending).layers, [counted, pending]);
  const next = nextStep(totals);
  const selected = useFeatures((state) => (selectedId ? state.features.get(selectedId) : undefined));
  return (
    <>
      <PanelHeader title="Label" hint={selected ? undefined : loaded ? next.why : "Loading what is drawn…"} />
      <PanelBody>
        {loadError ? (
          <PanelSection>
            <Notice kind="error">{loadError}</Notice>
          </PanelSection>
        ) : null}
        {selected ? <SelectionSection key={selected.id} feature={selected} /> : null}
        <MarkedSection />
        <PanelSection title="Draw into">
          <div role="radiogroup" aria-label="Layer that new polygons go to" className="-mx-1.5 flex flex-col">
            {layerOrder.map((each) => (
              <LayerChoice key={each} layer={each} chosen={layer === each} total={totals[each]} />
            ))}
          </div>
          <p className="mt-2 text-sm text-ink-2">{layerWords[layer].says}</p>
          {layer === "label" ? (
            <div className="mt-3">
              <ClassPicker value={labelClass} onChange={(value) => useEditor.setState({ labelClass: value })} label="Class of new labels" />
            </div>
          ) : null}
        </PanelSection>
        <ClassesSection />
      </PanelBody>
      <PanelFooter>
        <Button
          look="primary"
          size="large"
          icon={PenTool}
          disabled={!loaded || tool === "draw"}
          onClick={() => {
            if (!selected && totals[layer].count === 0 && layer === "label") setLayer(next.layer);
            setTool("draw");
          }}
        >
          {tool === "draw"
            ? "Click on the map to draw"
            : layerWords[layer === "label" && totals.label.count === 0 ? next.layer : layer].draw}
        </Button>
        <Button look="quiet" icon={FileInput} onClick={() => setImporting(true)} disabled={!loaded}>
          {isSheet ? "Import labels of photos" : "Import polygons from GeoJSON"}
        </Button>
      </PanelFooter>
      <LabelImport open={importing} onOpenChange={setImporting} files={null} />
    </>
  );
}

function LayerChoice({ layer, chosen, total }: { layer: Layer; chosen: boolean; total: { count: number; areaM2: number } }) {
  const area = formatArea(total.areaM2);
  return (
    <label
      className={classNames(
        "flex h-8 cursor-pointer items-center gap-2 rounded px-1.5 has-focus-visible:outline-2 has-focus-visible:outline-focus",
        chosen ? "bg-accent-soft" : "hover:bg-hover",
      )}
    >
      <input type="radio" name="draw-into" className="sr-only" checked={chosen} onChange={() => setLayer(layer)} />
      <LayerSwatch layer={layer} />
      <span className={chosen ? "font-medium" : undefined}>{layerTitles[layer]}</span>
      <span className="ml-auto text-right tabular-nums">
        {total.count > 0 ? (
          <>
            {formatCount(total.count)}
            <span className="ml-2 inline-block min-w-18 text-ink-3">
              {area.value} {area.unit}
            </span>
          </>
        ) : (
          <span className="text-ink-3">none</span>
        )}
      </span>
      <Kbd>{layerWords[layer].key}</Kbd>
    </label>
  );
}
