"use client";
import { polygonAreaM2, polygonPerimeterMeters } from "@reefline/geo/geodesic";
import type { Feature } from "@reefline/schema/feature";
import { CircleDotDashed, Lock, LockOpen, Trash2, X } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { Button } from "../_ui/Button.tsx";
import { Field, TextArea } from "../_ui/Field.tsx";
import { FigureRow, Figures } from "../_ui/Figure.tsx";
import { formatArea, formatLength } from "../_ui/formatNumbers.ts";
import { IconButton } from "../_ui/IconButton.tsx";
import { PanelSection } from "../_ui/Panel.tsx";
import { ClassPicker } from "./ClassPicker.tsx";
import { changeSelected, deleteSelected, select, setTool } from "./editorActions.ts";
import { useEditor } from "./editorStore.ts";
import { layerWords } from "./layerWords.ts";

const provenanceWords: Record<Feature["provenance"]["kind"], string> = {
  drawn: "drawn here",
  imported: "imported",
  accepted: "accepted prediction",
};

/** The selected polygon: its figures, its words, and what can be done with it. */
export function SelectionSection({ feature }: { feature: Feature }) {
  const polygon = useEditor((state) => state.edit?.polygon) ?? feature.geometry;
  const area = formatArea(polygonAreaM2(polygon));
  const perimeter = formatLength(polygonPerimeterMeters(polygon));
  const holes = polygon.coordinates.length - 1;
  const vertices = polygon.coordinates.reduce((sum, ring) => sum + ring.length - 1, 0);
  const source =
    feature.provenance.kind === "imported" ? `imported from ${feature.provenance.fileName}` : provenanceWords[feature.provenance.kind];
  return (
    <PanelSection
      title={`Selected ${layerWords[feature.layer].one}`}
      className="bg-sunken/60"
      aside={<IconButton icon={X} size="small" label="Let it go" keys="Esc" side="left" onClick={() => select(null)} />}
    >
      <Figures>
        <FigureRow name="Area" value={area.value} unit={area.unit} tip="Geodesic: measured on the ellipsoid, holes left out." />
        <FigureRow name="Perimeter" value={perimeter.value} unit={perimeter.unit} />
        <FigureRow name="Vertices" value={vertices} unit={holes > 0 ? (holes === 1 ? "with 1 hole" : `with ${holes} holes`) : undefined} />
        <FigureRow name="Source" value={<span className="text-ink-2">{source}</span>} />
      </Figures>
      <div className="mt-2 flex flex-col gap-2.5">
        {feature.layer === "label" ? (
          <ClassPicker
            value={feature.class}
            label="Class"
            onChange={(value) => value !== feature.class && changeSelected("Change class", { class: value })}
          />
        ) : null}
        <Notes feature={feature} />
        {feature.layer === "holdout" ? <HoldoutLock locked={feature.locked} /> : null}
        <div className="flex gap-2">
          <Button size="small" icon={CircleDotDashed} onClick={() => setTool("hole")}>
            Cut a hole
          </Button>
          <Button size="small" look="danger" icon={Trash2} onClick={deleteSelected}>
            Delete
          </Button>
        </div>
      </div>
    </PanelSection>
  );
}

/** Saved when the field is left, or after two seconds without a key: one edit for a sentence, not one for each letter. */
function Notes({ feature }: { feature: Feature }) {
  const [text, setText] = useState(feature.notes);
  const saved = useRef(feature.notes);
  useEffect(() => {
    if (feature.notes !== saved.current) {
      saved.current = feature.notes;
      setText(feature.notes);
    }
  }, [feature.notes]);
  const save = (value: string) => {
    if (value === saved.current) return;
    saved.current = value;
    changeSelected("Change notes", { notes: value });
  };
  const latest = useRef(save);
  latest.current = save;
  useEffect(() => {
    const timer = setTimeout(() => latest.current(text), 2_000);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <Field label="Notes">
      {(ids) => (
        <TextArea
          {...ids}
          rows={2}
          maxLength={4_000}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onBlur={() => save(text)}
        />
      )}
    </Field>
  );
}

function HoldoutLock({ locked }: { locked: boolean }) {
  return (
    <div className="rounded bg-surface p-2.5 ring-1 ring-line">
      <p className="mb-2 text-sm text-ink-2">
        {locked
          ? "Locked: labels inside are final, so predictions are shown here and measured against them."
          : "Label everything inside, then lock it. Until then predictions stay hidden here, so that they cannot sway you."}
      </p>
      <Button
        size="small"
        icon={locked ? LockOpen : Lock}
        onClick={() => changeSelected(locked ? "Unlock held-out area" : "Lock held-out area", { locked: !locked })}
      >
        {locked ? "Unlock this area" : "Lock this area"}
      </Button>
    </div>
  );
}
