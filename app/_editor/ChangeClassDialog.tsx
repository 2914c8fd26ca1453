"use client";
import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, trpc } from "../_api/api.ts";
import { sentenceFor } from "../_api/appErrorOf.ts";
import { ClassSwatch } from "../_map/ClassSwatch.tsx";
import { countText } from "../_report/quantity.ts";
import { announce } from "../_ui/announce.ts";
import { Button } from "../_ui/Button.tsx";
import { Dialog } from "../_ui/Dialog.tsx";
import { Field } from "../_ui/Field.tsx";
import { Notice } from "../_ui/Notice.tsx";
import { Segmented } from "../_ui/Segmented.tsx";
import { Select } from "../_ui/Select.tsx";
import { toast } from "../_ui/toasts.ts";
import { useWorkspace } from "../_workspace/workspaceStore.ts";
import { ClassPicker } from "./ClassPicker.tsx";
import { undoRedo } from "./editorActions.ts";
import { pullFeatures, useFeatures } from "./featureStore.ts";

const places = [
  { value: "view", label: "In this view" },
  { value: "survey", label: "In the whole survey" },
] as const;

/** Gives all labels of one class another: those in view, or all there are. */
export function ChangeClassDialog({ classes, onClose }: { classes: readonly string[]; onClose: () => void }) {
  const surveyId = useFeatures((state) => state.surveyId);
  const saving = useFeatures((state) => state.pending.length > 0);
  const map = useWorkspace((state) => state.map);
  const [from, setFrom] = useState(classes[0] ?? "reef");
  const [to, setTo] = useState(classes.find((name) => name !== classes[0]) ?? "unsure");
  const [where, setWhere] = useState<"view" | "survey">("view");
  const [bounds] = useState(() => {
    const shown = map?.getBounds();
    return shown ? { west: shown.getWest(), south: shown.getSouth(), east: shown.getEast(), north: shown.getNorth() } : null;
  });
  const which = { surveyId: surveyId ?? "", class: from, bounds: where === "view" ? bounds : null };
  const count = useQuery({
    ...trpc.features.countOfClass.queryOptions(which),
    enabled: surveyId !== null && !saving,
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
  const change = useMutation({
    mutationFn: async () => {
      for (let changed = 0; ; ) {
        const step = await api.features.changeClass.mutate({ ...which, to, editId: crypto.randomUUID() });
        changed += step.changed;
        if (step.left === 0) return changed;
      }
    },
    onSuccess: async (changed) => {
      await pullFeatures();
      const said = `${countText(changed, "label is", "labels are")} “${to}” now.`;
      toast(said, { action: { label: "Undo", run: () => undoRedo("undo") } });
      announce(said);
      onClose();
    },
  });
  const many = count.data ?? 0;
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Change the class of many labels"
      footer={
        <>
          <Button onClick={onClose}>Not now</Button>
          <Button look="primary" busy={change.isPending} disabled={many === 0 || from === to || saving} onClick={() => change.mutate()}>
            {many === 0 ? "No label to change" : `Change ${countText(many, "label", "labels")}`}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <Segmented label="Which labels" value={where} options={places} onChange={setWhere} />
        <Field label="Labels of class">
          {(ids) => (
            <Select
              id={ids.id}
              value={from}
              options={classes.map((name) => ({ value: name, label: name, mark: <ClassSwatch name={name} /> }))}
              onChange={setFrom}
            />
          )}
        </Field>
        <ClassPicker label="Become" value={to} onChange={setTo} />
        {from === to ? <Notice>They have this class already. Choose another.</Notice> : null}
        {where === "view" ? <p className="text-sm text-ink-3">Labels that reach out of the view are left as they are.</p> : null}
        {change.error || count.error ? <Notice kind="error">{sentenceFor(change.error ?? count.error)}</Notice> : null}
      </div>
    </Dialog>
  );
}
