import { type LabelAgreement, labelAgreementSchema } from "@reefline/schema/labelAgreement";
import { postFile } from "../_api/postFile.ts";

/** Sends a second labeller's file to be compared with the survey's labels. Throws an Error with the server's sentence. */
export async function compareLabels(file: File, surveyId: string): Promise<LabelAgreement> {
  return labelAgreementSchema.parse(await postFile("/imports/agreement", { surveyId, fileName: file.name }, file));
}
