"use client";
import { engineNames, type PredictionOptions } from "@reefline/schema/prediction";
import { Field } from "../_ui/Field.tsx";
import { Folded } from "../_ui/Folded.tsx";
import { Select } from "../_ui/Select.tsx";
import { Switch } from "../_ui/Switch.tsx";
import { engineWords } from "./engineWords.ts";
import { predictionForm, usePredictionForm } from "./predictionView.ts";

const engines: readonly { value: PredictionOptions["engine"]; label: string }[] = [
  { value: "auto", label: "The fastest here" },
  ...engineNames.map((name) => ({ value: name, label: engineWords[name] })),
];

/** What most people leave as it is. */
export function AdvancedOptions() {
  const { testTimeAugmentation, uncertainty, engine } = usePredictionForm((state) => state.options);
  return (
    <Folded name="Advanced">
      <div className="mt-2 flex flex-col gap-3">
        <Switch
          checked={uncertainty}
          onChange={(next) => predictionForm.setOptions({ uncertainty: next })}
          label="Map where it is unsure"
          hint="A second layer beside how sure it is"
        />
        <Switch
          checked={testTimeAugmentation}
          onChange={(next) => predictionForm.setOptions({ testTimeAugmentation: next })}
          label="Look from eight sides"
          hint="Averages eight orientations: more accurate, eight times as long"
        />
        <Field label="Compute with">
          {({ id }) => <Select id={id} value={engine} options={engines} onChange={(next) => predictionForm.setOptions({ engine: next })} />}
        </Field>
      </div>
    </Folded>
  );
}
