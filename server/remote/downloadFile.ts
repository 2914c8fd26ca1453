import { open } from "node:fs/promises";
import { AppError, isAppError } from "@reefline/schema/errors";
import { statusError } from "./httpSource.ts";
import { RemoteAgents, type RemoteOptions, remoteGet, unreachable, wrongLength } from "./remoteRequest.ts";

/**
 * Copies a file from a web address to `path`, under the same guard as `openHttpSource`. The time limit is per `bytesPerLimit`: a large file
 * may take hours, a server that trickles may not.
 * @param maxBytes larger files are refused, also when they only turn out so
 * @throws AppError `remote/…`, `raster/cancelled`; what was written then is the caller's to remove
 */
export async function downloadFile(
  address: string,
  path: string,
  options: RemoteOptions,
  {
    maxBytes,
    signal,
    onSize,
    onProgress,
  }: {
    maxBytes: number;
    signal?: AbortSignal;
    /** Called before the first byte, with the length that the server tells. May throw, e.g. for want of disk. */
    onSize?: (sizeBytes: number | null) => Promise<void>;
    onProgress?: (doneBytes: number, sizeBytes: number | null) => void;
  },
): Promise<number> {
  const agents = new RemoteAgents(1);
  // The limit of a request is for a range; here it is asked of every `bytesPerLimit` of the file.
  const { limits } = options;
  const patient = { ...options, limits: { ...limits, remoteSeconds: 7 * 24 * 3_600 } };
  const file = await open(path, "w");
  let done = 0;
  try {
    const { reply, url } = await remoteGet(address, {}, agents, patient, signal);
    try {
      const status = reply.statusCode ?? 0;
      const encoding = reply.headers["content-encoding"] ?? "identity";
      if (status >= 400) throw statusError(status, url);
      if (status !== 200 || encoding !== "identity") throw unreachable(url, "the server does not send the file as it is");
      const told = /^\d{1,15}$/.test(reply.headers["content-length"] ?? "") ? Number(reply.headers["content-length"]) : null;
      if (told !== null && told > maxBytes) throw tooLarge(url, maxBytes);
      await onSize?.(told);
      let windowStart = Date.now();
      let windowBytes = 0;
      for await (const part of reply) {
        const chunk: unknown = part;
        if (!(chunk instanceof Uint8Array)) break;
        done += chunk.length;
        windowBytes += chunk.length;
        if (done > maxBytes) throw tooLarge(url, maxBytes);
        await file.writeFile(chunk);
        onProgress?.(done, told);
        const seconds = (Date.now() - windowStart) / 1_000;
        if (seconds < limits.remoteSeconds) continue;
        if (windowBytes < bytesPerLimit) throw unreachable(url, "it sends too slowly");
        windowStart = Date.now();
        windowBytes = 0;
      }
      if (told !== null && done !== told) throw wrongLength(url);
      if (done === 0) throw wrongLength(url);
      await file.sync();
      return done;
    } catch (error) {
      throw isAppError(error) || !reply.errored ? error : unreachable(url, "the connection was cut");
    } finally {
      reply.destroy();
    }
  } finally {
    await file.close();
    agents.close();
  }
}

/** A server must send this much in the time that a request may take. */
const bytesPerLimit = 256 * 1024;

function tooLarge(url: URL, maxBytes: number): AppError {
  return new AppError(
    "limit",
    "remote/too-large",
    `The file at ${url.host} is larger than the ${(maxBytes / 1e9).toPrecision(3)} GB that may be copied. Raise REEFLINE_LIMIT_UPLOAD_BYTES, or read it in place.`,
  );
}
