"use client";
import { ClassSwatch } from "./ClassSwatch.tsx";
import { useClassColours } from "./useClassColours.ts";

/** Which colour is which class; nothing while there is only reef. */
export function ClassLegend() {
  const names = [...useClassColours().keys()];
  if (names.every((name) => name === "reef")) return null;
  return (
    <li className="pr-2 pb-1 pl-9" data-testid="class-legend">
      <ul
        aria-label="Colours of classes"
        className="scroll-quiet flex max-h-20 flex-wrap gap-x-3 gap-y-0.5 overflow-y-auto text-xs text-ink-2"
      >
        {names.map((name) => (
          <li key={name} className="flex min-w-0 items-center gap-1.5">
            <ClassSwatch name={name} />
            <span className="truncate">{name}</span>
          </li>
        ))}
      </ul>
    </li>
  );
}
