"use client";
import { Download } from "lucide-react";
import { useState } from "react";
import { Button } from "../_ui/Button.tsx";
import { ExportDialog } from "./ExportDialog.tsx";

export function ExportButton() {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button icon={Download} onClick={() => setOpen(true)}>
        Export reefs
      </Button>
      {open ? <ExportDialog onClose={() => setOpen(false)} /> : null}
    </>
  );
}
