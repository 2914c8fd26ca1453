import { type SurveyFields, surveyFieldsSchema } from "@reefline/schema/survey";

/** The form's fields as typed. */
export type FieldTexts = Record<keyof SurveyFields, string>;

const two = (value: number) => String(value).padStart(2, "0");

/** An instant as `datetime-local` wants it: the clock on this computer's wall. A bare date stays that day. */
export function localTimeText(iso: string | null): string {
  if (!iso) return "";
  if (/^\d{4}-\d\d-\d\d$/.test(iso)) return `${iso}T12:00`;
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return "";
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

export function textsFromFields(fields: SurveyFields): FieldTexts {
  return {
    name: fields.name,
    site: fields.site,
    capturedAt: localTimeText(fields.capturedAt),
    tideHeightMeters: fields.tideHeightMeters === null ? "" : String(fields.tideHeightMeters),
    tideDatum: fields.tideDatum,
    notes: fields.notes,
  };
}

/** What the texts mean, or what is wrong with which of them. A decimal comma is understood. */
export function fieldsFromTexts(texts: FieldTexts): { fields: SurveyFields | null; errors: Partial<Record<keyof SurveyFields, string>> } {
  const errors: Partial<Record<keyof SurveyFields, string>> = {};
  const tide = texts.tideHeightMeters.trim().replace(",", ".").replace("−", "-");
  const tideHeightMeters = tide === "" ? null : Number(tide);
  if (tideHeightMeters !== null && !(Math.abs(tideHeightMeters) <= 30)) errors.tideHeightMeters = "A height in metres, such as −0.4.";
  if (texts.name.trim() === "") errors.name = "A survey needs a name.";
  const captured = texts.capturedAt === "" ? null : new Date(texts.capturedAt);
  if (captured && Number.isNaN(captured.getTime())) errors.capturedAt = "A date and a time, please.";
  if (Object.keys(errors).length > 0) return { fields: null, errors };
  const parsed = surveyFieldsSchema.safeParse({ ...texts, capturedAt: captured ? captured.toISOString() : null, tideHeightMeters });
  return parsed.success
    ? { fields: parsed.data, errors }
    : { fields: null, errors: { notes: parsed.error.issues[0]?.message ?? "This cannot be saved." } };
}
