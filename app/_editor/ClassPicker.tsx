"use client";
import { useMemo, useState } from "react";
import { ClassSwatch } from "../_map/ClassSwatch.tsx";
import { Field, TextInput } from "../_ui/Field.tsx";
import { Select } from "../_ui/Select.tsx";
import { useFeatures } from "./featureStore.ts";
import { labelTotals } from "./labelTotals.ts";

const other = "…";
const none: readonly string[] = [];

/** A label's class ("": several): those in use, `reef` and `unsure` first, or a new name. */
export function ClassPicker({
  value,
  onChange,
  label,
  more = none,
  hint,
}: {
  value: string;
  onChange: (value: string) => void;
  label: string;
  /** Further classes to choose from. */
  more?: readonly string[];
  hint?: string;
}) {
  const counted = useFeatures((state) => state.totals);
  const pending = useFeatures((state) => state.pending);
  const [naming, setNaming] = useState(false);
  const names = useMemo(() => {
    const used = new Set<string>(["reef", "unsure", value, ...more, ...labelTotals(counted, pending).classes.map(({ name }) => name)]);
    return [...used].filter((name) => name !== other && name !== "");
  }, [counted, pending, value, more]);
  return (
    <Field
      label={label}
      hint={value === "unsure" ? "Unsure ground is neither reef nor not reef: it is left out of training and of every number." : hint}
    >
      {(ids) =>
        naming ? (
          <TextInput
            {...ids}
            autoFocus
            maxLength={60}
            placeholder="Name of the class, then Enter"
            onBlur={() => setNaming(false)}
            onKeyDown={(event) => {
              const name = event.currentTarget.value.trim();
              if (event.key === "Enter" && name) onChange(name);
              if (event.key === "Enter" || event.key === "Escape") setNaming(false);
            }}
          />
        ) : (
          <Select
            id={ids.id}
            value={value}
            options={[
              ...names.map((name) => ({ value: name, label: name, mark: <ClassSwatch name={name} /> })),
              { value: other, label: "New class…" },
            ]}
            onChange={(next) => (next === other ? setNaming(true) : onChange(next))}
          />
        )
      }
    </Field>
  );
}
