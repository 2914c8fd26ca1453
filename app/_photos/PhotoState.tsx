"use client";
import { photoOutline } from "@reefline/geo/photoOutline";
import type { Grid } from "@reefline/schema/grid";
import { Lock, ScanEye } from "lucide-react";
import { undoRedo } from "../_editor/editorActions.ts";
import { change, useFeatures } from "../_editor/featureStore.ts";
import { announce } from "../_ui/announce.ts";
import { Button } from "../_ui/Button.tsx";
import { formatCount } from "../_ui/formatNumbers.ts";
import { Menu, MenuItem } from "../_ui/Menu.tsx";
import { toast } from "../_ui/toasts.ts";
import type { Mode } from "../_workspace/modes.ts";
import type { SurveyPhoto } from "./usePhotos.ts";

/** Whether a photo was examined and whether it is kept from training; while labelling both can be said. */
export function PhotoState({ photo, photos, grid, mode }: { photo: SurveyPhoto; photos: readonly SurveyPhoto[]; grid: Grid; mode: Mode }) {
  const word = (text: string, look: string) => <span className={`shrink-0 px-2 text-sm ${look} max-[699px]:hidden`}>{text}</span>;
  if (mode !== "label") {
    if (photo.isHeldOut) return word("held out", "text-ink-3");
    return photo.isExamined ? word("examined", "text-ink-3") : word("not examined", "text-amber-ink");
  }
  if (photo.isHeldOut) {
    return (
      <Button size="small" icon={Lock} onClick={() => learnFrom(photo)} title="It is kept from training, to tell how good a model is">
        Learn from it again
      </Button>
    );
  }
  if (!photo.isExamined) {
    return (
      <Button size="small" icon={ScanEye} onClick={() => markExamined(photo, grid)} title="Every reef on this photo is labelled">
        Examined
      </Button>
    );
  }
  // Training leaves the others of its group out as well: they look too much like it.
  const group = photos.filter((one) => one.group === photo.group && one.isExamined && !one.isHeldOut);
  return (
    <Menu
      trigger={
        <Button size="small" icon={Lock} title="Keep it from training, to tell how good a model is">
          Hold out
        </Button>
      }
    >
      {group.length > 1 ? (
        <MenuItem onSelect={() => holdOut(group, grid)}>
          All {formatCount(group.length)} of {photo.group}
        </MenuItem>
      ) : null}
      <MenuItem onSelect={() => holdOut([photo], grid)}>This photo</MenuItem>
    </Menu>
  );
}

const outlineOf = (photo: SurveyPhoto, grid: Grid, layer: "examined" | "holdout") => ({
  id: crypto.randomUUID(),
  content: {
    layer,
    class: layer,
    notes: "",
    properties: { photo: photo.name },
    provenance: { kind: "drawn" as const },
    geometry: photoOutline(photo, grid),
    locked: layer === "holdout",
  },
});

function markExamined(photo: SurveyPhoto, grid: Grid): void {
  change("Mark photo as examined", [outlineOf(photo, grid, "examined")]);
  announce(`${photo.name} is examined`);
}

/** Examined photos hold final labels: they are locked at once. */
function holdOut(photos: readonly SurveyPhoto[], grid: Grid): void {
  change(
    photos.length === 1 ? "Hold out photo" : `Hold out ${photos.length} photos`,
    photos.map((photo) => outlineOf(photo, grid, "holdout")),
  );
  const text =
    photos.length === 1
      ? "This photo is held out: models do not learn from it, and are judged on it."
      : `${formatCount(photos.length)} photos are held out: models do not learn from them, and are judged on them.`;
  toast(text, { action: { label: "Undo", run: () => undoRedo("undo") } });
}

function learnFrom(photo: SurveyPhoto): void {
  const own = [...useFeatures.getState().features.values()].filter((one) => one.layer === "holdout" && one.properties.photo === photo.name);
  if (own.length === 0) {
    toast("A held-out area was drawn around this photo. Select it on the map to change or delete it.", { kind: "attention" });
    return;
  }
  change(
    "Learn from photo again",
    own.map(({ id }) => ({ id, content: null })),
  );
  toast("Models may learn from this photo again.", { action: { label: "Undo", run: () => undoRedo("undo") } });
}
