"use client";
import { Download } from "lucide-react";
import { useState } from "react";
import { useEditor } from "../_editor/editorStore.ts";
import { useFeatures } from "../_editor/featureStore.ts";
import { usePolygons } from "../_prediction/usePolygons.ts";
import { useShownPrediction } from "../_prediction/useShownPrediction.ts";
import { countText, percentText } from "../_report/quantity.ts";
import { Button } from "../_ui/Button.tsx";
import { Dialog } from "../_ui/Dialog.tsx";
import { Segmented } from "../_ui/Segmented.tsx";
import { useWorkspace } from "../_workspace/workspaceStore.ts";
import { exportLink, MOST_IDS } from "./exportLink.ts";

type Layer = "label" | "prediction";
type Extent = "all" | "selection";

/** Mounted when opened, so that it starts from what is selected then. */
export function ExportDialog({ onClose }: { onClose: () => void }) {
  const surveyId = useWorkspace((state) => state.surveyId);
  const mode = useWorkspace((state) => state.mode);
  const polygonId = useWorkspace((state) => state.selectedPolygonId);
  const labelId = useEditor((state) => state.selectedId);
  const features = useFeatures((state) => state.features);
  const { prediction, threshold } = useShownPrediction();
  const { polygons } = usePolygons();
  const [layer, setLayer] = useState<Layer>(prediction && (mode === "predict" || mode === "review") ? "prediction" : "label");
  const [extent, setExtent] = useState<Extent>("all");
  if (!surveyId) return null;

  const labels = [...features.values()].filter((feature) => feature.layer === "label");
  const accepted = labels.filter((label) => label.provenance.kind === "accepted");
  const selection =
    layer === "label"
      ? { ids: labels.some((label) => label.id === labelId) && labelId ? [labelId] : [], words: "The selected label" }
      : { ids: polygonId ? [polygonId] : [], words: "The selected reef" };
  const acceptedChoice = layer === "label" && accepted.length > 0 && accepted.length <= MOST_IDS;
  const ids = extent === "selection" ? (selection.ids.length > 0 ? selection.ids : accepted.map((label) => label.id)) : null;
  const count = ids ? ids.length : layer === "label" ? labels.length : polygons.length;
  const canSelect = selection.ids.length > 0 || acceptedChoice;
  const selectionWords = selection.ids.length > 0 ? selection.words : `Accepted ones (${accepted.length})`;
  const link = exportLink({ surveyId, layer, predictionId: prediction?.id ?? null, threshold, ids });

  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Export reefs"
      description="One GeoJSON file in longitude and latitude (WGS 84), with area, perimeter and how sure. Opens in QGIS and ArcGIS."
      footer={
        <>
          <Button onClick={onClose}>Not now</Button>
          {count > 0 ? (
            <a
              href={link}
              download
              onClick={() => setTimeout(onClose, 0)}
              className="inline-flex h-8 items-center gap-2 rounded bg-accent px-3 font-medium text-on-accent hover:bg-accent-hover"
            >
              <Download size={16} strokeWidth={1.75} aria-hidden />
              Download {countText(count, "reef", "reefs")}
            </a>
          ) : (
            <Button look="primary" disabled icon={Download}>
              Nothing to download
            </Button>
          )}
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <div className="flex flex-col gap-1">
          <span className="text-sm text-ink-2">What</span>
          <Segmented
            label="What to export"
            value={layer}
            options={[
              { value: "label", label: `Labels (${labels.length})` },
              ...(prediction ? [{ value: "prediction" as const, label: `Predicted reefs (${polygons.length})` }] : []),
            ]}
            onChange={(next) => {
              setLayer(next);
              setExtent("all");
            }}
          />
        </div>
        {canSelect ? (
          <div className="flex flex-col gap-1">
            <span className="text-sm text-ink-2">How much</span>
            <Segmented
              label="How much to export"
              value={extent}
              options={[
                { value: "all", label: "All of the survey" },
                { value: "selection", label: selectionWords },
              ]}
              onChange={setExtent}
            />
          </div>
        ) : null}
        <p className="text-sm text-ink-3">
          {layer === "label"
            ? "Drawn, imported and accepted labels; each says which it is."
            : `Outlines by ${prediction?.modelName ?? "the model"} from ${percentText(threshold)} sure. Hidden held-out areas are left out.`}
        </p>
      </div>
    </Dialog>
  );
}
