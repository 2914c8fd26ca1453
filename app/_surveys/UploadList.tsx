"use client";
import { Check, CircleAlert, Pause, Play, X } from "lucide-react";
import { formatBytes, formatTimeLeft } from "../_ui/formatNumbers.ts";
import { IconButton } from "../_ui/IconButton.tsx";
import { Progress } from "../_ui/Progress.tsx";
import { cancelUpload, dismissUpload, pauseUpload, resumeUpload, type UploadItem, useUploads } from "./uploads.ts";

/** Uploads under way, bottom right: what, how far, how long. */
export function UploadList() {
  const items = useUploads((state) => state.items);
  if (items.length === 0) return null;
  return (
    <section
      aria-label="Uploads"
      className="float fixed right-3 bottom-9 z-30 w-80 max-w-[calc(100vw-1.5rem)] divide-y divide-line max-[699px]:bottom-28"
    >
      {items.map((item) => (
        <UploadRow key={item.id} item={item} />
      ))}
    </section>
  );
}

function status(item: UploadItem): string {
  const { value, unit } = formatBytes(item.sizeBytes);
  if (item.state === "done") return "Uploaded";
  const fraction = item.sizeBytes > 0 ? item.sentBytes / item.sizeBytes : 0;
  const parts = [`${Math.floor(fraction * 100)} % of ${value} ${unit}`];
  if (item.state === "paused") parts.push("paused");
  else if (item.bytesPerSecond) parts.push(formatTimeLeft((item.sizeBytes - item.sentBytes) / item.bytesPerSecond));
  return parts.join(" · ");
}

function UploadRow({ item }: { item: UploadItem }) {
  const { id, state } = item;
  return (
    <div className="px-3 py-2.5">
      <div className="flex items-center gap-1">
        {state === "done" ? <Check size={15} className="mr-1 shrink-0 text-green-ink" aria-hidden /> : null}
        {state === "failed" ? <CircleAlert size={15} className="mr-1 shrink-0 text-red-ink" aria-label="Failed" /> : null}
        <span className="min-w-0 flex-1 truncate font-medium">{item.fileName}</span>
        {state === "sending" || state === "waiting" ? (
          <IconButton size="small" icon={Pause} label="Pause the upload" side="top" onClick={() => pauseUpload(id)} />
        ) : null}
        {state === "paused" ? (
          <IconButton size="small" icon={Play} label="Go on with the upload" side="top" onClick={() => resumeUpload(id)} />
        ) : null}
        <IconButton
          size="small"
          icon={X}
          side="top"
          label={state === "done" || state === "failed" ? "Dismiss" : item.group ? "Give these uploads up" : "Give the upload up"}
          onClick={() => (state === "done" || state === "failed" ? dismissUpload(id) : cancelUpload(id))}
        />
      </div>
      {state === "failed" ? null : <p className="text-sm text-ink-3 tabular-nums">{status(item)}</p>}
      {item.problem ? (
        <p
          className={state === "failed" ? "text-sm text-red-ink" : "text-sm text-amber-ink"}
          role={state === "failed" ? "alert" : undefined}
        >
          {item.problem}
        </p>
      ) : null}
      {state === "done" || state === "failed" ? null : (
        <Progress
          className="mt-2"
          label={`Uploading ${item.fileName}`}
          fraction={item.sizeBytes > 0 ? item.sentBytes / item.sizeBytes : 0}
        />
      )}
    </div>
  );
}
