"use client";
import type { ModelFileLook } from "@reefline/schema/modelImport";
import { useMutation } from "@tanstack/react-query";
import { FileInput } from "lucide-react";
import { useCallback, useEffect, useRef, useState } from "react";
import { api, queryClient, trpc } from "../_api/api.ts";
import { appErrorOf, sentenceFor } from "../_api/appErrorOf.ts";
import { scoreText } from "../_report/quantity.ts";
import { Button } from "../_ui/Button.tsx";
import { Dialog } from "../_ui/Dialog.tsx";
import { Field, NumberInput, TextInput } from "../_ui/Field.tsx";
import { FileDrop } from "../_ui/FileDrop.tsx";
import { Folded } from "../_ui/Folded.tsx";
import { Notice } from "../_ui/Notice.tsx";
import { Segmented } from "../_ui/Segmented.tsx";
import { Select } from "../_ui/Select.tsx";
import { Spinner } from "../_ui/Spinner.tsx";
import { Switch } from "../_ui/Switch.tsx";
import { toast } from "../_ui/toasts.ts";
import { fieldOf, type ModelForm, type ModelFormErrors, modelFormOf, readModelForm } from "./readModelForm.ts";
import { type StagedModel, sendModelFile } from "./sendModelFile.ts";

const kinds: Record<ModelFileLook["kind"], string> = { onnx: "ONNX", keras: "Keras", reefline: "a model of Reefline" };
const scales = [
  { value: "255", label: "0 to 1" },
  { value: "1", label: "0 to 255" },
] as const;
const answers = [
  { value: "seen", label: "Seen from what it answers" },
  { value: "probability", label: "Probabilities" },
  { value: "logit", label: "Logits, each for itself" },
  { value: "softmax", label: "Scores that share one softmax" },
] as const;

/** Opens the dialog that takes in a model of another program, or of another Reefline. */
export function ImportModel({ onImported, size }: { onImported: (modelId: string) => void; size?: "small" }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button size={size} icon={FileInput} className="self-start" onClick={() => setOpen(true)}>
        Import a model
      </Button>
      {open ? <ImportModelDialog onClose={() => setOpen(false)} onImported={onImported} /> : null}
    </>
  );
}

function ImportModelDialog({ onClose, onImported }: { onClose: () => void; onImported: (modelId: string) => void }) {
  const { file, staged, sending, refusal, choose, keep } = useModelFile();
  const [form, setForm] = useState<ModelForm | null>(null);
  const [errors, setErrors] = useState<ModelFormErrors>({});
  useEffect(() => {
    setForm(staged ? modelFormOf(staged.look) : null);
    setErrors({});
  }, [staged]);
  const take = useMutation({
    ...trpc.models.import.mutationOptions(),
    onSuccess: (model) => {
      keep();
      void queryClient.invalidateQueries(trpc.models.list.queryFilter());
      const advice = model.card.steps > 0 ? "" : " How good it is here is not known: predict, and compare with labels you trust.";
      toast(`${model.name} was imported.${advice}`);
      onImported(model.id);
      onClose();
    },
    onError: (error) => {
      const answered = appErrorOf(error);
      const field = answered && fieldOf(answered.code);
      if (answered && field) setErrors({ [field]: answered.message });
    },
  });
  const change = (part: Partial<ModelForm>) => {
    take.reset();
    setErrors({});
    setForm((now) => now && { ...now, ...part });
  };
  const send = () => {
    if (!staged || !form) return;
    const read = readModelForm(form, staged.look.kind);
    setErrors(read.errors);
    if (read.request) take.mutate({ ...read.request, stagedId: staged.stagedId, fileName: staged.fileName });
  };
  const isAnswered = take.error && fieldOf(appErrorOf(take.error)?.code ?? "") !== null;
  return (
    <Dialog
      open
      onOpenChange={(next) => !next && onClose()}
      title="Import a model"
      description="ONNX or Keras to predict with, or a model that another Reefline exported."
      footer={
        <Button look="primary" busy={take.isPending} disabled={!form} onClick={send}>
          Import the model
        </Button>
      }
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <FileDrop
          file={file}
          note={sending ? <Spinner /> : staged ? kinds[staged.look.kind] : null}
          accept=".onnx,.keras,.h5,.hdf5,.zip"
          label="File of the model"
          testId="model-file"
          onChoose={choose}
        />
        <p className="sr-only" aria-live="polite">
          {sending ? "Reading the file." : staged ? `The file is ${kinds[staged.look.kind]}.` : ""}
        </p>
        {refusal ? <Notice kind="error">{refusal}</Notice> : null}
        {staged && form ? <ModelFields look={staged.look} form={form} errors={errors} change={change} /> : null}
        {take.error && !isAnswered ? <Notice kind="error">{sentenceFor(take.error)}</Notice> : null}
        {/* Enter in a field sends, as the button below does. */}
        <button type="submit" className="hidden" tabIndex={-1} aria-hidden="true" />
      </form>
    </Dialog>
  );
}

