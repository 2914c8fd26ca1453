"use client";
import { shiftBetween } from "@reefline/geo/shiftGrid";
import type { Survey } from "@reefline/schema/survey";
import { useMutation } from "@tanstack/react-query";
import { RotateCcw, X } from "lucide-react";
import { useEffect } from "react";
import { queryClient, trpc } from "../_api/api.ts";
import { sentenceFor } from "../_api/appErrorOf.ts";
import { Button } from "../_ui/Button.tsx";
import { formatLength } from "../_ui/formatNumbers.ts";
import { IconButton } from "../_ui/IconButton.tsx";
import { Kbd } from "../_ui/Kbd.tsx";
import { toast } from "../_ui/toasts.ts";
import { useWorkspace, workspace } from "../_workspace/workspaceStore.ts";
import { inWords } from "./directionWords.ts";
import { moveImagery, useMoveImagery } from "./moveImagery.ts";
import { useMoveImageryMap } from "./useMoveImageryMap.ts";

/** Over the map while the survey's imagery is being moved. */
export function MoveImageryPanel() {
  const active = useMoveImagery((state) => state.active);
  const survey = useWorkspace((state) => state.survey);
  useEffect(() => () => moveImagery.end(), []);
  return active && survey?.image ? <MovePanel survey={survey} image={survey.image} /> : null;
}

function MovePanel({ survey, image }: { survey: Survey; image: NonNullable<Survey["image"]> }) {
  const map = useWorkspace((state) => state.map);
  const pairs = useMoveImagery((state) => state.pairs);
  const from = useMoveImagery((state) => state.from);
  useMoveImageryMap(map);
  const shift = useShiftSurvey(survey);
  const found = pairs.length > 0 ? shiftBetween(image.grid, pairs) : null;
  const worst = found ? Math.max(...found.residualsMeters) : 0;
  return (
    <>
      <Cross />
      <section
        aria-label="Move the imagery"
        className="float absolute top-3 left-1/2 z-10 w-92 max-w-[calc(100%-1rem)] -translate-x-1/2 px-3.5 py-3 max-[699px]:top-14"
      >
        <h2 className="font-semibold">Move the imagery</h2>
        <p className="mt-0.5 text-ink-2" aria-live="polite">
          {from
            ? "Now click where that place belongs."
            : pairs.length === 0
              ? "Click a place in the imagery that you know, such as the corner of a jetty."
              : "Click another place to be surer, or move the imagery now."}
        </p>
        <p className="mt-1 text-sm text-ink-3 max-[699px]:hidden">
          By keyboard: bring the place under the cross with the arrows, then <Kbd>Enter</Kbd>. <Kbd>Esc</Kbd> goes a step back.
        </p>
        {pairs.length > 0 ? (
          <ol className="mt-2 divide-y divide-line border-y border-line">
            {pairs.map((pair, index) => (
              <li key={`${pair.from.join()} ${pair.to.join()}`} className="flex items-center gap-2 text-sm">
                <span>Point {index + 1}</span>
                <span className="ml-auto text-ink-2 tabular-nums">
                  {pairs.length > 1 ? `then ${lengthOf(found?.residualsMeters[index] ?? 0)} off` : null}
                </span>
                <IconButton
                  size="small"
                  icon={X}
                  label={`Remove point ${index + 1}`}
                  side="left"
                  onClick={() => moveImagery.remove(index)}
                />
              </li>
            ))}
          </ol>
        ) : null}
        {found ? (
          <p className="mt-2 tabular-nums">
            {inWords(found)}
            {pairs.length > 1 && worst > 3 * image.gsdMeters ? (
              <span className="block text-sm text-ink-2">
                The points disagree by up to {lengthOf(worst)}. Imagery is moved as a whole; a turn or a stretch is not undone by this.
              </span>
            ) : null}
          </p>
        ) : null}
        <div className="mt-3 flex flex-wrap justify-end gap-2">
          {image.shift ? (
            <Button
              size="small"
              look="quiet"
              icon={RotateCcw}
              className="mr-auto"
              busy={shift.isPending}
              onClick={() => shift.move({ to: { eastMeters: 0, northMeters: 0 } })}
            >
              Where its file places it
            </Button>
          ) : null}
          <Button size="small" onClick={() => moveImagery.end()}>
            Cancel
          </Button>
          <Button
            size="small"
            look="primary"
            disabled={!found || from !== null}
            busy={shift.isPending}
            onClick={() => shift.move({ pairs: pairs.map(({ from: a, to: b }) => ({ from: a, to: b })) })}
          >
            Move the imagery
          </Button>
        </div>
      </section>
    </>
  );
}

type Shift = { to: { eastMeters: number; northMeters: number } } | { pairs: { from: [number, number]; to: [number, number] }[] };

function useShiftSurvey(survey: Survey): { isPending: boolean; move: (shift: Shift) => void } {
  const mutation = useMutation(trpc.surveys.shift.mutationOptions());
  const refresh = (moved: Survey) => {
    queryClient.setQueryData(trpc.surveys.get.queryKey({ id: moved.id }), moved);
    if (useWorkspace.getState().surveyId === moved.id) workspace.setSurvey(moved);
    void queryClient.invalidateQueries({ queryKey: trpc.surveys.list.queryKey() });
  };
  const failed = (error: unknown) => toast(sentenceFor(error), { kind: "error" });
  const move = (shift: Shift) =>
    mutation.mutate(
      { id: survey.id, shift, version: survey.image?.version },
      {
        onError: failed,
        onSuccess: ({ survey: moved, before, movedMeters }) => {
          refresh(moved);
          moveImagery.end();
          const undo = () =>
            mutation.mutate(
              { id: survey.id, shift: { to: before }, version: moved.image?.version },
              { onError: failed, onSuccess: (back) => refresh(back.survey) },
            );
          toast(`The imagery moved ${inWords(movedMeters)} Labels stayed where they are.`, { action: { label: "Undo", run: undo } });
        },
      },
    );
  return { isPending: mutation.isPending, move };
}

/** The middle of the map, which Enter picks. */
function Cross() {
  return (
    <svg
      width="28"
      height="28"
      viewBox="0 0 28 28"
      className="pointer-events-none absolute top-1/2 left-1/2 z-10 -translate-1/2 max-[699px]:hidden"
      aria-hidden="true"
    >
      <path d="M14 1v10M14 17v10M1 14h10M17 14h10" stroke="white" strokeWidth="4" />
      <path d="M14 1v10M14 17v10M1 14h10M17 14h10" stroke="oklch(0.25 0.03 220)" strokeWidth="1.5" />
    </svg>
  );
}

function lengthOf(meters: number): string {
  const { value, unit } = formatLength(meters);
  return `${value} ${unit}`;
}
