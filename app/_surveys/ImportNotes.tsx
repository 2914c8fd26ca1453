"use client";
import { useQuery } from "@tanstack/react-query";
import { trpc } from "../_api/api.ts";

/** What the import of a survey did that one should know: which image lies on top, where bands come from, wider samples. */
export function ImportNotes({ jobId }: { jobId: string | null }) {
  const jobs = useQuery({ ...trpc.jobs.list.queryOptions(), enabled: jobId !== null });
  const notes = jobs.data?.find((job) => job.id === jobId)?.result?.notes;
  if (!Array.isArray(notes) || notes.length === 0) return null;
  return (
    <ul className="mt-3 flex flex-col gap-1 text-sm text-ink-2">
      {notes
        .filter((note) => typeof note === "string")
        .map((note) => (
          <li key={note}>{note}</li>
        ))}
    </ul>
  );
}
