"use client";
import { Download } from "lucide-react";
import { Button } from "../_ui/Button.tsx";
import { Menu, MenuItem } from "../_ui/Menu.tsx";
import { modelExports, modelLink } from "./modelLink.ts";

/** Downloads the model for another program. */
export function ExportModelMenu({ modelId }: { modelId: string }) {
  return (
    <Menu
      trigger={
        <Button size="small" icon={Download}>
          Export model
        </Button>
      }
    >
      {modelExports.map(({ file, title }) => (
        <MenuItem key={file} onSelect={() => window.location.assign(modelLink(modelId, file))}>
          {title}
        </MenuItem>
      ))}
    </Menu>
  );
}
