import { modelFileLookSchema } from "@reefline/schema/modelImport";
import { z } from "zod";
import { postFile } from "../_api/postFile.ts";

const answerSchema = z.object({ stagedId: z.string(), fileName: z.string(), look: modelFileLookSchema });
/** A file that the server has, and what it says of itself. */
export type StagedModel = z.infer<typeof answerSchema>;

/** Sends a model's file. Throws an Error with the server's sentence when it cannot be a model. */
export async function sendModelFile(file: File, signal: AbortSignal): Promise<StagedModel> {
  return answerSchema.parse(await postFile("/imports/models", { fileName: file.name }, file, signal));
}
