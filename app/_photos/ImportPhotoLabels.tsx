"use client";
import { FileInput, FolderInput } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { queryClient, trpc } from "../_api/api.ts";
import { ClassPicker } from "../_editor/ClassPicker.tsx";
import { pullFeatures, useFeatures } from "../_editor/featureStore.ts";
import { type NamedFile, pickedFiles } from "../_surveys/photoFiles.ts";
import { Button } from "../_ui/Button.tsx";
import { Checkbox } from "../_ui/Checkbox.tsx";
import { Dialog } from "../_ui/Dialog.tsx";
import { formatCount } from "../_ui/formatNumbers.ts";
import { Notice } from "../_ui/Notice.tsx";
import { Progress } from "../_ui/Progress.tsx";
import { toast } from "../_ui/toasts.ts";
import { MaskValues } from "./MaskValues.tsx";
import { PhotoReportView } from "./PhotoReportView.tsx";
import { importMasks, importOutlines, lookAtMasks, type MaskValue, type PhotoReport, type PhotoResult } from "./photoLabelImport.ts";

type Step =
  | { kind: "choose" }
  | { kind: "busy"; message: string; fraction: number | null }
  /** The masks hold several values: which is what? */
  | { kind: "values"; values: MaskValue[]; refused: PhotoReport["refused"] }
  | { kind: "done"; result: PhotoResult };

const isMask = ({ file }: NamedFile): boolean => /\.png$/i.test(file.name);

/** VIA, COCO, GeoJSON or masks onto the photos of the open survey, and afterwards what was found by name and what was not. */
export function ImportPhotoLabels({ given, onClose }: { given: readonly NamedFile[]; onClose: () => void }) {
  const [files, setFiles] = useState(given);
  const [className, setClassName] = useState("reef");
  const [emptyIsExamined, setEmptyIsExamined] = useState(false);
  const [meanings, setMeanings] = useState<Record<string, string>>({});
  const [step, setStep] = useState<Step>({ kind: "choose" });
  const [error, setError] = useState<string | null>(null);
  const picker = useRef<HTMLInputElement>(null);
  const folderPicker = useRef<HTMLInputElement>(null);
  const stop = useRef(new AbortController());
  useEffect(() => {
    const { current } = stop;
    return () => current.abort();
  }, []);
  const masks = files.filter(isMask);
  const outlines = files.find((one) => !isMask(one)) ?? null;
  const { signal } = stop.current;

  const ended = async (result: PhotoResult) => {
    await pullFeatures();
    void queryClient.invalidateQueries(trpc.surveys.photos.queryFilter());
    toast(`${formatCount(result.imported)} labels imported on ${formatCount(result.report.matched.length)} photos.`);
    setStep({ kind: "done", result });
  };
  const run = async (work: (surveyId: string) => Promise<void>) => {
    const { surveyId } = useFeatures.getState();
    if (!surveyId) return;
    setError(null);
    try {
      await work(surveyId);
    } catch (cause) {
      if (signal.aborted) return;
      setError(cause instanceof Error ? cause.message : String(cause));
      setStep({ kind: "choose" });
    }
  };
  const takeMasks = (surveyId: string, maskClasses: Record<string, string>, refused: PhotoReport["refused"]) => {
    const onProgress = (done: number) =>
      setStep({ kind: "busy", message: `Importing mask ${done + 1} of ${masks.length}`, fraction: done / masks.length });
    return importMasks(masks, { surveyId, class: className, maskClasses, refused, onProgress, signal }).then(ended);
  };
  const start = () =>
    run(async (surveyId) => {
      if (outlines) {
        setStep({ kind: "busy", message: `Reading ${outlines.name}`, fraction: null });
        const result = await importOutlines(outlines.file, { surveyId, class: className, emptyIsExamined });
        if ("report" in result) return ended(result);
        await pullFeatures();
        toast(`${formatCount(result.imported)} polygons imported from ${outlines.name}.`);
        return onClose();
      }
      const onProgress = (done: number) =>
        setStep({ kind: "busy", message: `Looking at mask ${done + 1} of ${masks.length}`, fraction: done / masks.length });
      const { values, refused } = await lookAtMasks(masks, { surveyId, onProgress, signal });
      const [only] = values;
      if (values.length > 1) {
        setMeanings(Object.fromEntries(values.map(({ value }, index) => [value, index === 0 ? className : "none"])));
        return setStep({ kind: "values", values, refused });
      }
      await takeMasks(surveyId, only ? { [only.value]: className } : {}, refused);
    });

  const title = masks.length > 0 && !outlines ? `Import ${formatCount(masks.length)} masks` : "Import labels of photos";
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={title}
      description="VIA 1, 2 or 3, COCO, or PNG masks named as their photos. Photos with labels become examined."
      footer={
        step.kind === "done" ? (
          <Button look="primary" onClick={onClose}>
            Close
          </Button>
        ) : step.kind === "values" ? (
          <Button look="primary" onClick={() => run((surveyId) => takeMasks(surveyId, meanings, step.refused))}>
            Import the masks
          </Button>
        ) : (
          <Button look="primary" busy={step.kind === "busy"} disabled={files.length === 0} onClick={start}>
            Import labels
          </Button>
        )
      }
    >
      <div className="flex flex-col gap-4">
        <input
          ref={picker}
          type="file"
          multiple
          accept=".json,.geojson,.png,application/json,image/png"
          className="sr-only"
          aria-label="Label file or masks"
          data-testid="photo-label-file"
          onChange={(event) => setFiles(pickedFiles(event.target.files ?? []).files)}
        />
        <input
          ref={folderPicker}
          type="file"
          multiple
          className="sr-only"
          aria-label="Folder of masks"
          data-testid="mask-folder"
          onChange={(event) => setFiles(pickedFiles(event.target.files ?? []).files.filter(isMask))}
          {...{ webkitdirectory: "" }}
        />
        {step.kind === "choose" ? (
          <>
            <p className="min-h-5 truncate font-medium">{filesText(masks, outlines)}</p>
            <div className="flex flex-wrap gap-2">
              <Button icon={FileInput} onClick={() => picker.current?.click()}>
                Choose a file
              </Button>
              <Button icon={FolderInput} onClick={() => folderPicker.current?.click()}>
                Choose a folder of masks
              </Button>
            </div>
            <ClassPicker value={className} onChange={setClassName} label="Class, where labels name none" />
            {outlines ? (
              <Checkbox checked={emptyIsExamined} onChange={setEmptyIsExamined}>
                Photos that the file lists without an outline were examined and hold nothing
              </Checkbox>
            ) : null}
          </>
        ) : null}
        {step.kind === "busy" ? (
          <div>
            <p className="mb-2 text-ink-2">{step.message}</p>
            <Progress label={step.message} fraction={step.fraction} />
          </div>
        ) : null}
        {step.kind === "values" ? <MaskValues values={step.values} meanings={meanings} onChange={setMeanings} /> : null}
        {step.kind === "done" ? <PhotoReportView result={step.result} /> : null}
        {error ? <Notice kind="error">{error}</Notice> : null}
      </div>
    </Dialog>
  );
}

function filesText(masks: readonly NamedFile[], outlines: NamedFile | null): string {
  if (outlines) return outlines.name;
  if (masks.length === 1) return masks[0]?.name ?? "";
  return masks.length > 1
    ? `${formatCount(masks.length)} masks: ${masks
        .slice(0, 2)
        .map(({ name }) => name)
        .join(", ")} …`
    : "Nothing chosen yet";
}
