"use client";
import { isPixelCrs } from "@reefline/geo/pixelCrs";
import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useState } from "react";
import { trpc } from "../_api/api.ts";
import { useEditor } from "../_editor/editorStore.ts";
import { useFeatures } from "../_editor/featureStore.ts";
import { labelTotals } from "../_editor/labelTotals.ts";
import { useOutlines } from "../_prediction/useOutlines.ts";
import { useShownPrediction } from "../_prediction/useShownPrediction.ts";
import { countText, percentText } from "../_report/quantity.ts";
import { Button } from "../_ui/Button.tsx";
import { Dialog } from "../_ui/Dialog.tsx";
import { Segmented } from "../_ui/Segmented.tsx";
import { Switch } from "../_ui/Switch.tsx";
import { useWorkspace } from "../_workspace/workspaceStore.ts";
import { type ExportFormat, exportLink, MOST_IDS, type PhotoFormat, photoExportLink, type RasterKind, rasterLink } from "./exportLink.ts";

type Layer = "label" | "prediction";
type Extent = "all" | "selection";

const formats: readonly { value: ExportFormat; label: string }[] = [
  { value: "geojson", label: "GeoJSON" },
  { value: "gpkg", label: "GeoPackage" },
  { value: "fgb", label: "FlatGeobuf" },
  { value: "shp.zip", label: "Shapefile" },
];
const photoFormats: readonly { value: PhotoFormat; label: string }[] = [
  { value: "photos.geojson", label: "GeoJSON" },
  { value: "via.json", label: "VIA" },
  { value: "coco.json", label: "COCO" },
  { value: "masks.zip", label: "Masks" },
  { value: "photos.csv", label: "Table" },
];
const photoHints: Record<PhotoFormat, string> = {
  "photos.geojson": "Each polygon in its own photo's pixels, with the photo's name.",
  "via.json": "For the VGG Image Annotator 2; it has no holes, so they are joined to the outline by a line.",
  "coco.json": "For training elsewhere; polygons with holes as runs of pixels.",
  "masks.zip": "A PNG a photo: 255 reef, 128 unsure, 0 neither.",
  "photos.csv": "A line a photo: how many pixels of it are reef.",
};
const formatHints: Record<ExportFormat, string> = {
  gpkg: "One file with every attribute; the safe choice for QGIS and ArcGIS.",
  geojson: "Text that every program reads; large for many reefs.",
  fgb: "Compact and quick to open, even with a million reefs.",
  "shp.zip": "For older programs: short attribute names, a zip of several files.",
};
const rasters: readonly { kind: RasterKind; title: string; hint: string }[] = [
  { kind: "probability", title: "How sure", hint: "probability of reef, 0 to 1" },
  { kind: "mask", title: "Mask", hint: "1 reef, 0 not" },
  { kind: "classes", title: "Classes", hint: "1, 2, … classes of reef, 0 none" },
  { kind: "uncertainty", title: "Where it is unsure", hint: "0 to 1" },
];

