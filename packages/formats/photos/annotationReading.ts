import type { ImportNote, NoteCounter } from "../importReport.ts";

/** One outline on a photo. */
export interface PhotoRegion {
  /** Rings of [x, y] in the photo's pixels, x to the right and y down, pixel corners at whole numbers; or runs of pixels. */
  readonly shape: { readonly kind: "rings"; readonly rings: readonly (readonly unknown[])[] } | ({ readonly kind: "runs" } & PixelRuns);
  /** What the file says of it. */
  readonly properties: Readonly<Record<string, unknown>>;
}

/** Lengths of runs of pixels, first outside, then inside, and so on, down the columns from left to right (COCO's order). */
export interface PixelRuns {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly counts: readonly number[];
}

export interface AnnotatedPhoto {
  /** As the file has it; it may be a path or an address. */
  readonly name: string;
  /** The size that the file says the photo has. */
  readonly sizePx: { readonly widthPx: number; readonly heightPx: number } | null;
  readonly regions: readonly PhotoRegion[];
}

export interface PhotoAnnotations {
  /** "VIA", "VIA 3", "COCO", "GeoJSON". */
  readonly format: string;
  /** Each name once, in the order of the file. */
  readonly photos: readonly AnnotatedPhoto[];
  readonly skipped: readonly ImportNote[];
  readonly changed: readonly ImportNote[];
}

/** What a reader of one format fills. */
export interface AnnotationReading {
  add(name: string, sizePx: AnnotatedPhoto["sizePx"], regions: readonly PhotoRegion[]): void;
  readonly skipped: NoteCounter;
  readonly changed: NoteCounter;
}

export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
