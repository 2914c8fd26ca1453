"use client";
import type { Prediction } from "@reefline/schema/prediction";
import { ClassSwatch } from "../_map/ClassSwatch.tsx";
import { percentText } from "../_report/quantity.ts";
import { formatArea } from "../_ui/formatNumbers.ts";
import { areaAtThreshold } from "./areaAtThreshold.ts";

/** How much of the reef is of which class, at a threshold; nothing where classes were not told apart. */
export function ClassAreas({ prediction: { classRaster }, threshold }: { prediction: Pick<Prediction, "classRaster">; threshold: number }) {
  if (!classRaster) return null;
  const rows = classRaster.classes.map((name, k) => ({ name, areaM2: areaAtThreshold(classRaster.areaHistogramsM2[k] ?? [], threshold) }));
  const whole = rows.reduce((sum, { areaM2 }) => sum + areaM2, 0);
  return (
    <table className="my-2 w-full tabular-nums" data-testid="class-areas">
      <caption className="sr-only">Predicted area of each class</caption>
      <tbody>
        {rows.map(({ name, areaM2 }) => {
          const { value, unit } = formatArea(areaM2);
          return (
            <tr key={name} data-class={name} data-area-m2={areaM2}>
              <th scope="row" className="max-w-0 py-0.5 text-left font-normal">
                <span className="flex items-center gap-2">
                  <ClassSwatch name={name} />
                  <span className="truncate">{name}</span>
                </span>
              </th>
              <td className="w-0 py-0.5 pl-3 text-right whitespace-nowrap">
                {value} <span className="text-ink-3">{unit}</span>
              </td>
              <td className="w-14 py-0.5 pl-3 text-right text-ink-3">{whole > 0 ? percentText(areaM2 / whole) : "0 %"}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
