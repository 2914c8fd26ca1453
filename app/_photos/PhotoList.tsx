"use client";
import { CircleCheck, Lock } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { classNames } from "../_ui/classNames.ts";
import { TextInput } from "../_ui/Field.tsx";
import { formatCount } from "../_ui/formatNumbers.ts";
import type { SurveyPhoto } from "./usePhotos.ts";

/** More are found by typing. */
const listed = 300;

/** Photos by name, with what is drawn on each; typing narrows it down. */
export function PhotoList({
  photos,
  current,
  onChoose,
}: {
  photos: readonly SurveyPhoto[];
  current: number;
  onChoose: (photo: SurveyPhoto) => void;
}) {
  const [wanted, setWanted] = useState("");
  const here = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    // The popover puts the focus into the field first, and with it the list back to its top.
    const frame = requestAnimationFrame(() => here.current?.scrollIntoView({ block: "center" }));
    return () => cancelAnimationFrame(frame);
  }, []);
  const words = wanted.trim().toLowerCase();
  const found = photos.filter(
    ({ name, group }) => words === "" || name.toLowerCase().includes(words) || group.toLowerCase().includes(words),
  );
  // Around the one that is looked at, where there are too many to list.
  const from = words === "" ? Math.max(0, Math.min(current - listed / 2, found.length - listed)) : 0;
  const shown = found.slice(from, from + listed);
  const examined = photos.filter(({ isExamined }) => isExamined).length;
  const heldOut = photos.filter(({ isHeldOut }) => isHeldOut).length;
  return (
    <div className="flex flex-col">
      <div className="sticky top-0 z-10 border-b border-line bg-raised p-2">
        <TextInput
          value={wanted}
          onChange={({ target }) => setWanted(target.value)}
          placeholder="Find by name or day"
          aria-label="Find a photo by name or day"
        />
        <p className="mt-1.5 text-sm text-ink-3">
          {formatCount(examined)} of {formatCount(photos.length)} examined
          {heldOut > 0 ? ` · ${formatCount(heldOut)} held out` : ""}
          {shown.length < found.length ? ` · ${formatCount(shown.length)} shown` : ""}
        </p>
      </div>
      <ul className="py-1">
        {shown.map((photo) => (
          <li key={photo.index}>
            <button
              ref={photo.index === current ? here : null}
              type="button"
              aria-current={photo.index === current ? "true" : undefined}
              onClick={() => onChoose(photo)}
              className={classNames(
                "flex w-full items-center gap-2 px-3 py-1.5 text-left hover:bg-hover",
                photo.index === current && "bg-accent-soft text-accent-ink",
              )}
            >
              <span className="w-4 shrink-0">
                {photo.isHeldOut ? (
                  <Lock size={14} aria-label="Held out" className="text-ink-3" />
                ) : photo.isExamined ? (
                  <CircleCheck size={14} aria-label="Examined" className="text-ink-3" />
                ) : null}
              </span>
              <span className="min-w-0 flex-1 truncate" title={`${photo.name} · ${photo.group}`}>
                {photo.name}
              </span>
              <span className="text-ink-3 tabular-nums">{photo.labelCount > 0 ? formatCount(photo.labelCount) : ""}</span>
            </button>
          </li>
        ))}
        {shown.length === 0 ? <li className="px-3 py-2 text-ink-3">No photo is called so.</li> : null}
      </ul>
    </div>
  );
}
