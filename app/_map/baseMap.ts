import { isBaseMapOrigin } from "@reefline/schema/baseMap";
import { z } from "zod";

/** A map beneath the imagery, from a server that the user names. */
export interface BaseMap {
  /** With `{z}`, `{x}` and `{y}`. */
  readonly url: string;
  /** Shown on the map as plain text. */
  readonly attribution: string;
  /** 0–1. */
  readonly opacity: number;
  /** Beyond it tiles are enlarged. */
  readonly deepestZoom: number;
  readonly visible: boolean;
}

export type ReadUrl = { readonly url: string; readonly origin: string } | { readonly problem: string };

/** Checks the address of tiles that a person wrote; `problem` is a sentence for them. */
export function readBaseMapUrl(text: string): ReadUrl {
  const url = text.trim();
  if (url === "") return { problem: "Write the address of the tiles, such as https://tiles.example.org/{z}/{x}/{y}.png." };
  if (url.length > 1_000) return { problem: "The address is too long: up to 1,000 characters can be taken." };
  if (!/^https?:\/\//i.test(url)) return { problem: "The address begins with https:// or http://." };
  const missing = ["{z}", "{x}", "{y}"].filter((part) => !url.includes(part));
  if (missing.length > 0) return { problem: `The address lacks ${missing.join(" and ")}, where the number of each tile goes.` };
  const other = url.match(/\{[^{}]*\}/g)?.find((part) => !["{z}", "{x}", "{y}"].includes(part));
  if (other === "{s}") return { problem: "Write the name of one server in place of {s}, such as a." };
  if (other) return { problem: `${other} is not known here; only {z}, {x} and {y} are filled in.` };
  const parsed = URL.parse(url.replace(/\{[zxy]\}/g, "0"));
  if (!parsed || !/^https?:\/\/[^/?#{]+[/?#]/i.test(url))
    return { problem: "This is not a whole web address; the server's name is missing or wrong." };
  if (parsed.username || parsed.password) return { problem: "The address holds a user name or password, which is not sent; leave it out." };
  if (!isBaseMapOrigin(parsed.origin)) return { problem: "The server needs a name, or an address such as 192.168.0.7." };
  return { url, origin: parsed.origin };
}

const keptSchema = z.object({
  url: z.string(),
  attribution: z.string().max(300),
  opacity: z.number().min(0).max(1),
  deepestZoom: z.number().int().min(0).max(24),
  visible: z.boolean(),
});
const key = "reefline.base-map";

/** The base map this browser remembers; null for none, or one that is not sound. */
export function readKeptBaseMap(storage: Pick<Storage, "getItem">): BaseMap | null {
  try {
    const parsed = keptSchema.safeParse(JSON.parse(storage.getItem(key) ?? "null"));
    return parsed.success && !("problem" in readBaseMapUrl(parsed.data.url)) ? parsed.data : null;
  } catch {
    return null;
  }
}

export function keepBaseMap(baseMap: BaseMap | null, storage: Pick<Storage, "setItem" | "removeItem">): void {
  try {
    if (baseMap) storage.setItem(key, JSON.stringify(baseMap));
    else storage.removeItem(key);
  } catch {
    // A browser that keeps nothing still shows it until it is closed.
  }
}
