"use client";
import type { Layer } from "@reefline/schema/feature";
import { useEffect, useState } from "react";
import { Button } from "../_ui/Button.tsx";
import { Dialog } from "../_ui/Dialog.tsx";
import { Field } from "../_ui/Field.tsx";
import { FileDrop } from "../_ui/FileDrop.tsx";
import { formatBytes } from "../_ui/formatNumbers.ts";
import { Notice } from "../_ui/Notice.tsx";
import { Segmented } from "../_ui/Segmented.tsx";
import { toast } from "../_ui/toasts.ts";
import { ClassPicker } from "./ClassPicker.tsx";
import { undoRedo } from "./editorActions.ts";
import { useEditor } from "./editorStore.ts";
import { pullFeatures, useFeatures } from "./featureStore.ts";
import { importLabels, reportLines } from "./importLabels.ts";

const layers: { value: Layer; label: string }[] = [
  { value: "label", label: "Labels" },
  { value: "examined", label: "Examined" },
  { value: "holdout", label: "Held out" },
  { value: "ignore", label: "Ignored" },
];

/** GeoJSON in: which layer, which class, and afterwards what was taken and what was not. `file` is set when it was dropped. */
export function ImportDialog({
  open,
  onOpenChange,
  file: dropped,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  file: File | null;
}) {
  const [file, setFile] = useState<File | null>(dropped);
  const [layer, setLayer] = useState<Layer>(useEditor.getState().layer);
  const [className, setClassName] = useState("reef");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [report, setReport] = useState<string[] | null>(null);
  useEffect(() => {
    if (!open) return;
    setFile(dropped);
    setError(null);
    setReport(null);
    setLayer(useEditor.getState().layer);
  }, [open, dropped]);

  const start = async () => {
    const { surveyId } = useFeatures.getState();
    if (!file || !surveyId) return;
    setBusy(true);
    setError(null);
    try {
      const answer = await importLabels(file, { surveyId, layer, class: layer === "label" ? className : layer });
      await pullFeatures();
      const what = answer.imported === 1 ? "1 polygon" : `${answer.imported} polygons`;
      toast(`${what} imported from ${file.name}.`, { action: { label: "Undo", run: () => undoRedo("undo") } });
      const lines = reportLines(answer.report);
      if (lines.length > 0) setReport(lines);
      else onOpenChange(false);
    } catch (cause) {
      setError(cause instanceof Error ? cause.message : String(cause));
    } finally {
      setBusy(false);
    }
  };

  const size = file ? formatBytes(file.size) : null;
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title="Import polygons from GeoJSON"
      description="In any coordinate system the file declares; holes and attributes are kept."
      footer={
        report ? (
          <Button look="primary" onClick={() => onOpenChange(false)}>
            Close
          </Button>
        ) : (
          <Button look="primary" onClick={start} busy={busy} disabled={!file}>
            Import polygons
          </Button>
        )
      }
    >
      <div className="flex flex-col gap-4">
        <FileDrop
          file={file}
          note={size ? `${size.value} ${size.unit}` : null}
          accept=".geojson,.json,application/geo+json"
          label="GeoJSON file"
          testId="import-file"
          onChoose={setFile}
        />
        <Field label="The polygons are">{() => <Segmented label="Layer" value={layer} options={layers} onChange={setLayer} />}</Field>
        {layer === "label" ? <ClassPicker value={className} onChange={setClassName} label="Class, where the file names none" /> : null}
        {error ? <Notice kind="error">{error}</Notice> : null}
        {report ? (
          <Notice>
            <ul>
              {report.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          </Notice>
        ) : null}
      </div>
    </Dialog>
  );
}
