import { modelFileLookSchema } from "@reefline/schema/modelImport";
import { z } from "zod";

const answerSchema = z.object({ stagedId: z.string(), fileName: z.string(), look: modelFileLookSchema });
/** A file that the server has, and what it says of itself. */
export type StagedModel = z.infer<typeof answerSchema>;
const refusalSchema = z.object({ appError: z.object({ message: z.string() }) });

/** Sends a model's file. Throws an Error with the server's sentence when it cannot be a model. */
export async function sendModelFile(file: File, signal: AbortSignal): Promise<StagedModel> {
  const response = await fetch(`/imports/models?${new URLSearchParams({ fileName: file.name })}`, {
    method: "POST",
    body: file,
    signal,
  }).catch((error: unknown) => {
    if (signal.aborted) throw error;
    throw new Error("Reefline's server did not answer. Check that it is still running, then choose the file again.");
  });
  const body: unknown = await response.json().catch(() => null);
  const answer = answerSchema.safeParse(body);
  if (response.ok && answer.success) return answer.data;
  const refusal = refusalSchema.safeParse(body).data?.appError.message;
  throw new Error(refusal ?? `The file was not taken (the server answered ${response.status}).`);
}
