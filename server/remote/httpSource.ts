import type { IncomingMessage } from "node:http";
import { ChunkReader } from "@reefline/raster/tiff/chunkReader";
import type { Source } from "@reefline/raster/tiff/source";
import { AppError, isAppError } from "@reefline/schema/errors";
import type { RemotePlace } from "@reefline/schema/survey";
import { placeOf, RemoteAgents, type RemoteOptions, readExactly, remoteGet, unreachable, wrongLength } from "./remoteRequest.ts";

export interface HttpSource extends Source {
  /** What the file was when it was opened; given back to `openHttpSource`, a changed file is refused. */
  readonly place: RemotePlace;
}

const firstBytes = 64 * 1024;
const retryAfterMs = [300, 1_200];

/**
 * A file at a web address, read by ranges (RFC 9110, 14): merged, cached, and pinned to its ETag, Last-Modified and length, so that two
 * versions of a file are never mixed.
 * @param pinned what the file was when it was first opened; null opens it as it is now
 * @throws AppError `remote/…`, one sentence: not allowed, not there, without ranges, changed, too slow
 */
export async function openHttpSource(address: string, options: RemoteOptions, pinned: RemotePlace | null = null): Promise<HttpSource> {
  const agents = new RemoteAgents();
  try {
    let place = pinned;
    let begin: Uint8Array | null = null;
    if (!place) {
      const found = await retried(() => look(address, agents, options));
      place = found.place;
      begin = found.bytes;
    }
    const known = place;
    const reader = new ChunkReader({
      sizeBytes: known.sizeBytes,
      cacheBytes: options.limits.remoteCacheBytes,
      chunkBytes: firstBytes,
      firstChunk: begin,
      fetchRange: (offset, length) => retried(() => fetchRange(known, offset, length, agents, options)),
    });
    return {
      place: known,
      sizeBytes: known.sizeBytes,
      read: (offset, length, signal) => reader.read(offset, length, signal),
      close: async () => agents.close(),
    };
  } catch (error) {
    agents.close();
    throw error;
  }
}

/** The first bytes of a file nothing is known of yet, and what it is. */
async function look(address: string, agents: RemoteAgents, options: RemoteOptions): Promise<{ place: RemotePlace; bytes: Uint8Array }> {
  const { reply, url } = await remoteGet(address, { Range: `bytes=0-${firstBytes - 1}` }, agents, options);
  refuseStatus(reply, url);
  const range = contentRange(reply);
  if (range?.from !== 0 || range.to !== Math.min(firstBytes, range.total) - 1) {
    reply.destroy();
    throw wrongLength(url);
  }
  const etag = reply.headers.etag ?? null;
  const lastModified = reply.headers["last-modified"] ?? null;
  if (etag === null && lastModified === null) {
    reply.destroy();
    throw new AppError(
      "bad-input",
      "remote/no-version",
      `The server ${url.host} does not say which version of a file it sends, so a change would go unnoticed. Have the file copied here instead.`,
    );
  }
  const bytes = await readExactly(reply, url, range.to + 1);
  return { place: { url: address, etag, lastModified, sizeBytes: range.total }, bytes };
}

async function fetchRange(
  place: RemotePlace,
  offset: number,
  length: number,
  agents: RemoteAgents,
  options: RemoteOptions,
): Promise<Uint8Array> {
  const { reply, url } = await remoteGet(place.url, { Range: `bytes=${offset}-${offset + length - 1}` }, agents, options);
  if (reply.statusCode === 416) {
    reply.destroy();
    throw changed(url);
  }
  refuseStatus(reply, url);
  const isSame = place.etag !== null ? reply.headers.etag === place.etag : (reply.headers["last-modified"] ?? null) === place.lastModified;
  const range = contentRange(reply);
  if (!isSame || (range && range.total !== place.sizeBytes)) {
    reply.destroy();
    throw changed(url);
  }
  if (!range || range.from !== offset || range.to !== offset + length - 1) {
    reply.destroy();
    throw wrongLength(url);
  }
  return readExactly(reply, url, length);
}

export function changed(url: URL): AppError {
  return new AppError(
    "conflict",
    "remote/changed",
    `The file at ${placeOf(url)} is not the one that was added: it was replaced since. Read the new file, or add the old one from a copy.`,
  );
}

/** @throws AppError unless the answer is part of a file, byte for byte. */
function refuseStatus(reply: IncomingMessage, url: URL): void {
  const status = reply.statusCode ?? 0;
  const encoding = reply.headers["content-encoding"] ?? "identity";
  if (status === 206 && encoding === "identity") return;
  reply.destroy();
  throw statusError(status, url);
}

/** Why an answer of this status is of no use. */
export function statusError(status: number, url: URL): AppError {
  if (status === 404 || status === 410)
    return new AppError("not-found", "remote/not-found", `There is no file at ${placeOf(url)}. Check the address.`);
  if (status === 401 || status === 403)
    return new AppError(
      "forbidden",
      "remote/not-public",
      `The server ${url.host} does not give ${url.pathname} to everybody. Download the file and add it from this computer.`,
    );
  if (status === 429 || status >= 500) return unreachable(url, `the server answers with an error (${status})`);
  return new AppError(
    "bad-input",
    "remote/no-ranges",
    `The server ${url.host} only sends whole files, so this one cannot be read in place. Have the file copied here instead.`,
  );
}

function contentRange(reply: IncomingMessage): { from: number; to: number; total: number } | null {
  const match = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(reply.headers["content-range"] ?? "");
  if (!match) return null;
  const [from, to, total] = [Number(match[1]), Number(match[2]), Number(match[3])];
  return from <= to && to < total ? { from, to, total } : null;
}

/** Again after a moment when the server or the line faltered; never after a refusal. */
async function retried<T>(task: () => Promise<T>): Promise<T> {
  for (let round = 0; ; round++) {
    try {
      return await task();
    } catch (error) {
      const pause = retryAfterMs[round];
      if (pause === undefined || !isAppError(error) || error.code !== "remote/unreachable") throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}
