"use client";
import { FileInput } from "lucide-react";
import { type ReactNode, useRef } from "react";

/** One file, chosen or dropped. */
export function FileDrop({
  file,
  note,
  accept,
  label,
  testId,
  onChoose,
}: {
  file: File | null;
  /** Beside the file's name. */
  note?: ReactNode;
  accept: string;
  label: string;
  testId: string;
  onChoose: (file: File | null) => void;
}) {
  const picker = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={picker}
        type="file"
        accept={accept}
        className="sr-only"
        tabIndex={-1}
        aria-label={label}
        data-testid={testId}
        onChange={(event) => onChoose(event.target.files?.[0] ?? null)}
      />
      <button
        type="button"
        onClick={() => picker.current?.click()}
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          event.stopPropagation();
          onChoose(event.dataTransfer.files[0] ?? null);
        }}
        className="flex items-center gap-3 rounded border border-dashed border-line-strong px-3 py-3 text-left hover:bg-hover"
      >
        <FileInput size={18} strokeWidth={1.5} className="shrink-0 text-ink-3" aria-hidden />
        <span className="min-w-0 flex-1 truncate">{file ? file.name : "Choose a file, or drop one here"}</span>
        {note ? <span className="text-ink-3 tabular-nums">{note}</span> : null}
      </button>
    </>
  );
}
