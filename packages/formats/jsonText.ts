import { AppError } from "@reefline/schema/errors";
import type { Limits } from "@reefline/schema/limits";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Bytes (UTF-8 or UTF-16 with a byte-order mark) or text → text without a byte-order mark. Throws AppError when it is neither. */
function decodeText(input: Uint8Array | string): string {
  if (typeof input === "string") return input.startsWith("\uFEFF") ? input.slice(1) : input;
  const [first, second] = input;
  if (first === 0x50 && second === 0x4b)
    throw new AppError(
      "bad-input",
      "formats/archive",
      "This is a zip archive, not a GeoJSON file: unpack it and import the .geojson inside.",
    );
  if (first === 0x1f && second === 0x8b)
    throw new AppError("bad-input", "formats/archive", "This file is gzip-compressed: unpack it and import the .geojson inside.");
  const encoding = first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(input);
  } catch {
    throw new AppError(
      "bad-input",
      "formats/not-text",
      "This file is not text in UTF-8, so it cannot be GeoJSON: save it as UTF-8 and try again.",
    );
  }
}

/** Where `NaN`, `Infinity` and `-Infinity` stand outside strings; some programs write them although JSON has no such numbers. */
function scan(text: string, depthLimit: number): { offset: number; length: number }[] {
  const found: { offset: number; length: number }[] = [];
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) {
      for (i++; i < text.length; i++) {
        const inside = text.charCodeAt(i);
        if (inside === BACKSLASH) i++;
        else if (inside === QUOTE) break;
      }
    } else if (code === 0x5b || code === 0x7b) {
      depth++;
      if (depth > depthLimit)
        throw new AppError(
          "limit",
          "formats/json-depth",
          `This file nests more than ${depthLimit} levels deep; no map data does, so it was not read.`,
        );
    } else if (code === 0x5d || code === 0x7d) {
      depth--;
    } else if (code === 0x4e && text.startsWith("NaN", i)) {
      found.push({ offset: i, length: 3 });
      i += 2;
    } else if (code === 0x49 && text.startsWith("Infinity", i)) {
      const signed = text.charCodeAt(i - 1) === 0x2d;
      found.push({ offset: signed ? i - 1 : i, length: signed ? 9 : 8 });
      i += 7;
    }
  }
  return found;
}

/**
 * Parses JSON from outside within limits on size and depth, both checked before `JSON.parse` sees it.
 * A byte-order mark is dropped; NaN and Infinity are read as null.
 * Throws AppError with one sentence when the text is too big, too deep or not JSON.
 */
export function parseJsonText(input: Uint8Array | string, limits: Pick<Limits, "jsonBytes" | "jsonDepth">): unknown {
  const size = typeof input === "string" ? input.length : input.byteLength;
  if (size > limits.jsonBytes) {
    const megabytes = (bytes: number) => Math.ceil(bytes / 2 ** 20);
    throw new AppError(
      "limit",
      "formats/json-size",
      `This file has ${megabytes(size)} MB; at most ${megabytes(limits.jsonBytes)} MB can be imported at once. Split it into parts.`,
    );
  }
  const text = decodeText(input);
  const start = text.trimStart().charAt(0);
  if (start === "") throw new AppError("bad-input", "formats/empty", "This file is empty.");
  if (start === "<")
    throw new AppError("bad-input", "formats/not-json", "This file is XML or a web page, not GeoJSON: export it as GeoJSON and try again.");
  const numberless = scan(text, limits.jsonDepth);
  let clean = text;
  if (numberless.length > 0) {
    const pieces: string[] = [];
    let from = 0;
    for (const { offset, length } of numberless) {
      pieces.push(text.slice(from, offset), "null");
      from = offset + length;
    }
    pieces.push(text.slice(from));
    clean = pieces.join("");
  }
  try {
    return JSON.parse(clean);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : "it is not JSON";
    throw new AppError("bad-input", "formats/not-json", `This file is not valid JSON, so it is damaged or incomplete: ${reason}.`);
  }
}
