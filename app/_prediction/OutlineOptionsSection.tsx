"use client";
import { defaultOutlineOptions, type OutlineOptions } from "@reefline/schema/outlines";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { queryClient, trpc } from "../_api/api.ts";
import { sentenceFor } from "../_api/appErrorOf.ts";
import { Button } from "../_ui/Button.tsx";
import { Field, TextInput } from "../_ui/Field.tsx";
import { Folded } from "../_ui/Folded.tsx";
import { areaSign, lengthSign } from "../_ui/lengthUnit.ts";
import { Notice } from "../_ui/Notice.tsx";
import { PanelSection } from "../_ui/Panel.tsx";
import { Segmented } from "../_ui/Segmented.tsx";
import { Switch } from "../_ui/Switch.tsx";
import { useShownPrediction } from "./useShownPrediction.ts";

/** Text fields of numbers; empty leaves the default. */
interface Draft {
  readonly options: OutlineOptions;
  readonly simplify: string;
  readonly minArea: string;
  readonly minHole: string;
}

const textOf = (value: number | null): string => (value === null ? "" : String(value));
const draftOf = (options: OutlineOptions): Draft => ({
  options,
  simplify: textOf(options.simplifyMeters),
  minArea: textOf(options.minAreaM2),
  minHole: textOf(options.minHoleM2),
});

/** null for empty, undefined for what is no number from 0 to `most`. */
function numberOf(text: string, most: number): number | null | undefined {
  if (text.trim() === "") return null;
  const value = Number(text.trim().replace(",", "."));
  return Number.isFinite(value) && value >= 0 && value <= most ? value : undefined;
}

/** How the outlines of the prediction on the map are drawn. What is usual is set; the rest is folded away. */
export function OutlineOptionsSection() {
  const { prediction } = useShownPrediction();
  if (!prediction) return null;
  return (
    <PanelSection>
      <Folded name="How outlines are drawn">
        <OutlineOptionsForm key={prediction.id} predictionId={prediction.id} />
      </Folded>
    </PanelSection>
  );
}

function OutlineOptionsForm({ predictionId }: { predictionId: string }) {
  const stored = useQuery(trpc.outlines.options.queryOptions({ predictionId })).data;
  const [draft, setDraft] = useState<Draft>(draftOf(defaultOutlineOptions));
  useEffect(() => {
    if (stored) setDraft(draftOf(stored));
  }, [stored]);
  const save = useMutation(
    trpc.outlines.setOptions.mutationOptions({
      onSuccess: () => queryClient.invalidateQueries({ queryKey: trpc.outlines.options.queryKey({ predictionId }) }),
    }),
  );
  const simplifyMeters = numberOf(draft.simplify, 1_000);
  const minAreaM2 = numberOf(draft.minArea, 1e12);
  const minHoleM2 = numberOf(draft.minHole, 1e12);
  const isWrong = simplifyMeters === undefined || minAreaM2 === undefined || minHoleM2 === undefined;
  const options = isWrong ? null : { ...draft.options, simplifyMeters, minAreaM2, minHoleM2 };
  const change = (next: Partial<OutlineOptions>) => setDraft((before) => ({ ...before, options: { ...before.options, ...next } }));
  const isChanged = stored !== undefined && options !== null && JSON.stringify(options) !== JSON.stringify(stored);
  const problem = (value: number | null | undefined) => (value === undefined ? "A number, 0 or more." : null);
  return (
    <div className="mt-3 flex flex-col gap-3">
      <div className="flex flex-col gap-1">
        <span className="text-sm text-ink-2">Follow</span>
        <Segmented
          label="What outlines follow"
          value={draft.options.contour}
          options={[
            { value: "pixel", label: "Pixels", title: "Along the edges of the model's pixels" },
            { value: "subpixel", label: "How sure", title: "Between pixels, where the model is exactly as sure as asked" },
          ]}
          onChange={(contour) => change({ contour })}
        />
      </div>
      <Field
        label={`May move by (${lengthSign()})`}
        hint="Empty: one pixel of the model. 0 keeps every bend."
        error={problem(simplifyMeters)}
      >
        {(ids) => (
          <TextInput
            {...ids}
            inputMode="decimal"
            value={draft.simplify}
            onChange={({ target }) => setDraft((before) => ({ ...before, simplify: target.value }))}
          />
        )}
      </Field>
      <div className="grid grid-cols-2 gap-3">
        <Field label={`Smallest reef (${areaSign()})`} error={problem(minAreaM2)}>
          {(ids) => (
            <TextInput
              {...ids}
              inputMode="decimal"
              placeholder="16 pixels"
              value={draft.minArea}
              onChange={({ target }) => setDraft((before) => ({ ...before, minArea: target.value }))}
            />
          )}
        </Field>
        <Field label={`Smallest hole (${areaSign()})`} error={problem(minHoleM2)}>
          {(ids) => (
            <TextInput
              {...ids}
              inputMode="decimal"
              placeholder="as a reef"
              value={draft.minHole}
              onChange={({ target }) => setDraft((before) => ({ ...before, minHole: target.value }))}
            />
          )}
        </Field>
      </div>
      <div className="flex flex-col gap-1">
        <Switch checked={draft.options.smooth} onChange={(smooth) => change({ smooth })} label="Round corners" />
        <Switch
          checked={draft.options.splitTouching}
          onChange={(splitTouching) => change({ splitTouching })}
          label="Part reefs at narrow necks"
          hint="Where reefs have grown together"
        />
        <Switch
          checked={draft.options.connectivity === 8}
          onChange={(joined) => change({ connectivity: joined ? 8 : 4 })}
          label="Join reefs that meet in a corner"
        />
      </div>
      {save.error ? <Notice kind="error">{sentenceFor(save.error)}</Notice> : null}
      <Button busy={save.isPending} disabled={!isChanged} onClick={() => options && save.mutate({ predictionId, options })}>
        Draw outlines again
      </Button>
    </div>
  );
}
