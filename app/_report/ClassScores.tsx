import { classScores, classSummary } from "@reefline/accuracy/classScores";
import { notReef } from "@reefline/report/classTables";
import type { ClassCounts } from "@reefline/schema/classes";
import { ClassSwatch } from "../_map/ClassSwatch.tsx";
import { classNames } from "../_ui/classNames.ts";
import { Folded } from "../_ui/Folded.tsx";
import { areaText, percentText, scoreText } from "./quantity.ts";

const head = "py-1 pl-2 text-right font-normal text-ink-3";

/** How well classes of reef were told apart, and which was taken for which. */
export function ClassScores({ counts }: { counts: ClassCounts }) {
  const { meanDice, rightClass } = classSummary(counts);
  const scores = classScores(counts);
  return (
    <div className="mt-2 border-t border-line pt-2" data-testid="class-scores">
      <p className="mb-1 text-ink-2">
        {meanDice === null
          ? "No label there is of a class that is told apart."
          : `Classes: mean Dice ${scoreText(meanDice)}.${rightClass === null ? "" : ` Of the reef it found, ${percentText(rightClass)} got the right class.`}`}
      </p>
      <div className="overflow-x-auto">
        <table className="w-full text-sm tabular-nums">
          <thead>
            <tr>
              <th scope="col" className="py-1 text-left font-normal text-ink-3">
                Class
              </th>
              {["Dice", "IoU", "Precision", "Recall"].map((name) => (
                <th key={name} scope="col" className={head}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {scores.map(({ name, dice, iou, precision, recall, areaM2 }) => (
              <tr key={name} className="border-t border-line text-right align-top">
                <th scope="row" className="max-w-24 py-1 text-left font-normal text-ink">
                  <ClassName name={name} />
                  {areaM2 ? (
                    <span className="block text-xs whitespace-nowrap text-ink-3">
                      {areaText(areaM2.labelled)}, predicted {areaText(areaM2.predicted)}
                    </span>
                  ) : null}
                </th>
                <td className="py-1 pl-2">{scoreText(dice)}</td>
                <td className="py-1 pl-2">{scoreText(iou)}</td>
                <td className="py-1 pl-2">{percentText(precision)}</td>
                <td className="py-1 pl-2">{percentText(recall)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Folded name="What was called what" className="mt-1">
        <CalledWhat counts={counts} />
      </Folded>
    </div>
  );
}

function ClassName({ name }: { name: string }) {
  return (
    <span className="flex items-center gap-1.5">
      <ClassSwatch name={name} />
      <span className="truncate">{name}</span>
    </span>
  );
}

/** Rows: what was labelled; columns: what it was predicted to be, in shares of the row. */
function CalledWhat({ counts: { classes, pixels } }: { counts: ClassCounts }) {
  const names = [notReef, ...classes];
  return (
    <div className="overflow-x-auto">
      <table className="w-full text-sm tabular-nums">
        <caption className="py-1 text-left text-ink-3">
          Of what was labelled so (rows), the share that was predicted to be (columns).
        </caption>
        <thead>
          <tr>
            <td />
            {names.map((name) => (
              <th key={name} scope="col" className={head}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {names.map((name, truth) => {
            const row = pixels[truth] ?? [];
            const all = row.reduce((sum, value) => sum + value, 0);
            return (
              <tr key={name} className="border-t border-line text-right">
                <th scope="row" className="py-1 text-left font-normal text-ink">
                  {truth === 0 ? name : <ClassName name={name} />}
                </th>
                {names.map((predicted, k) => (
                  <td key={predicted} className={classNames("py-1 pl-2", k === truth ? "font-medium text-ink" : "text-ink-2")}>
                    {all > 0 ? percentText((row[k] ?? 0) / all) : "–"}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
