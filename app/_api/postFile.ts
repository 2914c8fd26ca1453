import { appErrorIn, type SentError } from "./appErrorOf.ts";

/** A file that the server refused, with its sentence. */
export class FileRefused extends Error {
  readonly sent: SentError;

  constructor(sent: SentError) {
    super(sent.message);
    this.sent = sent;
  }
}

/** Sends a file as a body. Throws FileRefused, and an Error in words when there was no answer. */
export async function postFile(path: string, query: Record<string, string>, body: Blob, signal?: AbortSignal): Promise<unknown> {
  const response = await fetch(`${path}?${new URLSearchParams(query)}`, { method: "POST", body, signal: signal ?? null }).catch(
    (error: unknown) => {
      if (signal?.aborted) throw error;
      throw new Error("Reefline's server did not answer. Check that it is still running, then try again.");
    },
  );
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok) return answer;
  const message = `The file was not taken (the server answered ${response.status}).`;
  throw new FileRefused(appErrorIn(answer) ?? { code: `http/${response.status}`, kind: "internal", message });
}
