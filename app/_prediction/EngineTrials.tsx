"use client";
import type { EngineTrial, PinnedEngine } from "@reefline/schema/prediction";
import { Check } from "lucide-react";
import { classNames } from "../_ui/classNames.ts";
import { Folded } from "../_ui/Folded.tsx";
import { engineWords, trialsInOrder } from "./engineWords.ts";

/** The test that chose what a prediction was computed with: each engine's speed and answer, and why it was not taken. */
export function EngineTrials({ engine }: { engine: PinnedEngine }) {
  const trials = trialsInOrder(engine);
  if (trials.length === 0) return null;
  return (
    <Folded name="How the engine was chosen" className="mt-1 text-sm" data-testid="engine-trials">
      <table className="mt-1 w-full tabular-nums">
        <thead className="text-ink-3">
          <tr className="text-right">
            <th scope="col" className="pb-1 text-left font-normal">
              Engine
            </th>
            <th
              scope="col"
              className="pb-1 pl-3 font-normal"
              title="Millions of pixels a second, in a test on windows of this survey's size"
            >
              Mpx/s
            </th>
            <th scope="col" className="pb-1 pl-3 font-normal" title="The largest difference of a probability from float32 on TensorFlow">
              Differs
            </th>
          </tr>
        </thead>
        {trials.map((trial) => (
          <Trial key={trial.name} trial={trial} isChosen={trial.name === engine.name} />
        ))}
      </table>
    </Folded>
  );
}

function Trial({ trial: { name, mpxPerSecond, maxDifference, why }, isChosen }: { trial: EngineTrial; isChosen: boolean }) {
  return (
    <tbody className={classNames("border-t border-line", isChosen ? "text-ink" : "text-ink-2")}>
      <tr className="text-right align-baseline">
        <th scope="row" className={classNames("py-1 text-left", isChosen ? "font-medium" : "font-normal")}>
          {engineWords[name]}
          {isChosen ? <Check size={14} className="ml-1 inline align-[-2px] text-accent" aria-label="chosen" /> : null}
        </th>
        <td className="py-1 pl-3">{mpxPerSecond === null ? "–" : mpxPerSecond.toPrecision(2)}</td>
        <td className="py-1 pl-3">{maxDifference === null ? "–" : differenceText(maxDifference)}</td>
      </tr>
      {why === undefined || isChosen ? null : (
        <tr>
          <td colSpan={3} className="pr-2 pb-1.5 text-xs text-ink-3">
            {why}
          </td>
        </tr>
      )}
    </tbody>
  );
}

/** Of a probability, in per cent points. */
function differenceText(difference: number): string {
  if (difference === 0) return "0 %";
  return difference < 0.000_05 ? "< 0.01 %" : `${(100 * difference).toFixed(2)} %`;
}
