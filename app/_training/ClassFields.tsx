"use client";
import { ClassSwatch } from "../_map/ClassSwatch.tsx";
import { countText } from "../_report/quantity.ts";
import { Checkbox } from "../_ui/Checkbox.tsx";
import { Notice } from "../_ui/Notice.tsx";
import { Segmented } from "../_ui/Segmented.tsx";
import { trainingView } from "./trainingView.ts";

const ways = [
  { value: "reef", label: "Reef or not" },
  { value: "classes", label: "Classes of reef" },
] as const;

/** Whether the model only finds reef or also tells its classes apart, chosen among those that the labels have. */
export function ClassFields({
  chosen,
  labelled,
  error,
}: {
  chosen: readonly string[];
  /** What the labels of the surveys to learn from are called, the most used first; unsure ground left out. */
  labelled: readonly { name: string; count: number }[];
  error: string | undefined;
}) {
  const counts = new Map(labelled.map(({ name, count }) => [name, count]));
  const names = [...counts.keys(), ...chosen.filter((name) => !counts.has(name))];
  const telling = chosen.length > 0;
  const enough = names.length >= 2;
  const toggle = (name: string, on: boolean) =>
    trainingView.change({ classes: on ? [...chosen, name] : chosen.filter((other) => other !== name) });
  return (
    <div className="flex flex-col gap-1">
      <span className="text-sm text-ink-2">Tell apart</span>
      <Segmented
        label="Tell apart"
        value={telling ? "classes" : "reef"}
        options={ways}
        onChange={(way) => trainingView.change({ classes: way === "reef" ? [] : names })}
      />
      {telling ? (
        <fieldset className="mt-1" data-testid="classes-to-learn">
          <legend className="sr-only">Classes to tell apart</legend>
          {names.map((name) => (
            <Checkbox key={name} checked={chosen.includes(name)} onChange={(on) => toggle(name, on)}>
              <span className="flex items-center gap-2">
                <ClassSwatch name={name} />
                <span className="min-w-0 truncate">{name}</span>
                <span className="ml-auto text-sm text-ink-3 tabular-nums">{countText(counts.get(name) ?? 0, "label", "labels")}</span>
              </span>
            </Checkbox>
          ))}
        </fieldset>
      ) : null}
      {error ? (
        <Notice kind="attention">{error}</Notice>
      ) : telling ? (
        <p className="text-sm text-ink-3">
          Labels of other classes are learned from as reef whose class is not known. Where labels overlap, the one named first counts:{" "}
          {chosen.join(", ")}.
        </p>
      ) : (
        <p className="text-sm text-ink-3">
          {enough
            ? `Every label is reef, whatever its class. The labels have ${names.length} classes that could be told apart.`
            : "Every label is reef. To tell classes apart, give the labels at least two classes first (Label, Class)."}
        </p>
      )}
    </div>
  );
}
