/**
 * Which other origin the pages may fetch map tiles from: the page keeps it in this cookie, the server puts it into the Content-Security-Policy of
 * what it sends to that browser.
 */
export const baseMapCookie = "reefline-base-map";

/** Scheme, host and port, and nothing that could end a directive of the policy. */
const origin = /^https?:\/\/[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::\d{1,5})?$/;

export function isBaseMapOrigin(text: string): boolean {
  return origin.test(text);
}

/** The origin in a Cookie header or in `document.cookie`; null where there is none, or something else. */
export function baseMapOriginIn(cookies: string): string | null {
  for (const part of cookies.split(";")) {
    const [name = "", value = ""] = part.trim().split("=", 2);
    if (name !== baseMapCookie) continue;
    try {
      const text = decodeURIComponent(value);
      return isBaseMapOrigin(text) ? text : null;
    } catch {
      return null;
    }
  }
  return null;
}
