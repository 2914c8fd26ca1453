"use client";
import { useMemo, useState } from "react";
import { ClassSwatch } from "../_map/ClassSwatch.tsx";
import { Button } from "../_ui/Button.tsx";
import { formatArea, formatCount } from "../_ui/formatNumbers.ts";
import { PanelSection } from "../_ui/Panel.tsx";
import { ChangeClassDialog } from "./ChangeClassDialog.tsx";
import { useFeatures } from "./featureStore.ts";
import { labelTotals } from "./labelTotals.ts";

/** The classes that labels have, how much there is of each, and the way to change many at once. */
export function ClassesSection() {
  const counted = useFeatures((state) => state.totals);
  const pending = useFeatures((state) => state.pending);
  const [changing, setChanging] = useState(false);
  const classes = useMemo(() => labelTotals(counted, pending).classes, [counted, pending]);
  if (classes.length === 0) return null;
  return (
    <PanelSection
      title="Classes of labels"
      aside={
        <Button size="small" look="quiet" onClick={() => setChanging(true)}>
          Change many
        </Button>
      }
    >
      <table className="w-full tabular-nums" data-testid="label-classes">
        <caption className="sr-only">How many labels there are of each class</caption>
        <tbody>
          {classes.map(({ name, count, areaM2 }) => {
            const area = formatArea(areaM2);
            return (
              <tr key={name}>
                <th scope="row" className="max-w-0 py-0.5 text-left font-normal">
                  <span className="flex items-center gap-2">
                    <ClassSwatch name={name} />
                    <span className="truncate">{name}</span>
                  </span>
                </th>
                <td className="w-0 py-0.5 pl-3 text-right whitespace-nowrap">{formatCount(count)}</td>
                <td className="w-24 py-0.5 pl-3 text-right whitespace-nowrap text-ink-3">
                  {area.value} {area.unit}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {changing ? <ChangeClassDialog classes={classes.map(({ name }) => name)} onClose={() => setChanging(false)} /> : null}
    </PanelSection>
  );
}
