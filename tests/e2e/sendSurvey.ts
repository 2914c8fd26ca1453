import { readFile } from "node:fs/promises";
import type { Survey } from "@reefline/schema/survey";
import { eventually, type RunningApp } from "./runningApp.ts";

const base64 = (text: string) => Buffer.from(text).toString("base64");

/** Uploads an orthomosaic without a browser and waits until it is imported. */
export async function sendSurvey(app: RunningApp, path: string, name: string): Promise<Survey> {
  const body = await readFile(path);
  const tus = { "Tus-Resumable": "1.0.0" };
  const created = await fetch(`${app.url}/uploads`, {
    method: "POST",
    headers: {
      ...tus,
      "Upload-Length": String(body.length),
      "Upload-Metadata": `filename ${base64("survey.tif")},surveyName ${base64(name)}`,
    },
  });
  const sent = await fetch(new URL(created.headers.get("location") ?? "", app.url), {
    method: "PATCH",
    headers: { ...tus, "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream" },
    body,
  });
  if (!sent.ok) throw new Error(`The upload was answered with ${sent.status}: ${await sent.text()}`);
  const ready = (surveys: Survey[]) => surveys.find((survey) => survey.name === name && survey.image !== null);
  const surveys = await eventually(
    "the import",
    () => app.query<Survey[]>("surveys.list"),
    (list) => ready(list) !== undefined,
  );
  return ready(surveys)!;
}
