import type { IncomingHttpHeaders } from "node:http";

/** The names a browser on this machine may call the server by. Anything else is DNS rebinding, or a proxy nobody set up. */
const loopbackNames = ["127.0.0.1", "localhost", "[::1]"];

/**
 * Why a request is turned away; null lets it pass. Host must be a loopback name with our port; an Origin, where sent, must be ours; and a
 * page of another site may at most link to ours.
 */
export function refuseRequest(method: string, headers: IncomingHttpHeaders, port: number): string | null {
  const hosts = loopbackNames.map((name) => `${name}:${port}`);
  if (!headers.host || !hosts.includes(headers.host.toLowerCase())) {
    return `This server answers only at http://localhost:${port}.`;
  }
  const { origin } = headers;
  if (origin !== undefined && !hosts.some((host) => origin.toLowerCase() === `http://${host}`)) {
    return "Requests from other web sites are refused.";
  }
  const site = headers["sec-fetch-site"];
  const isLink =
    (method === "GET" || method === "HEAD") && headers["sec-fetch-mode"] === "navigate" && headers["sec-fetch-dest"] === "document";
  if ((site === "cross-site" || site === "same-site") && !isLink) return "Requests from other web sites are refused.";
  return null;
}
