"use client";
import type { Judging } from "@reefline/schema/judging";
import type { TrainConfig } from "@reefline/schema/training";
import { durationText } from "../_report/quantity.ts";
import { Notice } from "../_ui/Notice.tsx";
import { Switch } from "../_ui/Switch.tsx";
import { trainingView } from "./trainingView.ts";

/** Where the ground is too small for one honest number: why, and whether to judge the model by leaving ground out part by part. */
export function JudgingAdvice({ judging, config, checked }: { judging: Judging; config: TrainConfig; checked: boolean }) {
  if (judging.way !== "folds" || judging.reason === null) return null;
  const { plan } = judging;
  if (!plan) {
    return (
      <Notice kind="attention">
        {judging.reason} It cannot be left out part by part either. Label reefs in more places, with empty ground around them.
      </Notice>
    );
  }
  const parts = plan.count ?? 5;
  const time = config.budget.kind === "minutes" ? `, about ${durationText(config.budget.minutes * 60 * parts)} more` : "";
  return (
    <div className="flex flex-col gap-2">
      <Notice kind="attention">{judging.reason}</Notice>
      <Switch
        checked={checked}
        onChange={(check) => trainingView.change({ check })}
        label="Judge it part by part as well"
        hint={`Afterwards the ground is left out in ${parts} parts, each predicted by a model that has not seen it${time}`}
      />
    </div>
  );
}
