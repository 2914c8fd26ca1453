"use client";
import type { CrossValidation } from "@reefline/schema/crossValidation";
import { useQuery } from "@tanstack/react-query";
import { trpc } from "../_api/api.ts";
import { DetailScores, Scores } from "../_report/ModelCardView.tsx";
import { scoreText } from "../_report/quantity.ts";
import { Notice } from "../_ui/Notice.tsx";
import { PanelSection } from "../_ui/Panel.tsx";
import { LabelErrors } from "./LabelErrors.tsx";

/** What a training with folds found: every labelled place judged once, by a model that had not seen it. `brief`: without the label errors. */
export function FoldsView({ runId, underWay, brief = false }: { runId: string; underWay: boolean; brief?: boolean }) {
  const result = useQuery({ ...trpc.runs.crossValidation.queryOptions({ id: runId }), refetchInterval: underWay ? 5_000 : false }).data;
  if (!result) return underWay ? <p className="px-4 py-3 text-ink-3">The first part is still learning.</p> : null;
  const { pooled, folds, plannedFolds } = result;
  return (
    <>
      <PanelSection title="All labelled ground">
        <p className="mb-1 text-ink-2">{inWords(result)}</p>
        {pooled ? (
          <>
            <Scores metrics={pooled} />
            <DetailScores evaluation={pooled} />
          </>
        ) : null}
        {folds.length < plannedFolds && !underWay ? (
          <Notice kind="attention">
            Stopped after {folds.length} of {plannedFolds} parts: the other ground was not judged.
          </Notice>
        ) : null}
      </PanelSection>
      <PanelSection title="Part by part">
        <table className="w-full text-sm tabular-nums">
          <thead className="text-left text-ink-3">
            <tr>
              <th className="py-1 font-normal">Left out</th>
              <th className="py-1 text-right font-normal">Dice</th>
              <th className="py-1 text-right font-normal">Threshold</th>
            </tr>
          </thead>
          <tbody>
            {folds.map(({ name, heldOut, threshold }) => (
              <tr key={name} className="border-t border-line">
                <th scope="row" className="max-w-40 truncate py-1 text-left font-normal text-ink" title={name}>
                  {name}
                </th>
                <td className="py-1 text-right">{heldOut ? scoreText(heldOut.dice) : "–"}</td>
                <td className="py-1 text-right">{threshold.toFixed(2)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </PanelSection>
      {brief ? null : <LabelErrors runId={runId} count={result.disagreementCount} />}
    </>
  );
}

function inWords({ plan, folds }: CrossValidation): string {
  const parts = { blocks: "Blocks of ground", groups: "Photos by site and day", surveys: "Surveys" }[plan.by];
  const touching = folds.filter(({ buffered }) => !buffered).length;
  const small = touching > 0 ? " The ground was too small to keep training and validation apart everywhere." : "";
  return `${parts} were left out in turn, each predicted by a model that had not seen it, at a threshold chosen on its own validation ground.${small}`;
}
