"use client";
import { Download } from "lucide-react";
import { useState } from "react";
import { IconButton } from "../_ui/IconButton.tsx";
import { ExportDialog } from "./ExportDialog.tsx";

/** In the top bar, so that labels can be taken away in any mode. */
export function ExportTopBarButton() {
  const [open, setOpen] = useState(false);
  return (
    <>
      <IconButton icon={Download} label="Export reefs" onClick={() => setOpen(true)} />
      {open ? <ExportDialog onClose={() => setOpen(false)} /> : null}
    </>
  );
}
