"use client";
import { polygonAreaM2 } from "@reefline/geo/geodesic";
import { X } from "lucide-react";
import { FigureRow, Figures } from "../_ui/Figure.tsx";
import { formatArea } from "../_ui/formatNumbers.ts";
import { IconButton } from "../_ui/IconButton.tsx";
import { PanelSection } from "../_ui/Panel.tsx";
import { ClassPicker } from "./ClassPicker.tsx";
import { useEditor } from "./editorStore.ts";
import { useFeatures } from "./featureStore.ts";
import { changeMarked, unmarkAll } from "./markedLabels.ts";

/** Labels marked one by one, to be given a class together. */
export function MarkedSection() {
  const marked = useEditor((state) => state.marked);
  const features = useFeatures((state) => state.features);
  const labels = marked.flatMap((id) => features.get(id) ?? []);
  if (labels.length === 0) return null;
  const area = formatArea(labels.reduce((sum, { geometry }) => sum + polygonAreaM2(geometry), 0));
  const classes = [...new Set(labels.map((label) => label.class))];
  return (
    <PanelSection
      title={labels.length === 1 ? "1 label marked" : `${labels.length} labels marked`}
      className="bg-sunken/60"
      aside={<IconButton icon={X} size="small" label="Unmark all" keys="Esc" side="left" onClick={unmarkAll} />}
    >
      <Figures>
        <FigureRow name="Area" value={area.value} unit={area.unit} />
        {classes.length > 1 ? <FigureRow name="Classes" value={classes.join(", ")} /> : null}
      </Figures>
      <div className="mt-2">
        <ClassPicker label="Class of all marked" value={classes.length === 1 ? (classes[0] ?? "reef") : ""} onChange={changeMarked} />
      </div>
    </PanelSection>
  );
}
