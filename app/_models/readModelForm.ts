import { type ModelFileLook, type ModelImport, modelImportSchema } from "@reefline/schema/modelImport";

/** What stands in the fields, as text. */
export interface ModelForm {
  name: string;
  gsdMeters: string;
  scale: "1" | "255" | "";
  bands: string;
  classes: string;
  mean: string;
  std: string;
  threshold: string;
  values: NonNullable<ModelImport["values"]> | "seen";
  unsharp: boolean;
}

export type ModelFormField = keyof ModelForm;
export type ModelFormErrors = Partial<Record<ModelFormField, string>>;

/** Filled with what the file says of itself. */
export function modelFormOf(look: ModelFileLook): ModelForm {
  return {
    name: look.name,
    gsdMeters: look.gsdMeters === null ? "" : String(look.gsdMeters),
    scale: look.scale === null ? "" : look.scale === 1 ? "1" : "255",
    bands: (look.bandNames ?? (look.bandCount === null || look.bandCount === 3 ? ["red", "green", "blue"] : [])).join(", "),
    classes: (look.channelNames ?? []).join(", "),
    mean: "",
    std: "",
    threshold: look.threshold === null ? "" : String(look.threshold),
    values: "seen",
    unsharp: look.unsharp,
  };
}

/** The field that a refusal of the server is about. */
export function fieldOf(code: string): ModelFormField | null {
  const fields: Record<string, ModelFormField> = {
    "onnx/gsd": "gsdMeters",
    "onnx/scale": "scale",
    "onnx/bands": "bands",
    "onnx/classes": "classes",
  };
  return fields[code] ?? null;
}

const numberOf = (text: string): number => Number(text.trim().replace(",", "."));
const namesOf = (text: string): string[] =>
  text
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean);
/** Numbers with blanks, semicolons, or commas and blanks between them. */
const numbersOf = (text: string): number[] =>
  text
    .split(/[\s;]+|,\s+|,(?=\d+\.)/)
    .filter(Boolean)
    .map((part) => numberOf(part.replace(/,$/, "")));

/** The request, or what is wrong in words, field by field. A model of Reefline says everything but its name itself. */
export function readModelForm(form: ModelForm, kind: ModelFileLook["kind"]): { request: ModelImport | null; errors: ModelFormErrors } {
  const errors: ModelFormErrors = {};
  const name = form.name.trim();
  if (name === "" || name.length > 120) errors.name = "A name of up to 120 letters.";
  if (kind === "reefline") {
    const request = { name, gsdMeters: null, bandNames: null, scale: null };
    return errors.name ? { request: null, errors } : { request, errors };
  }
  const gsd = numberOf(form.gsdMeters);
  if (form.gsdMeters.trim() === "" || !(gsd > 0 && gsd <= 10_000))
    errors.gsdMeters = "Metres of ground that one of its pixels shows, such as 0.05.";
  if (form.scale === "") errors.scale = "Choose which: its documentation or training code says so.";
  const bandNames = namesOf(form.bands);
  if (bandNames.length === 0) errors.bands = "Name its bands in order, with commas between them.";
  const classes = namesOf(form.classes);
  const list = (field: "mean" | "std"): number[] | undefined => {
    const numbers = numbersOf(form[field]);
    if (numbers.length === 0) return undefined;
    if (numbers.length !== bandNames.length || numbers.some((number) => !Number.isFinite(number)))
      errors[field] = `One number for each of the ${bandNames.length} bands, with blanks between them.`;
    else if (field === "std" && numbers.some((number) => number <= 0)) errors.std = "Numbers above 0.";
    return numbers;
  };
  const [mean, std] = [list("mean"), list("std")];
  const threshold = form.threshold.trim() === "" ? undefined : numberOf(form.threshold);
  if (threshold !== undefined && !(threshold >= 0 && threshold <= 1)) errors.threshold = "From 0 to 1, or nothing.";
  if (Object.keys(errors).length > 0) return { request: null, errors };
  const request = modelImportSchema.parse({
    name,
    gsdMeters: gsd,
    bandNames,
    scale: form.scale === "1" ? 1 : 255,
    ...(mean ? { mean } : {}),
    ...(std ? { std } : {}),
    ...(threshold === undefined ? {} : { threshold }),
    ...(classes.length > 0 ? { channelNames: classes } : {}),
    ...(form.values === "seen" ? {} : { values: form.values }),
    unsharp: form.unsharp,
  });
  return { request, errors };
}
