"use client";
import { ImageUp } from "lucide-react";
import { useEffect, useState } from "react";
import { LabelImport } from "../_photos/LabelImport.tsx";
import { toast } from "../_ui/toasts.ts";
import { useWorkspace } from "../_workspace/workspaceStore.ts";
import { AddImagesDialog } from "./AddImagesDialog.tsx";
import { AddPhotosDialog } from "./AddPhotosDialog.tsx";
import { AddRemoteDialog } from "./AddRemoteDialog.tsx";
import { offerImages, offerPhotos } from "./addImages.ts";
import { droppedFiles, type NamedFile } from "./photoFiles.ts";

/** Files may be dropped anywhere: an orthomosaic becomes a survey, a GeoJSON becomes polygons of the survey one looks at. */
export function UploadDropZone() {
  const [over, setOver] = useState(false);
  const [labels, setLabels] = useState<readonly NamedFile[] | null>(null);
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
      if (event.dataTransfer) void droppedFiles(event.dataTransfer).then(({ files, folder }) => takeDropped(files, folder, setLabels));
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
              <p className="text-lg font-semibold">Drop an orthomosaic or a folder of photos to add a survey</p>
              <p className="text-ink-2">GeoTIFF of any size{inSurvey ? "; or labels to import into this survey" : ""}</p>
            </div>
          </div>
        </div>
      ) : null}
      <LabelImport open={labels !== null} onOpenChange={(open) => !open && setLabels(null)} files={labels} />
      <AddImagesDialog />
      <AddPhotosDialog />
      <AddRemoteDialog />
    </>
  );
}

/** Masks and files of labels go into the survey one looks at; photos and images become surveys. */
function takeDropped(files: readonly NamedFile[], folder: string | null, openLabels: (files: readonly NamedFile[]) => void): void {
  const { survey } = useWorkspace.getState();
  const isMask = ({ file }: NamedFile) => /\.png$/i.test(file.name);
  const isLabels = ({ file }: NamedFile) => /\.(geo)?json$/i.test(file.name);
  if (survey?.image?.photoCount !== undefined && files.some(isMask) && files.every((one) => isMask(one) || isLabels(one))) {
    openLabels(files.filter(isMask));
    return;
  }
  const rest = offerImages(offerPhotos(files, folder).map(({ file }) => file));
  const labels = files.filter((one) => isLabels(one) && rest.includes(one.file));
  const [first] = labels;
  if (first && survey) openLabels([first]);
  else if (first && rest.length === files.length) {
    toast("Open the survey that these labels belong to, then drop the file on its map.", { kind: "attention" });
  } else if (rest[0] && rest.length === files.length) {
    toast(`${rest[0].name} is neither a GeoTIFF, a photo nor a file of labels. Export your orthomosaic as GeoTIFF and drop that.`, {
      kind: "error",
    });
  }
}
