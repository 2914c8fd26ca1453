import { type LabelAgreement, labelAgreementSchema } from "@reefline/schema/labelAgreement";
import { z } from "zod";

const refusalSchema = z.object({ appError: z.object({ message: z.string() }) });

/** Sends a second labeller's file to be compared with the survey's labels. Throws an Error with the server's sentence. */
export async function compareLabels(file: File, surveyId: string): Promise<LabelAgreement> {
  const query = new URLSearchParams({ surveyId, fileName: file.name });
  const response = await fetch(`/imports/agreement?${query}`, { method: "POST", body: file }).catch(() => {
    throw new Error("Reefline's server did not answer. Check that it is still running, then try again.");
  });
  const answer: unknown = await response.json().catch(() => null);
  const agreement = labelAgreementSchema.safeParse(answer);
  if (response.ok && agreement.success) return agreement.data;
  const refusal = refusalSchema.safeParse(answer).data?.appError.message;
  throw new Error(refusal ?? `The file was not compared (the server answered ${response.status}).`);
}
