"use client";
import { isPixelCrs } from "@reefline/geo/pixelCrs";
import type { Job } from "@reefline/schema/job";
import type { Survey, SurveyImage } from "@reefline/schema/survey";
import { CircleAlert, Trash2 } from "lucide-react";
import Link from "next/link";
import { Button } from "../_ui/Button.tsx";
import { formatCount, formatLength, formatTimeLeft } from "../_ui/formatNumbers.ts";
import { Progress } from "../_ui/Progress.tsx";
import { SurveyThumbnail } from "./SurveyThumbnail.tsx";
import { useRemoveSurvey } from "./useRemoveSurvey.ts";

/** One survey at a glance; while it is being prepared, how far that is. */
export function SurveyCard({ survey, job }: { survey: Survey; job: Job | null }) {
  const { image } = survey;
  const failed = job?.state === "failed" || job?.state === "cancelled";
  const remove = useRemoveSurvey();
  const card = (
    <Link
      href={`/surveys/${survey.id}`}
      className="group block overflow-hidden rounded-lg border border-line bg-surface transition-[border-color,box-shadow] duration-100 hover:border-line-strong hover:shadow-panel"
    >
      <div className="relative overflow-hidden border-b border-line">
        {image ? <SurveyThumbnail image={image} /> : <Preparing job={job} failed={failed} />}
        {survey.isDemo ? (
          <span className="absolute top-2 left-2 rounded-sm bg-surface/92 px-1.5 text-xs font-medium text-ink-2">Demo</span>
        ) : null}
      </div>
      <div className="px-3.5 py-3">
        <h3 className="truncate text-lg font-semibold tracking-[-0.01em]">{survey.name}</h3>
        <p className="mt-0.5 truncate text-ink-2">
          {[survey.site, survey.capturedAt ? formatDay(survey.capturedAt) : null].filter(Boolean).join(" · ") ||
            `Added ${formatDay(survey.createdAt)}`}
        </p>
        {image ? (
          <p className="mt-2 text-sm text-ink-3 tabular-nums">
            {image.photoCount !== undefined ? (
              <>
                {formatCount(image.photoCount)} {image.photoCount === 1 ? "photo" : "photos"} · in pixels
              </>
            ) : (
              <>
                {formatCount(image.grid.widthPx)} × {formatCount(image.grid.heightPx)} px · {pixelText(image)}
              </>
            )}
          </p>
        ) : null}
      </div>
    </Link>
  );
  if (image || !failed) return card;
  return (
    <div className="relative">
      {card}
      <div className="absolute right-3 bottom-3">
        <Button size="small" icon={Trash2} busy={remove.isPending} onClick={() => remove.mutate({ id: survey.id })}>
          Remove
        </Button>
      </div>
    </div>
  );
}

function pixelText(image: SurveyImage): string {
  if (isPixelCrs(image.grid.crs)) return "in pixels";
  const { value, unit } = formatLength(image.gsdMeters, "metres");
  return `${value} ${unit} per pixel`;
}

function Preparing({ job, failed }: { job: Job | null; failed: boolean }) {
  if (failed)
    return (
      <div className="flex aspect-3/2 flex-col items-center justify-center gap-2 bg-sunken px-5 text-center">
        <CircleAlert size={20} strokeWidth={1.5} className="text-red-ink" aria-label="Failed" />
        <p className="text-sm text-ink-2">{job?.error?.message ?? "The import was cancelled."}</p>
      </div>
    );
  const progress = job?.progress ?? null;
  const parts = [
    progress?.message ?? "Waiting to be prepared",
    progress?.fraction != null ? `${Math.round(progress.fraction * 100)} %` : null,
    progress?.secondsLeft != null ? formatTimeLeft(progress.secondsLeft) : null,
  ];
  return (
    <div className="flex aspect-3/2 flex-col justify-end bg-sunken p-4">
      <p className="mb-2 text-sm text-ink-2 tabular-nums">{parts.filter(Boolean).join(" · ")}</p>
      <Progress label="Preparing the survey" fraction={progress?.fraction ?? null} />
    </div>
  );
}

export function formatDay(iso: string): string {
  return new Date(iso).toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" });
}
