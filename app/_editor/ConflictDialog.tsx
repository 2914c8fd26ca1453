"use client";
import type { FeatureContent } from "@reefline/schema/feature";
import { Button } from "../_ui/Button.tsx";
import { Dialog } from "../_ui/Dialog.tsx";
import { useFeatures } from "./featureStore.ts";
import { ShapeSketch } from "./ShapeSketch.tsx";
import { resolveConflict } from "./sendPending.ts";

/** Two people changed one polygon: both versions side by side, and a choice. Nothing is thrown away before it is made. */
export function ConflictDialog() {
  const conflict = useFeatures((state) => state.conflict);
  if (!conflict) return null;
  const ids = [...conflict.current.keys()];
  const first = ids[0];
  const mine = conflict.edit.puts.find((put) => put.id === first)?.content ?? null;
  const theirs = first ? (conflict.current.get(first) ?? null) : null;
  const many = ids.length > 1 ? `${ids.length} polygons were` : "This polygon was";
  return (
    <Dialog
      open
      onOpenChange={() => undefined}
      wide
      mustDecide
      title="Two versions of one polygon"
      description={`${many} changed elsewhere while you were at “${conflict.edit.title}”. Choose which version to keep; the other can still be had back with Undo.`}
      footer={
        <>
          <Button onClick={() => resolveConflict("theirs")}>Keep the other version</Button>
          <Button look="primary" onClick={() => resolveConflict("mine")}>
            Keep my version
          </Button>
        </>
      }
    >
      <div className="grid grid-cols-2 gap-4">
        <Version title="Yours" content={mine} beside={theirs} when={null} />
        <Version title="The other" content={theirs} beside={mine} when={theirs?.updatedAt ?? null} />
      </div>
    </Dialog>
  );
}

function Version({
  title,
  content,
  beside,
  when,
}: {
  title: string;
  content: FeatureContent | null;
  beside: FeatureContent | null;
  when: string | null;
}) {
  return (
    <section>
      <h3 className="mb-1.5 text-sm font-medium text-ink-2">
        {title}
        {when ? <span className="ml-2 font-normal text-ink-3">{new Date(when).toLocaleString("en-GB")}</span> : null}
      </h3>
      {content ? (
        <>
          <ShapeSketch polygon={content.geometry} beside={beside?.geometry ?? null} title={`${title}: outline, the other dashed`} />
          <p className="mt-1.5">
            {content.class}
            {content.notes ? <span className="block text-ink-2">{content.notes}</span> : null}
          </p>
        </>
      ) : (
        <p className="flex aspect-square items-center justify-center rounded bg-sunken text-ink-2">Deleted</p>
      )}
    </section>
  );
}