/** The chosen file on its way to the server; what was sent and is not taken is forgotten there. */
function useModelFile() {
  const [file, setFile] = useState<File | null>(null);
  const [staged, setStaged] = useState<StagedModel | null>(null);
  const [sending, setSending] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const underWay = useRef<AbortController | null>(null);
  const waiting = useRef<string | null>(null);
  const forget = useCallback(() => {
    underWay.current?.abort();
    // A file that stays is swept in time.
    if (waiting.current) void api.models.discard.mutate({ stagedId: waiting.current }).catch(() => undefined);
    waiting.current = null;
  }, []);
  useEffect(() => forget, [forget]);
  const choose = async (next: File | null) => {
    if (!next) return;
    forget();
    const sent = new AbortController();
    underWay.current = sent;
    setFile(next);
    setStaged(null);
    setRefusal(null);
    setSending(true);
    try {
      const answer = await sendModelFile(next, sent.signal);
      waiting.current = answer.stagedId;
      setStaged(answer);
    } catch (error) {
      if (sent.signal.aborted) return;
      setRefusal(error instanceof Error ? error.message : String(error));
    }
    setSending(false);
  };
  const keep = () => {
    waiting.current = null;
  };
  return { file, staged, sending, refusal, choose: (next: File | null) => void choose(next), keep };
}

function ModelFields({
  look,
  form,
  errors,
  change,
}: {
  look: ModelFileLook;
  form: ModelForm;
  errors: ModelFormErrors;
  change: (part: Partial<ModelForm>) => void;
}) {
  const [isOpen, setOpen] = useState(false);
  const isAdvancedWrong = [errors.classes, errors.mean, errors.std, errors.threshold].some((error) => error !== undefined);
  const name = (
    <Field label="Name" error={errors.name ?? null}>
      {(ids) => <TextInput {...ids} value={form.name} maxLength={120} onChange={(event) => change({ name: event.target.value })} />}
    </Field>
  );
  if (look.kind === "reefline") {
    const tells = look.channelNames ? `; tells ${look.channelNames.slice(1).join(", ")}` : "";
    return (
      <>
        {name}
        <p className="text-sm text-ink-2">
          {look.bandNames?.join(", ")} at {look.gsdMeters} m per pixel{tells}.
          {look.dice === null ? " " : ` Dice ${scoreText(look.dice)} where it was trained. `}
          It can be trained on here.
        </p>
      </>
    );
  }
  return (
    <>
      {name}
      <div className="grid grid-cols-2 items-start gap-3">
        <Field label="Made for pixels of" error={errors.gsdMeters ?? null}>
          {(ids) => (
            <NumberInput {...ids} unit="m" value={form.gsdMeters} onChange={(event) => change({ gsdMeters: event.target.value })} />
          )}
        </Field>
        <Field label="It takes values from" error={errors.scale ?? null}>
          {() => <Segmented label="Values it takes" value={form.scale} options={scales} onChange={(scale) => change({ scale })} />}
        </Field>
      </div>
      <Field label="Bands" hint="In its order, with commas; matched with the survey's by name" error={errors.bands ?? null}>
        {(ids) => <TextInput {...ids} value={form.bands} onChange={(event) => change({ bands: event.target.value })} />}
      </Field>
      <Folded name="Advanced" open={isOpen || isAdvancedWrong} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <div className="mt-2 flex flex-col gap-3">
          <Field
            label="Its classes"
            hint="In order, with commas, such as background, live, dead. All but background are reef; nothing: reef alone"
            error={errors.classes ?? null}
          >
            {(ids) => <TextInput {...ids} value={form.classes} onChange={(event) => change({ classes: event.target.value })} />}
          </Field>
          <div className="grid grid-cols-2 items-start gap-3">
            <Field label="Mean of each band" error={errors.mean ?? null}>
              {(ids) => <TextInput {...ids} placeholder="0" value={form.mean} onChange={(event) => change({ mean: event.target.value })} />}
            </Field>
            <Field label="Standard deviation" error={errors.std ?? null}>
              {(ids) => <TextInput {...ids} placeholder="1" value={form.std} onChange={(event) => change({ std: event.target.value })} />}
            </Field>
          </div>
          <p className="text-sm text-ink-3">Of the values it takes: (x − mean) / standard deviation goes in.</p>
          <Field label="Its numbers are">
            {(ids) => <Select id={ids.id} value={form.values} options={answers} onChange={(values) => change({ values })} />}
          </Field>
          <Field label="Reef from a probability of" error={errors.threshold ?? null}>
            {(ids) => (
              <NumberInput
                {...ids}
                placeholder="0.5"
                value={form.threshold}
                onChange={(event) => change({ threshold: event.target.value })}
              />
            )}
          </Field>
          <Switch
            checked={form.unsharp}
            onChange={(unsharp) => change({ unsharp })}
            label="Made for sharpened images"
            hint="The course's unsharp filter, radius 20"
          />
        </div>
      </Folded>
    </>
  );
}
