import { createWriteStream } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { baseMapOriginIn } from "@reefline/schema/baseMap";
import { AppError, isAppError } from "@reefline/schema/errors";
import { describeError, httpStatus } from "../errors.ts";

/**
 * Inline scripts and styles are Next's own; MapLibre starts its worker from a blob and draws from blob images. It fetches tiles, so that a base map
 * needs its origin among those that may be connected to.
 */
function contentSecurityPolicy(baseMapOrigin: string | null): string {
  return [
    "default-src 'self'",
    "script-src 'self' 'unsafe-inline'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    `connect-src 'self'${baseMapOrigin ? ` ${baseMapOrigin}` : ""}`,
    "worker-src 'self' blob:",
    "child-src blob:",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}

const securityHeaders: Record<string, string> = {
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "X-Frame-Options": "DENY",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
};

/** Sent with everything. */
export function setSecurityHeaders(req: IncomingMessage, res: ServerResponse): void {
  res.setHeader("Content-Security-Policy", contentSecurityPolicy(baseMapOriginIn(req.headers.cookie ?? "")));
  for (const [name, value] of Object.entries(securityHeaders)) res.setHeader(name, value);
}

export function sendJson(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { "Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store" });
  res.end(JSON.stringify(body));
}

/** The error as JSON in the same shape as tRPC's `data.appError`. Nothing is sent once an answer has begun. */
export function sendError(res: ServerResponse, error: unknown): void {
  if (res.headersSent) {
    res.destroy();
    return;
  }
  const status = isAppError(error) ? httpStatus(error) : 500;
  const kind = isAppError(error) ? error.kind : "internal";
  const details = isAppError(error) ? (error.details ?? null) : null;
  sendJson(res, status, { appError: { ...describeError(error), kind, details } });
}

const tooLarge = (limitBytes: number): AppError =>
  new AppError(
    "limit",
    "request/too-large",
    `This is larger than the ${Math.floor(limitBytes / 2 ** 20)} MB that can be taken at once. Split it into parts.`,
  );

/** Writes the body to a new file, a part at a time. @throws AppError `request/too-large`; what was written then stays for the caller to remove */
export async function saveBody(req: IncomingMessage, path: string, limitBytes: number): Promise<void> {
  if (Number(req.headers["content-length"] ?? 0) > limitBytes) throw tooLarge(limitBytes);
  let size = 0;
  const measured = async function* (parts: AsyncIterable<Buffer>) {
    for await (const part of parts) {
      size += part.length;
      if (size > limitBytes) throw tooLarge(limitBytes);
      yield part;
    }
  };
  await pipeline(req, measured, createWriteStream(path, { flags: "wx" }));
}

/** The whole body. @throws AppError `request/too-large` before more than `limitBytes` are held. */
export async function readBody(req: IncomingMessage, limitBytes: number): Promise<Uint8Array> {
  if (Number(req.headers["content-length"] ?? 0) > limitBytes) throw tooLarge(limitBytes);
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of req) {
    if (!Buffer.isBuffer(part)) continue;
    size += part.length;
    if (size > limitBytes) throw tooLarge(limitBytes);
    parts.push(part);
  }
  return Buffer.concat(parts);
}
