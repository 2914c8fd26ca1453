"use client";
import { instanceScores } from "@reefline/accuracy/scores";
import { comparisonWarnings } from "@reefline/accuracy/warnings";
import type { Model } from "@reefline/schema/training";
import { Download, ExternalLink } from "lucide-react";
import { useState } from "react";
import { Checkbox } from "../_ui/Checkbox.tsx";
import { Notice } from "../_ui/Notice.tsx";
import { PanelSection } from "../_ui/Panel.tsx";
import { scoreText } from "./quantity.ts";
import { reportLink } from "./reportLink.ts";

const mostBeside = 3;
const linkLook =
  "inline-flex h-7 items-center gap-1.5 rounded border border-line-strong bg-surface px-2.5 text-sm font-medium text-ink no-underline hover:bg-hover";

/** The full report on a page of its own or as a file, and other models set beside this one. */
export function ReportLinks({ model, models }: { model: Model; models: readonly Model[] }) {
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const others = models.filter((one) => one.id !== model.id && one.card.architecture.kind !== "imported-onnx").slice(0, 12);
  const beside = others.filter((one) => chosen.includes(one.id));
  const ids = beside.map(({ id }) => id);
  return (
    <PanelSection title="The whole report" className="flex flex-col gap-2.5">
      <p className="text-ink-2">
        Curves, scores by threshold and by size of reef, best and worst pieces, and all it takes to train it again.
      </p>
      <div className="flex flex-wrap gap-2">
        <a className={linkLook} href={reportLink(model.id, ids, false)} target="_blank" rel="noreferrer">
          <ExternalLink size={14} strokeWidth={1.75} aria-hidden />
          Open the report
        </a>
        <a className={linkLook} href={reportLink(model.id, ids, true)}>
          <Download size={14} strokeWidth={1.75} aria-hidden />
          Download it
        </a>
      </div>
      {others.length > 0 ? (
        <fieldset>
          <legend className="mb-1 text-sm text-ink-2">Set beside it</legend>
          {others.map((one) => (
            <Checkbox
              key={one.id}
              checked={chosen.includes(one.id)}
              disabled={!chosen.includes(one.id) && beside.length >= mostBeside}
              onChange={(on) => setChosen(on ? [...chosen, one.id] : chosen.filter((id) => id !== one.id))}
            >
              {one.name}
            </Checkbox>
          ))}
        </fieldset>
      ) : null}
      {beside.length > 0 ? <SideBySide models={[model, ...beside]} /> : null}
    </PanelSection>
  );
}

function SideBySide({ models }: { models: readonly Model[] }) {
  const judged = models.map(({ id, name, card: { heldOut } }) => {
    const shapes = heldOut?.detail?.shapes.find(({ threshold }) => threshold === heldOut.threshold);
    return { id, name, heldOut, reefs: shapes ? instanceScores(shapes.sizes).f1 : null };
  });
  const score = (value: number | null | undefined) => (value === null || value === undefined ? "–" : scoreText(value));
  return (
    <>
      {comparisonWarnings(judged).map((warning) => (
        <Notice key={warning} kind="attention">
          {warning}
        </Notice>
      ))}
      <div className="overflow-x-auto">
        <table className="w-full text-sm tabular-nums">
          <thead>
            <tr className="text-right text-ink-3">
              <th scope="col" className="py-1 text-left font-normal">
                On the held-out area
              </th>
              {["Dice", "mIoU", "Reefs"].map((name) => (
                <th key={name} scope="col" className="py-1 pl-3 font-normal">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {judged.map(({ id, name, heldOut, reefs }) => (
              <tr key={id} className="border-t border-line text-right">
                <th scope="row" className="max-w-36 truncate py-1 text-left font-normal">
                  {name}
                </th>
                {[heldOut?.dice, heldOut?.meanIou, reefs].map((value, i) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: three columns that never move
                  <td key={i} className="py-1 pl-3">
                    {score(value)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
