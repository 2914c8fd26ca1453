"use client";
import type { AreaSample } from "@reefline/schema/areaSample";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Dices, MapPinned } from "lucide-react";
import { useState } from "react";
import { queryClient, trpc } from "../_api/api.ts";
import { sentenceFor } from "../_api/appErrorOf.ts";
import { setLayer } from "../_editor/editorActions.ts";
import { useFeatures } from "../_editor/featureStore.ts";
import { useShownPrediction } from "../_prediction/useShownPrediction.ts";
import { Button } from "../_ui/Button.tsx";
import { ConfirmDialog } from "../_ui/ConfirmDialog.tsx";
import { Field, NumberInput } from "../_ui/Field.tsx";
import { Folded } from "../_ui/Folded.tsx";
import { lengthSign } from "../_ui/lengthUnit.ts";
import { Notice } from "../_ui/Notice.tsx";
import { PanelSection } from "../_ui/Panel.tsx";
import { Progress } from "../_ui/Progress.tsx";
import { workspace } from "../_workspace/workspaceStore.ts";
import { AreaEstimateView } from "./AreaEstimateView.tsx";
import { readSampleForm } from "./readSampleForm.ts";
import { sampleView } from "./sampleView.ts";
import { useAreaSample } from "./useAreaSample.ts";

/** The reef area with an error bar: draw random blocks, label them without seeing the prediction, read the interval. */
export function AreaSampleSection() {
  const { prediction } = useShownPrediction();
  const { sample, pending } = useAreaSample();
  if (pending || (!sample && !prediction)) return null;
  return (
    <PanelSection title="Area with an error bar">{sample ? <SampleProgress key={sample.id} sample={sample} /> : <DrawForm />}</PanelSection>
  );
}

function DrawForm() {
  const { prediction, threshold } = useShownPrediction();
  const [form, setForm] = useState({ blocks: "50", meters: "", seed: "1" });
  const draw = useMutation(
    trpc.areaSamples.draw.mutationOptions({ onSuccess: () => queryClient.invalidateQueries(trpc.areaSamples.list.queryFilter()) }),
  );
  if (!prediction) return null;
  const { request, errors } = readSampleForm(form);
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (request) draw.mutate({ predictionId: prediction.id, threshold, ...request });
      }}
    >
      <p className="text-ink-2">
        An interval needs random ground. {request?.blockCount ?? 50} small blocks are drawn over the survey, more where the prediction is in
        doubt; you label each without seeing what was predicted there, and the area is corrected by what you found.
      </p>
      <Folded name="Advanced" open={errors.blocks || errors.meters || errors.seed ? true : undefined}>
        <div className="mt-2 grid grid-cols-3 gap-3">
          <Field label="Blocks" error={errors.blocks}>
            {(ids) => <NumberInput {...ids} value={form.blocks} onChange={(event) => setForm({ ...form, blocks: event.target.value })} />}
          </Field>
          <Field label="Side" error={errors.meters}>
            {(ids) => (
              <NumberInput
                {...ids}
                unit={lengthSign()}
                placeholder="auto"
                value={form.meters}
                onChange={(event) => setForm({ ...form, meters: event.target.value })}
              />
            )}
          </Field>
          <Field label="Seed" error={errors.seed}>
            {(ids) => <NumberInput {...ids} value={form.seed} onChange={(event) => setForm({ ...form, seed: event.target.value })} />}
          </Field>
        </div>
      </Folded>
      {draw.error ? <Notice kind="error">{sentenceFor(draw.error)}</Notice> : null}
      <div>
        <Button type="submit" size="small" icon={Dices} busy={draw.isPending} disabled={!request}>
          Draw the blocks
        </Button>
      </div>
    </form>
  );
}

function SampleProgress({ sample }: { sample: AreaSample }) {
  const { states, done, next } = useAreaSample();
  const saved = useFeatures((state) => state.saveState === "saved");
  const [removing, setRemoving] = useState(false);
  const estimate = useQuery({
    ...trpc.areaSamples.estimate.queryOptions({ id: sample.id }),
    enabled: done >= 20 && saved,
    retry: false,
  });
  const remove = useMutation(
    trpc.areaSamples.remove.mutationOptions({ onSuccess: () => queryClient.invalidateQueries(trpc.areaSamples.list.queryFilter()) }),
  );
  const gone = states.filter((state) => state === "gone").length;
  const label = () => {
    workspace.setMode("label");
    setLayer("label");
    sampleView.label(sample.id, next ?? 0);
  };
  return (
    <div className="flex flex-col gap-2.5">
      <div>
        <p className="text-ink-2 tabular-nums">
          {done} of {sample.blocks.length} blocks labelled
          {done < sample.blocks.length ? `, ${Number(sample.blockMeters.toPrecision(2))} ${lengthSign()} wide each` : ""}
        </p>
        <Progress fraction={done / sample.blocks.length} label={`${done} of ${sample.blocks.length} blocks labelled`} className="mt-1" />
      </div>
      {gone > 0 ? (
        <Notice kind="attention">
          {gone === 1 ? "One block was" : `${gone} blocks were`} deleted from the map. Undo that, or remove this sample and draw another.
        </Notice>
      ) : null}
      {estimate.data ? <AreaEstimateView estimate={estimate.data} /> : null}
      {estimate.error && done > 0 ? <Notice kind="attention">{sentenceFor(estimate.error)}</Notice> : null}
      {estimate.isFetching ? <p className="text-sm text-ink-3">Counting pixels…</p> : null}
      <div className="flex flex-wrap gap-2">
        {next !== null ? (
          <Button size="small" look={done < sample.blocks.length ? "primary" : "secondary"} icon={MapPinned} onClick={label}>
            {done === 0 ? "Label the blocks" : `Go on with block ${next + 1}`}
          </Button>
        ) : null}
        <Button size="small" look="quiet" busy={remove.isPending} onClick={() => setRemoving(true)}>
          Remove this sample
        </Button>
      </div>
      {remove.error ? <Notice kind="error">{sentenceFor(remove.error)}</Notice> : null}
      <ConfirmDialog
        open={removing}
        onOpenChange={setRemoving}
        title="Remove this area sample?"
        action="Remove the sample"
        description={`Its ${sample.blocks.length} blocks go from the map, and with them the interval. What you labelled inside them stays.`}
        onConfirm={() => {
          sampleView.stop();
          remove.mutate({ id: sample.id });
          setRemoving(false);
        }}
      />
    </div>
  );
}
