import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { cancelled } from "@reefline/raster/tiff/rasterError";
import { AppError, isAppError } from "@reefline/schema/errors";
import type { Limits } from "@reefline/schema/limits";
import { checkRemoteUrl, guardedLookup, isAllowedAddress, type RemoteGuard, type ResolveName } from "./remoteGuard.ts";

export interface RemoteOptions {
  readonly guard: RemoteGuard;
  readonly limits: Pick<Limits, "remoteSeconds" | "remoteIdleSeconds" | "remoteCacheBytes">;
  /** For tests of names that change their address. */
  readonly resolve?: ResolveName;
}

/** Connections to other servers, kept open between requests. */
export class RemoteAgents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
  constructor(maxSockets = 6) {
    this.http = new HttpAgent({ keepAlive: true, maxSockets });
    this.https = new HttpsAgent({ keepAlive: true, maxSockets });
  }
  close(): void {
    this.http.destroy();
    this.https.destroy();
  }
}

const redirectStatuses = new Set([301, 302, 303, 307, 308]);
const redirectsAtMost = 3;

/** `host/path`, without a query, which may hold a signature. */
export const placeOf = (url: URL): string => `${url.host}${url.pathname}`;

export const unreachable = (url: URL, why: string): AppError =>
  new AppError(
    "unavailable",
    "remote/unreachable",
    `The file at ${placeOf(url)} could not be read: ${why}. Try again, or check the address.`,
  );

function tooSlow(url: URL): AppError {
  return new AppError(
    "unavailable",
    "remote/too-slow",
    `The server ${url.host} answers too slowly. Try again later, or download the file and add it from this computer.`,
  );
}

/**
 * One GET, redirects followed; each hop is checked like the first. The caller reads or destroys the body; the time limit covers it too.
 * @param headers sent as they are; no cookie, credential or referrer ever is
 * @throws AppError `remote/…`; `raster/cancelled` when `signal` is aborted
 */
export async function remoteGet(
  address: string,
  headers: Readonly<Record<string, string>>,
  agents: RemoteAgents,
  options: RemoteOptions,
  signal?: AbortSignal,
): Promise<{ reply: IncomingMessage; url: URL }> {
  let url = checkRemoteUrl(address, options.guard);
  const startedAt = Date.now();
  for (let hop = 0; ; hop++) {
    const reply = await send(url, headers, agents, options, startedAt, signal);
    if (!redirectStatuses.has(reply.statusCode ?? 0)) return { reply, url };
    reply.destroy();
    const { location } = reply.headers;
    if (!location || !URL.canParse(location, url)) throw unreachable(url, "it points nowhere");
    if (hop >= redirectsAtMost) throw unreachable(url, "it points on and on");
    const next = checkRemoteUrl(new URL(location, url).href, options.guard);
    if (url.protocol === "https:" && next.protocol === "http:") throw unreachable(url, "it points from a secure to an open connection");
    url = next;
  }
}

function send(
  url: URL,
  headers: Readonly<Record<string, string>>,
  agents: RemoteAgents,
  { guard, limits, resolve }: RemoteOptions,
  startedAt: number,
  signal: AbortSignal | undefined,
): Promise<IncomingMessage> {
  return new Promise((done, fail) => {
    if (signal?.aborted) return fail(cancelled());
    const secure = url.protocol === "https:";
    const request = (secure ? httpsRequest : httpRequest)(url, {
      agent: secure ? agents.https : agents.http,
      headers: { "User-Agent": "Reefline", "Accept-Encoding": "identity", ...headers },
      lookup: guardedLookup(guard, resolve),
    });
    let answered: IncomingMessage | null = null;
    // Once there is an answer its reader is told; before that the request fails.
    const end = (error: AppError) => (answered ?? request).destroy(error);
    const onAbort = () => end(cancelled());
    const timer = setTimeout(() => end(tooSlow(url)), Math.max(1, startedAt + limits.remoteSeconds * 1_000 - Date.now()));
    signal?.addEventListener("abort", onAbort, { once: true });
    request.setTimeout(limits.remoteIdleSeconds * 1_000, () => end(tooSlow(url)));
    request.once("close", () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      // Without an answer or an error, as after a switch to another protocol.
      if (!answered) fail(unreachable(url, "the connection was cut"));
    });
    request.on("error", (error) => fail(isAppError(error) ? error : unreachable(url, reasonOf(error))));
    request.once("response", (reply) => {
      answered = reply;
      const { remoteAddress } = reply.socket;
      // Twice is cheap: whatever chose the connection, it ends where it may.
      if (remoteAddress === undefined || !isAllowedAddress(remoteAddress, guard)) {
        request.destroy();
        fail(
          new AppError(
            "forbidden",
            "remote/private-address",
            `The host ${url.hostname} leads into a private network, which is never read.`,
          ),
        );
        return;
      }
      done(reply);
    });
    request.end();
  });
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "there is no such host, or no connection to the internet";
  if (code === "ECONNREFUSED") return "nothing answers there";
  if (code === "ECONNRESET" || code === "EPIPE") return "the connection was cut";
  if (/CERT|SSL|TLS/.test(code)) return "its certificate is not valid";
  return "the connection failed";
}

/** Exactly `length` bytes of a body. @throws AppError `remote/wrong-length`, `remote/too-slow`, `remote/unreachable`. */
export async function readExactly(reply: IncomingMessage, url: URL, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  let filled = 0;
  try {
    for await (const part of reply) {
      const chunk: unknown = part;
      if (!(chunk instanceof Uint8Array)) break;
      if (filled + chunk.length > length) throw wrongLength(url);
      bytes.set(chunk, filled);
      filled += chunk.length;
    }
  } catch (error) {
    throw isAppError(error) ? error : unreachable(url, reasonOf(error));
  } finally {
    reply.destroy();
  }
  if (filled !== length) throw wrongLength(url);
  return bytes;
}

export const wrongLength = (url: URL): AppError =>
  new AppError(
    "unavailable",
    "remote/wrong-length",
    `The server ${url.host} sent another part of the file than was asked for. Download the file and add it from this computer.`,
  );
