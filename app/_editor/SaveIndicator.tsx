"use client";
import { Check, CloudOff, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { Spinner } from "../_ui/Spinner.tsx";
import { Tooltip } from "../_ui/Tooltip.tsx";
import { type SaveState, useFeatures } from "./featureStore.ts";

/** Whether everything drawn is safe, in a word. */
export function SaveIndicator() {
  const saveState = useFeatures((state) => state.saveState);
  const waiting = useFeatures((state) => state.pending.length);
  const problem = useFeatures((state) => state.saveProblem);
  const loaded = useFeatures((state) => state.loaded);
  if (!loaded) return null;
  const looks: Record<SaveState, { mark: ReactNode; word: string; tip: string; tone: string }> = {
    saved: {
      mark: <Check size={14} strokeWidth={2} aria-hidden />,
      word: "Saved",
      tip: "Every change is on the server's disk.",
      tone: "text-ink-3",
    },
    saving: {
      mark: <Spinner size={13} />,
      word: "Saving",
      tip: "Changes are on their way; this browser keeps them until they are acknowledged.",
      tone: "text-ink-3",
    },
    offline: {
      mark: <CloudOff size={14} strokeWidth={1.75} aria-hidden />,
      word: `Offline · ${waiting} waiting`,
      tip: `${problem ?? ""} Your changes are kept in this browser and are sent as soon as the server answers.`.trim(),
      tone: "text-amber-ink",
    },
    conflict: {
      mark: <TriangleAlert size={14} strokeWidth={1.75} aria-hidden />,
      word: "Conflict",
      tip: "Someone else changed the same polygon. Choose a version.",
      tone: "text-amber-ink",
    },
  };
  const { mark, word, tip, tone } = looks[saveState];
  return (
    <Tooltip label={tip}>
      <button
        type="button"
        data-testid="save-state"
        data-state={saveState}
        className={`flex h-8 items-center gap-1.5 rounded px-2 text-sm whitespace-nowrap ${tone}`}
      >
        {mark}
        <span className={saveState === "saved" || saveState === "saving" ? "max-[699px]:sr-only" : undefined}>{word}</span>
      </button>
    </Tooltip>
  );
}