/** Mounted when opened, so that it starts from what is selected then. */
export function ExportDialog({ onClose }: { onClose: () => void }) {
  const surveyId = useWorkspace((state) => state.surveyId);
  const mode = useWorkspace((state) => state.mode);
  const polygonId = useWorkspace((state) => state.selectedPolygonId);
  const labelId = useEditor((state) => state.selectedId);
  const counted = useFeatures((state) => state.totals);
  const pending = useFeatures((state) => state.pending);
  const selectedLayer = useFeatures((state) => (labelId ? state.features.get(labelId)?.layer : undefined));
  const { prediction, threshold } = useShownPrediction();
  const { total } = useOutlines();
  const [layer, setLayer] = useState<Layer>(prediction && (mode === "predict" || mode === "review") ? "prediction" : "label");
  const [extent, setExtent] = useState<Extent>("all");
  const [format, setFormat] = useState<ExportFormat>("geojson");
  const [photoFormat, setPhotoFormat] = useState<PhotoFormat>("photos.geojson");
  const isSheet = useWorkspace((state) => state.survey?.image?.photoCount !== undefined);
  const [inSurveyCrs, setInSurveyCrs] = useState(false);
  const crs = useWorkspace((state) => state.survey?.image?.grid.crs);
  const { layers, acceptedCount } = labelTotals(counted, pending);
  const acceptedChoice = layer === "label" && acceptedCount > 0 && acceptedCount <= MOST_IDS;
  const acceptedIds =
    useQuery({
      ...trpc.features.acceptedIds.queryOptions({ surveyId: surveyId ?? "", limit: MOST_IDS }, { staleTime: 0 }),
      enabled: surveyId !== null && acceptedChoice,
    }).data ?? [];
  if (!surveyId) return null;

  const selection =
    layer === "label"
      ? { ids: selectedLayer === "label" && labelId ? [labelId] : [], words: "The selected label" }
      : { ids: polygonId ? [polygonId] : [], words: "The selected reef" };
  const ids = extent === "selection" && !isSheet ? (selection.ids.length > 0 ? selection.ids : acceptedIds) : null;
  const count = ids ? ids.length : layer === "label" ? layers.label.count : total;
  const canSelect = !isSheet && (selection.ids.length > 0 || acceptedChoice);
  const selectionWords = selection.ids.length > 0 ? selection.words : `Accepted ones (${acceptedCount})`;
  const source = { surveyId, layer, predictionId: prediction?.id ?? null, threshold };
  const link = isSheet ? photoExportLink({ ...source, format: photoFormat }) : exportLink({ ...source, ids, format, inSurveyCrs });

  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Export reefs"
      description="Outlines with area, perimeter and how sure, or rasters; they open in QGIS and ArcGIS."
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
              { value: "label", label: `Labels (${layers.label.count})` },
              ...(prediction ? [{ value: "prediction" as const, label: `Predicted reefs (${total})` }] : []),
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
        <div className="flex flex-col gap-1">
          <span className="text-sm text-ink-2">Format</span>
          {isSheet ? (
            <Segmented label="Format" value={photoFormat} options={photoFormats} onChange={setPhotoFormat} />
          ) : (
            <Segmented label="Format" value={format} options={formats} onChange={setFormat} />
          )}
          <p className="text-sm text-ink-3">{isSheet ? photoHints[photoFormat] : formatHints[format]}</p>
        </div>
        {crs && crs.epsg !== 4326 && !isPixelCrs(crs) ? (
          <Switch
            checked={inSurveyCrs}
            onChange={setInSurveyCrs}
            label="In the image's own coordinates"
            hint={inSurveyCrs ? crs.name : "Off: longitude and latitude (WGS 84)"}
          />
        ) : null}
        <p className="text-sm text-ink-3">
          {layer === "label"
            ? "Drawn, imported and accepted labels; each says which it is."
            : `Outlines by ${prediction?.modelName ?? "the model"} from ${percentText(threshold)} sure. Hidden held-out areas are left out.`}
        </p>
        {prediction?.raster ? (
          <div className="flex flex-col gap-1 border-t border-line pt-3">
            <span className="text-sm text-ink-2">Rasters of {prediction.modelName} (Cloud-Optimized GeoTIFF)</span>
            <ul className="flex flex-wrap gap-2">
              {rasters
                .filter(({ kind }) => (kind !== "uncertainty" || prediction.uncertainty) && (kind !== "classes" || prediction.classRaster))
                .map(({ kind, title, hint }) => (
                  <li key={kind}>
                    <a
                      href={rasterLink(surveyId, kind, prediction.id, threshold)}
                      download
                      className="inline-flex h-8 items-center gap-2 rounded px-2.5 ring-1 ring-line ring-inset hover:bg-hover"
                    >
                      <Download size={14} strokeWidth={1.75} aria-hidden />
                      {title} <span className="text-ink-3">{hint}</span>
                    </a>
                  </li>
                ))}
            </ul>
          </div>
        ) : null}
      </div>
    </Dialog>
  );
}
