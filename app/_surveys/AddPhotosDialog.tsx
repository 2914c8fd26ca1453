"use client";
import { useState } from "react";
import { Button } from "../_ui/Button.tsx";
import { Checkbox } from "../_ui/Checkbox.tsx";
import { Dialog } from "../_ui/Dialog.tsx";
import { Field, TextInput } from "../_ui/Field.tsx";
import { formatBytes, formatCount } from "../_ui/formatNumbers.ts";
import { useAddImages } from "./addImages.ts";
import { isInMaskFolder, type NamedFile } from "./photoFiles.ts";
import { sendPhotos } from "./sendPhotos.ts";
import { surveyNameFrom } from "./uploads.ts";

/** Photos were given: what is the survey called that they become? */
export function AddPhotosDialog() {
  const photos = useAddImages((state) => state.photos);
  const folder = useAddImages((state) => state.folder);
  const close = () => useAddImages.setState({ photos: null });
  return photos ? <Question key={photos.map(({ name }) => name).join("\n")} given={photos} folder={folder} onClose={close} /> : null;
}

function Question({ given, folder, onClose }: { given: readonly NamedFile[]; folder: string | null; onClose: () => void }) {
  const [name, setName] = useState(() => folder ?? (given.length === 1 && given[0] ? surveyNameFrom(given[0].name) : "Photos"));
  const [withMasks, setWithMasks] = useState(false);
  const masks = given.filter(isInMaskFolder);
  const photos = withMasks || masks.length === given.length ? given : given.filter((one) => !masks.includes(one));
  const { value, unit } = formatBytes(photos.reduce((sum, { file }) => sum + file.size, 0));
  const count = `${formatCount(photos.length)} ${photos.length === 1 ? "photo" : "photos"}`;
  const problem = name.trim() === "" ? "A survey needs a name." : null;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Add ${count}`}
      description="They become one survey, side by side, and are measured in pixels. Photos of one site, flight and day stay together when a model is judged."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="primary"
            disabled={problem !== null}
            onClick={() => {
              sendPhotos(photos, name.trim());
              onClose();
            }}
          >
            Add the photos
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <Field label="Name of the survey" error={problem}>
          {(ids) => <TextInput {...ids} value={name} maxLength={120} onChange={(event) => setName(event.target.value)} />}
        </Field>
        <p className="text-sm text-ink-2 tabular-nums">
          {count}, {value} {unit}:{" "}
          {photos
            .slice(0, 3)
            .map((photo) => photo.name)
            .join(", ")}
          {photos.length > 3 ? " …" : ""}
        </p>
        {masks.length > 0 && masks.length < given.length ? (
          <Checkbox checked={withMasks} onChange={setWithMasks}>
            Add the {formatCount(masks.length)} images in folders of masks as photos too. (Else import them as labels afterwards.)
          </Checkbox>
        ) : null}
      </div>
    </Dialog>
  );
}
