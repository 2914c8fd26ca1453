"use client";
import type { Grid } from "@reefline/schema/grid";
import { ChevronDown, ChevronLeft, ChevronRight } from "lucide-react";
import type { Map as MapLibreMap } from "maplibre-gl";
import { useCallback, useEffect, useRef, useState } from "react";
import { typing } from "../_editor/keyboardInput.ts";
import { announce } from "../_ui/announce.ts";
import { formatCount } from "../_ui/formatNumbers.ts";
import { IconButton } from "../_ui/IconButton.tsx";
import { Popover } from "../_ui/Popover.tsx";
import { useWorkspace } from "../_workspace/workspaceStore.ts";
import { lookAtPhoto, photoInView } from "./lookAtPhoto.ts";
import { PhotoList } from "./PhotoList.tsx";
import { PhotoState } from "./PhotoState.tsx";
import { type SurveyPhoto, usePhotos } from "./usePhotos.ts";

/** Over the map of a folder of photos: which one is looked at, the one before and the next, the list, and what it is for. */
export function PhotoBar() {
  const photos = usePhotos();
  const map = useWorkspace((state) => state.map);
  const grid = useWorkspace((state) => state.survey?.image?.grid ?? null);
  if (photos.length === 0 || !map || !grid) return null;
  return <Bar photos={photos} map={map} grid={grid} />;
}

function Bar({ photos, map, grid }: { photos: readonly SurveyPhoto[]; map: MapLibreMap; grid: Grid }) {
  const [index, setIndex] = useState(0);
  const mode = useWorkspace((state) => state.mode);
  useEffect(() => {
    const look = () => setIndex(photoInView(map, photos, grid)?.index ?? 0);
    look();
    map.on("moveend", look);
    return () => {
      map.off("moveend", look);
    };
  }, [map, photos, grid]);

  const goTo = useCallback(
    (photo: SurveyPhoto | undefined) => {
      if (!photo) return;
      lookAtPhoto(map, photo, grid);
      announce(
        `Photo ${photo.index + 1} of ${photos.length}: ${photo.name}, ${photo.labelCount} labels${photo.isHeldOut ? ", held out" : photo.isExamined ? "" : ", not examined"}`,
      );
    },
    [map, photos.length, grid],
  );
  useAskedPhoto(photos, goTo);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const step = event.key === "PageDown" ? 1 : event.key === "PageUp" ? -1 : 0;
      if (step === 0 || typing(event.target) || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      goTo(photos[index + step]);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [photos, index, goTo]);

  const photo = photos[index];
  if (!photo) return null;
  return (
    <section
      aria-label="Photos"
      className="float absolute top-3 left-1/2 z-10 flex h-10 max-w-[calc(100%-1.5rem)] -translate-x-1/2 items-center gap-1 px-1"
      data-testid="photo-bar"
    >
      <IconButton icon={ChevronLeft} label="The photo before" keys="PgUp" disabled={index === 0} onClick={() => goTo(photos[index - 1])} />
      <Popover
        label="Photos of this survey"
        align="center"
        trigger={
          <button type="button" className="flex h-8 min-w-0 items-center gap-2 rounded px-2 hover:bg-hover">
            <span className="shrink-0 text-ink-3 tabular-nums">
              {formatCount(index + 1)} / {formatCount(photos.length)}
            </span>
            <span className="min-w-0 truncate font-medium">{photo.name}</span>
            <ChevronDown size={14} className="shrink-0 text-ink-3" aria-hidden />
          </button>
        }
      >
        <PhotoList photos={photos} current={index} onChoose={goTo} />
      </Popover>
      <IconButton
        icon={ChevronRight}
        label="The next photo"
        keys="PgDn"
        disabled={index === photos.length - 1}
        onClick={() => goTo(photos[index + 1])}
      />
      <PhotoState photo={photo} photos={photos} grid={grid} mode={mode} />
    </section>
  );
}

/** Goes to the photo that the address asks for by name (`?photo=…`), once. */
function useAskedPhoto(photos: readonly SurveyPhoto[], goTo: (photo: SurveyPhoto) => void): void {
  const asked = useRef(false);
  useEffect(() => {
    if (asked.current) return;
    asked.current = true;
    const name = new URLSearchParams(window.location.search).get("photo");
    const found = name === null ? undefined : photos.find((photo) => photo.name === name);
    if (found) goTo(found);
  }, [photos, goTo]);
}
