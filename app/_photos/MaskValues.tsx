"use client";
import { Field, TextInput } from "../_ui/Field.tsx";
import { formatCount } from "../_ui/formatNumbers.ts";
import { Select } from "../_ui/Select.tsx";
import type { MaskValue } from "./photoLabelImport.ts";

const usual = [
  { value: "reef", label: "reef" },
  { value: "unsure", label: "unsure: counts as neither" },
  { value: "none", label: "background" },
  { value: "other", label: "another class …" },
];

/** Masks of several values: what each means. */
export function MaskValues({
  values,
  meanings,
  onChange,
}: {
  values: readonly MaskValue[];
  meanings: Readonly<Record<string, string>>;
  onChange: (meanings: Record<string, string>) => void;
}) {
  const isUsual = (name: string) => name === "reef" || name === "unsure" || name === "none";
  return (
    <div className="flex flex-col gap-3">
      <p className="text-ink-2">These masks hold {formatCount(values.length)} values besides black. What do they mean?</p>
      {values.map(({ value, masks, pixels }) => {
        const name = meanings[value] ?? "none";
        return (
          <div key={value} className="flex items-end gap-2">
            <Field
              className="flex-1"
              label={`Value ${value}`}
              hint={`in ${formatCount(masks)} ${masks === 1 ? "mask" : "masks"}, ${formatCount(pixels)} px`}
            >
              {({ id }) => (
                <Select
                  id={id}
                  value={isUsual(name) ? name : "other"}
                  options={usual}
                  onChange={(chosen) => onChange({ ...meanings, [value]: chosen === "other" ? `class ${value}` : chosen })}
                />
              )}
            </Field>
            {isUsual(name) ? null : (
              <TextInput
                className="mb-6 w-36"
                aria-label={`Class of the value ${value}`}
                value={name}
                maxLength={60}
                onChange={({ target }) => onChange({ ...meanings, [value]: target.value || `class ${value}` })}
              />
            )}
          </div>
        );
      })}
    </div>
  );
}
