import { baseMapCookie, baseMapOriginIn } from "@reefline/schema/baseMap";
import { create } from "zustand";
import { type BaseMap, keepBaseMap, readBaseMapUrl, readKeptBaseMap } from "./baseMap.ts";

const inBrowser = typeof document !== "undefined";
/** What the page's own policy lets it fetch from: the cookie as it was when the page was sent. */
const allowedOrigin = inBrowser ? baseMapOriginIn(document.cookie) : null;

/** The base map; nothing is fetched while there is none, or it is hidden. */
export const useBaseMap = create<{ baseMap: BaseMap | null }>(() => ({ baseMap: null }));

export const baseMaps = {
  /** Takes what this browser remembers; once there is a map, since the server that draws the page first knows nothing of it. */
  recall(): void {
    const baseMap = readKept();
    if (!baseMap) return;
    // Browsers keep a cookie for 400 days at most, and may drop it on its own.
    writeCookie(baseMap);
    useBaseMap.setState({ baseMap });
  },
  /** Shows, changes or (null) forgets it. A page may only fetch from a server that its policy named, so a new one takes a reload. */
  set(baseMap: BaseMap | null): void {
    keepBaseMap(baseMap, localStorage);
    writeCookie(baseMap);
    useBaseMap.setState({ baseMap });
  },
};

/** Whether the page must be loaded again before tiles of this address can be fetched. */
export function needsReload({ url }: Pick<BaseMap, "url">): boolean {
  const read = readBaseMapUrl(url);
  return "problem" in read || read.origin !== allowedOrigin;
}

function readKept(): BaseMap | null {
  try {
    return readKeptBaseMap(localStorage);
  } catch {
    return null;
  }
}

function writeCookie(baseMap: BaseMap | null): void {
  const read = baseMap ? readBaseMapUrl(baseMap.url) : null;
  const [value, seconds] = read && "origin" in read ? [encodeURIComponent(read.origin), 400 * 86_400] : ["", 0];
  // The Cookie Store API is not there on plain http.
  // biome-ignore lint/suspicious/noDocumentCookie: see above
  document.cookie = `${baseMapCookie}=${value}; path=/; max-age=${seconds}; samesite=strict`;
}
