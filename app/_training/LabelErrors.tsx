"use client";
import { useQuery } from "@tanstack/react-query";
import { trpc } from "../_api/api.ts";
import { formatCount } from "../_ui/formatNumbers.ts";
import { PanelSection } from "../_ui/Panel.tsx";
import { DisagreementList } from "./DisagreementList.tsx";

const listed = 1_000;

/** Places where labels and out-of-fold predictions surely disagree, stepped through on the map, the largest first. */
export function LabelErrors({ runId, count }: { runId: string; count: number }) {
  const all = useQuery(trpc.runs.disagreements.queryOptions({ id: runId, limit: listed })).data;
  return (
    <PanelSection title="Probable label errors">
      {count === 0 ? (
        <p className="text-ink-2">Nowhere do labels and predictions surely disagree.</p>
      ) : (
        <>
          <p className="mb-2 text-ink-2">
            {formatCount(count)} places where a model that had not seen the label is sure of the opposite. Look at them; change the label
            where it is wrong.
          </p>
          {all ? <DisagreementList disagreements={all} known={runId} opinion="model" fileName="label-errors.geojson" /> : null}
        </>
      )}
    </PanelSection>
  );
}
