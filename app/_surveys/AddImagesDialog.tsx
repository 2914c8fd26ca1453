"use client";
import { ArrowDown, ArrowUp } from "lucide-react";
import { useState } from "react";
import { Button } from "../_ui/Button.tsx";
import { Dialog } from "../_ui/Dialog.tsx";
import { Field, TextInput } from "../_ui/Field.tsx";
import { formatBytes } from "../_ui/formatNumbers.ts";
import { IconButton } from "../_ui/IconButton.tsx";
import { Select } from "../_ui/Select.tsx";
import { sendImages, useAddImages } from "./addImages.ts";
import { surveyNameFrom } from "./uploads.ts";

type Choice = "mosaic" | "apart" | "bands";

/** Several images were given at once: what do they become? */
export function AddImagesDialog() {
  const files = useAddImages((state) => state.files);
  const close = () => useAddImages.setState({ files: null });
  // Mounted anew for each set of files, so that nothing is left of the last one's answers.
  return files ? <Question key={files.map((file) => file.name).join("\n")} given={files} onClose={close} /> : null;
}

function Question({ given, onClose }: { given: readonly File[]; onClose: () => void }) {
  const [files, setFiles] = useState(given);
  const [choice, setChoice] = useState<Choice>(() => (given.some((file) => bandWord(file.name)) ? "bands" : "mosaic"));
  const [name, setName] = useState(() => commonName(given));
  const [base, setBase] = useState(() =>
    Math.max(
      0,
      given.findIndex((file) => !bandWord(file.name)),
    ),
  );
  const [bandNames, setBandNames] = useState(() => given.map((file) => bandNameFrom(file.name)));
  const extras = files.map((_, index) => index).filter((index) => index !== base);
  const names = extras.map((index) => bandNames[index]?.trim() ?? "");
  const problem =
    choice !== "apart" && name.trim() === ""
      ? "A survey needs a name."
      : choice === "bands" && names.some((one, i) => one === "" || names.indexOf(one) !== i)
        ? "Every extra band needs a name of its own."
        : null;
  const swap = (index: number, by: number) => {
    const order = [...files];
    const [a, b] = [order[index], order[index + by]];
    if (!a || !b) return;
    order[index] = b;
    order[index + by] = a;
    setFiles(order);
  };
  const send = () => {
    if (choice === "apart") sendImages(files, { kind: "apart" });
    else if (choice === "mosaic") sendImages(files, { kind: "mosaic", name: name.trim(), onTop: "last" });
    else sendImages(files, { kind: "bands", name: name.trim(), base, bandNames: bandNames.map((one) => one.trim()) });
    onClose();
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Add ${files.length} images`}
      description="What do they show?"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" disabled={problem !== null} onClick={send}>
            {choice === "apart" ? `Add ${files.length} surveys` : "Add one survey"}
          </Button>
        </>
      }
    >
      <fieldset className="flex flex-col gap-1">
        <legend className="sr-only">What the images become</legend>
        <Option value="mosaic" chosen={choice} onChoose={setChoice} title={`One survey from ${files.length} images`}>
          Parts of one site, laid over each other.
        </Option>
        <Option value="apart" chosen={choice} onChoose={setChoice} title={`${files.length} surveys`}>
          Each image becomes a survey of its own.
        </Option>
        <Option value="bands" chosen={choice} onChoose={setChoice} title="One survey with extra bands">
          One image, and bands of the same ground from others: a surface model, near infrared.
        </Option>
      </fieldset>
      {choice === "apart" ? null : (
        <div className="mt-4 flex flex-col gap-4">
          <Field label="Name of the survey" error={name.trim() === "" ? problem : null}>
            {(ids) => <TextInput {...ids} value={name} maxLength={120} onChange={(event) => setName(event.target.value)} />}
          </Field>
          {choice === "mosaic" ? (
            <div>
              <p className="text-sm text-ink-2">Where they overlap, the lower one in this list is seen.</p>
              <ol className="mt-1 divide-y divide-line rounded border border-line">
                {files.map((file, index) => (
                  <li key={`${file.name} ${file.size} ${file.lastModified}`} className="flex min-h-8 items-center gap-1 py-0.5 pr-1 pl-2.5">
                    <span className="min-w-0 flex-1 truncate">{file.name}</span>
                    <span className="shrink-0 text-sm text-ink-3 tabular-nums">{sizeOf(file)}</span>
                    <IconButton
                      size="small"
                      icon={ArrowUp}
                      label={`Move ${file.name} up`}
                      disabled={index === 0}
                      onClick={() => swap(index, -1)}
                    />
                    <IconButton
                      size="small"
                      icon={ArrowDown}
                      label={`Move ${file.name} down`}
                      disabled={index === files.length - 1}
                      onClick={() => swap(index, 1)}
                    />
                  </li>
                ))}
              </ol>
              <p className="mt-1.5 text-sm text-ink-3">
                The image gets the coordinate system of the first and the finest pixels of all. They need the same bands.
              </p>
            </div>
          ) : (
            <>
              <Field label="The image" hint="Its pixels are kept; the bands of the others are fitted to them.">
                {(ids) => (
                  <Select
                    id={ids.id}
                    value={String(base)}
                    options={files.map((file, index) => ({ value: String(index), label: file.name }))}
                    onChange={(value) => setBase(Number(value))}
                  />
                )}
              </Field>
              {extras.map((index) => (
                <Field key={files[index]?.name ?? index} label={`Band from ${files[index]?.name}`}>
                  {(ids) => (
                    <TextInput
                      {...ids}
                      value={bandNames[index] ?? ""}
                      maxLength={40}
                      onChange={(event) => setBandNames(bandNames.map((one, i) => (i === index ? event.target.value : one)))}
                    />
                  )}
                </Field>
              ))}
              {problem && name.trim() !== "" ? <p className="text-sm text-red-ink">{problem}</p> : null}
              <p className="text-sm text-ink-3">
                Where one of the files holds no measurement, the survey holds none. Numbers that need more room, such as heights, are stored
                as floats.
              </p>
            </>
          )}
        </div>
      )}
    </Dialog>
  );
}

function Option({
  value,
  chosen,
  onChoose,
  title,
  children,
}: {
  value: Choice;
  chosen: Choice;
  onChoose: (value: Choice) => void;
  title: string;
  children: string;
}) {
  return (
    <label className="flex cursor-pointer items-start gap-2.5 rounded px-2 py-1.5 hover:bg-hover has-checked:bg-accent-soft">
      <input
        type="radio"
        name="what-images-become"
        value={value}
        checked={chosen === value}
        onChange={() => onChoose(value)}
        className="mt-1 accent-(--accent)"
      />
      <span>
        <span className="block font-medium">{title}</span>
        <span className="block text-sm text-ink-2">{children}</span>
      </span>
    </label>
  );
}

function sizeOf(file: File): string {
  const { value, unit } = formatBytes(file.size);
  return `${value} ${unit}`;
}

/** What the files' names begin with alike, else the first one's name. */
function commonName(files: readonly File[]): string {
  const names = files.map((file) => surveyNameFrom(file.name));
  const [first = "New survey", ...others] = names;
  let length = first.length;
  for (const other of others) while (length > 0 && other.slice(0, length) !== first.slice(0, length)) length--;
  const shared = first.slice(0, length).replace(/[\s._-]+$/, "");
  return shared.length >= 3 ? shared : first;
}

/** What a file's name says that its bands are, when they are no colours. */
const bandWord = (fileName: string): string | undefined =>
  /(?:^|[^a-z])(dsm|dem|dtm|chm|nir|rededge|thermal|ndvi)(?:[^a-z]|$)/i.exec(fileName)?.[1];

function bandNameFrom(fileName: string): string {
  return (bandWord(fileName) ?? surveyNameFrom(fileName)).toLowerCase().slice(0, 40);
}
