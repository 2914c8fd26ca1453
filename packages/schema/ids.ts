import { z } from "zod";

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";

/** Kinds of row, as the prefix of their ids: `sv_3k9…`. */
export const idPrefixes = {
  survey: "sv",
  asset: "as",
  run: "rn",
  model: "md",
  prediction: "pr",
  job: "jb",
  project: "pj",
  sample: "sm",
  comparison: "cp",
} as const;

/** A new id: prefix, creation time in base 32 (so ids sort by age), 10 random characters. */
export function newId(kind: keyof typeof idPrefixes, now: number = Date.now()): string {
  let time = "";
  for (let rest = now; time.length < 9; rest = Math.floor(rest / 32)) time = ALPHABET.charAt(rest % 32) + time;
  const random = crypto.getRandomValues(new Uint8Array(10));
  return `${idPrefixes[kind]}_${time}${Array.from(random, (byte) => ALPHABET.charAt(byte % 32)).join("")}`;
}

export const idSchema = z.string().regex(/^[a-z]{2}_[0-9a-z]{19}$/);
/** A feature's or an edit's id: a UUID made by the client, so that sending twice applies once. */
export const uuidSchema = z.uuid();
