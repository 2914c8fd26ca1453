"use client";
import type { TrainConfig } from "@reefline/schema/training";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Dices, Download, Eye, EyeOff } from "lucide-react";
import { useState } from "react";
import { trpc } from "../_api/api.ts";
import { sentenceFor } from "../_api/appErrorOf.ts";
import { percentText } from "../_report/quantity.ts";
import { Button } from "../_ui/Button.tsx";
import { classNames } from "../_ui/classNames.ts";
import { Notice } from "../_ui/Notice.tsx";
import { Spinner } from "../_ui/Spinner.tsx";
import { ChipCanvas } from "./ChipCanvas.tsx";
import { chipsLink } from "./chipsLink.ts";

const dozen = 12;

/** Real chips of the chosen surveys as the training would see them with the options above: turned, zoomed, coloured, sharpened. */
export function ChipPreview({ surveyIds, config }: { surveyIds: readonly string[]; config: TrainConfig | null }) {
  const [open, setOpen] = useState(false);
  const [page, setPage] = useState(0);
  // What these leave as it is must not fetch the chips anew.
  const looked = config && { ...config, budget: { kind: "epochs" as const, epochs: 1 }, loss: null, schedule: null, learningRate: null };
  const preview = useQuery({
    ...trpc.runs.preview.queryOptions({ surveyIds: [...surveyIds], config: looked ?? {}, page, count: dozen }),
    enabled: open && looked !== null && surveyIds.length > 0,
    placeholderData: keepPreviousData,
    staleTime: 0,
    retry: false,
  });
  const chips = preview.data ?? [];
  return (
    <div className="flex flex-col gap-2">
      <div className="flex flex-wrap gap-2">
        <Button size="small" icon={open ? EyeOff : Eye} aria-expanded={open} disabled={looked === null} onClick={() => setOpen(!open)}>
          {open ? "Hide the chips" : "See what it would learn from"}
        </Button>
        {open ? (
          <Button size="small" icon={Dices} busy={preview.isFetching} onClick={() => setPage(page + 1)}>
            Another dozen
          </Button>
        ) : null}
        {open && chips.length > 0 && looked ? (
          <Button size="small" icon={Download} onClick={() => window.location.assign(chipsLink(surveyIds, looked))}>
            Save all as PNGs
          </Button>
        ) : null}
      </div>
      {open && preview.error ? <Notice kind="attention">{sentenceFor(preview.error)}</Notice> : null}
      {open && preview.isPending && !preview.error ? (
        <p className="flex items-center gap-2 text-sm text-ink-3">
          <Spinner /> Cutting chips…
        </p>
      ) : null}
      {open && chips.length > 0 ? (
        <>
          <ul
            aria-label="Chips as the training would see them"
            aria-busy={preview.isFetching}
            data-testid="chip-preview"
            className={classNames("grid grid-cols-3 gap-2", preview.isPlaceholderData && "opacity-60")}
          >
            {chips.map(({ image, mask, reefShare }, i) => {
              const words = reefShare === null ? "nothing to learn" : reefShare === 0 ? "no reef" : `${percentText(reefShare)} reef`;
              return (
                // biome-ignore lint/suspicious/noArrayIndexKey: twelve places; what is in them changes
                <li key={i} className="min-w-0">
                  <ChipCanvas
                    image={image}
                    outlines={[{ source: mask, look: "label", dimUncounted: true }]}
                    label={`Chip ${i + 1}: ${words}`}
                  />
                  <span className="mt-0.5 block truncate text-xs text-ink-3 tabular-nums">{words}</span>
                </li>
              );
            })}
          </ul>
          <p className="text-sm text-ink-3">
            {chips[0]?.sizePx} px wide each. Outlined: labelled reef. Darkened: ground it does not learn from. All of them are saved as they
            are in the image, with a mask each; held-out ground is in none.
          </p>
        </>
      ) : null}
    </div>
  );
}
