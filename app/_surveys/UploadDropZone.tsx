"use client";
import { ImageUp } from "lucide-react";
import { useEffect, useState } from "react";
import { ImportDialog } from "../_editor/ImportDialog.tsx";
import { toast } from "../_ui/toasts.ts";
import { useWorkspace } from "../_workspace/workspaceStore.ts";
import { AddImagesDialog } from "./AddImagesDialog.tsx";
import { AddRemoteDialog } from "./AddRemoteDialog.tsx";
import { offerImages } from "./addImages.ts";

/** Files may be dropped anywhere: an orthomosaic becomes a survey, a GeoJSON becomes polygons of the survey one looks at. */
export function UploadDropZone() {
  const [over, setOver] = useState(false);
  const [labels, setLabels] = useState<File | null>(null);
  useEffect(() => {
    let depth = 0;
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    const enter = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      depth++;
      setOver(true);
    };
    const leave = () => {
      depth = Math.max(0, depth - 1);
      if (depth === 0) setOver(false);
    };
    const hover = (event: DragEvent) => {
      if (hasFiles(event)) event.preventDefault();
    };
    const drop = (event: DragEvent) => {
      depth = 0;
      setOver(false);
      if (!hasFiles(event) || event.defaultPrevented) return;
      event.preventDefault();
      for (const file of offerImages([...(event.dataTransfer?.files ?? [])])) take(file, setLabels);
    };
    window.addEventListener("dragenter", enter);
    window.addEventListener("dragleave", leave);
    window.addEventListener("dragover", hover);
    window.addEventListener("drop", drop);
    return () => {
      window.removeEventListener("dragenter", enter);
      window.removeEventListener("dragleave", leave);
      window.removeEventListener("dragover", hover);
      window.removeEventListener("drop", drop);
    };
  }, []);
  const inSurvey = useWorkspace((state) => state.survey !== null);
  return (
    <>
      {over ? (
        <div className="pointer-events-none fixed inset-0 z-50 flex items-center justify-center bg-[oklch(0.15_0.02_240/55%)] p-6">
          <div className="float flex items-center gap-4 border-2 border-dashed border-accent px-8 py-6">
            <ImageUp size={28} strokeWidth={1.5} className="text-accent-ink" aria-hidden />
            <div>
              <p className="text-lg font-semibold">Drop an orthomosaic to add a survey</p>
              <p className="text-ink-2">GeoTIFF of any size{inSurvey ? "; or a GeoJSON to import polygons into this survey" : ""}</p>
            </div>
          </div>
        </div>
      ) : null}
      <ImportDialog open={labels !== null} onOpenChange={(open) => !open && setLabels(null)} file={labels} />
      <AddImagesDialog />
      <AddRemoteDialog />
    </>
  );
}

function take(file: File, openLabels: (file: File) => void): void {
  if (/\.(geo)?json$/i.test(file.name)) {
    if (useWorkspace.getState().survey) openLabels(file);
    else toast("Open the survey that these polygons belong to, then drop the file on its map.", { kind: "attention" });
  } else toast(`${file.name} is neither a GeoTIFF nor a GeoJSON. Export your orthomosaic as GeoTIFF and drop that.`, { kind: "error" });
}
