"use client";
import { ImportDialog } from "../_editor/ImportDialog.tsx";
import type { NamedFile } from "../_surveys/photoFiles.ts";
import { useWorkspace } from "../_workspace/workspaceStore.ts";
import { ImportPhotoLabels } from "./ImportPhotoLabels.tsx";

/** The dialog that imports labels into the open survey: by photo into a folder of photos, by place into any other. */
export function LabelImport(props: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** What was dropped. */
  files: readonly NamedFile[] | null;
}) {
  const isSheet = useWorkspace((state) => state.survey?.image?.photoCount !== undefined);
  const { open, onOpenChange, files } = props;
  if (isSheet) return open ? <ImportPhotoLabels onClose={() => onOpenChange(false)} given={files ?? []} /> : null;
  return <ImportDialog open={open} onOpenChange={onOpenChange} file={files?.[0]?.file ?? null} />;
}
