"use client";
import { type Survey, type SurveyFields, surveyFieldsSchema } from "@reefline/schema/survey";
import { Check } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { api, queryClient, trpc } from "../_api/api.ts";
import { sentenceFor } from "../_api/appErrorOf.ts";
import { Field, NumberInput, TextArea, TextInput } from "../_ui/Field.tsx";
import { Spinner } from "../_ui/Spinner.tsx";
import { type FieldTexts, fieldsFromTexts, textsFromFields } from "./surveyFieldTexts.ts";

/** What only the user knows about a survey. Saved by itself, a moment after the last key. */
export function SurveyFieldsForm({ survey }: { survey: Survey }) {
  const [texts, setTexts] = useState<FieldTexts>(() => textsFromFields(survey));
  const [state, setState] = useState<"saved" | "saving" | { problem: string }>("saved");
  const saved = useRef(JSON.stringify(surveyFieldsSchema.parse(survey)));
  const { fields, errors } = fieldsFromTexts(texts);
  const wanted = fields ? JSON.stringify(fields) : null;

  const latest = useRef<SurveyFields | null>(null);
  latest.current = wanted !== null && wanted !== saved.current ? fields : null;
  const id = survey.id;
  useEffect(() => {
    if (wanted === null || wanted === saved.current) return;
    const timer = setTimeout(() => void save(), 700);
    return () => clearTimeout(timer);
    async function save() {
      const going = latest.current;
      if (!going) return;
      setState("saving");
      try {
        const answer = await api.surveys.update.mutate({ id, fields: going });
        saved.current = JSON.stringify(going);
        queryClient.setQueryData(trpc.surveys.get.queryKey({ id }), answer);
        void queryClient.invalidateQueries({ queryKey: trpc.surveys.list.queryKey() });
        setState("saved");
      } catch (error) {
        setState({ problem: sentenceFor(error) });
      }
    }
  }, [wanted, id]);
  // Closing the dialog within the pause must not lose the last word.
  useEffect(
    () => () => {
      if (latest.current)
        void api.surveys.update.mutate({ id, fields: latest.current }).then(() => {
          void queryClient.invalidateQueries({ queryKey: trpc.surveys.get.queryKey({ id }) });
          void queryClient.invalidateQueries({ queryKey: trpc.surveys.list.queryKey() });
        });
    },
    [id],
  );

  const bind = (name: keyof FieldTexts) => ({
    value: texts[name],
    onChange: (event: { target: { value: string } }) => setTexts((before) => ({ ...before, [name]: event.target.value })),
  });
  return (
    <form className="flex flex-col gap-3" onSubmit={(event) => event.preventDefault()} aria-label="About this survey">
      <Field label="Name" error={errors.name}>
        {(ids) => <TextInput {...ids} {...bind("name")} maxLength={120} />}
      </Field>
      <Field label="Site" error={errors.site} hint="A place that is surveyed more than once.">
        {(ids) => <TextInput {...ids} {...bind("site")} maxLength={120} />}
      </Field>
      <Field label="Captured at" error={errors.capturedAt}>
        {(ids) => <TextInput {...ids} {...bind("capturedAt")} type="datetime-local" />}
      </Field>
      <div className="grid grid-cols-2 gap-3">
        <Field label="Tide height" error={errors.tideHeightMeters}>
          {(ids) => <NumberInput {...ids} {...bind("tideHeightMeters")} unit="m" />}
        </Field>
        <Field label="Above" error={errors.tideDatum}>
          {(ids) => <TextInput {...ids} {...bind("tideDatum")} placeholder="MLLW" maxLength={40} />}
        </Field>
      </div>
      <Field label="Notes" error={errors.notes}>
        {(ids) => <TextArea {...ids} {...bind("notes")} rows={3} />}
      </Field>
      <p className="flex h-5 items-center gap-1.5 text-sm text-ink-3" aria-live="polite">
        {state === "saving" ? (
          <>
            <Spinner size={12} /> Saving
          </>
        ) : state === "saved" ? (
          fields && wanted === saved.current ? (
            <>
              <Check size={13} aria-hidden /> Saved
            </>
          ) : null
        ) : (
          <span className="text-red-ink">{state.problem}</span>
        )}
      </p>
    </form>
  );
}
