import { mostClasses } from "@reefline/schema/classes";
import { z } from "zod";

/** What an ONNX file's metadata tells of how to use it; null or undefined where it is silent. */
export interface ImportedMetadata {
  readonly gsdMeters: number | null;
  readonly bandNames: readonly string[] | null;
  readonly scale: 1 | 255 | null;
  readonly threshold: number | null;
  readonly positiveClass: string | null;
  /** What its classes are, in order, background among them. */
  readonly channelNames: readonly string[] | null;
  readonly unsharp: boolean;
}

export const nothingSaid: ImportedMetadata = {
  gsdMeters: null,
  bandNames: null,
  scale: null,
  threshold: null,
  positiveClass: null,
  channelNames: null,
  unsharp: false,
};

/** Whether a class is what no reef is. */
export const isBackground = (name: string): boolean => /^(_?background|other|nodata)$/i.test(name);

const ownSchema = z.object({
  gsdMeters: z.number().positive(),
  bandNames: z.array(z.string()).min(1).max(64),
  threshold: z.number().min(0).max(1),
  positiveClass: z.string().max(200),
  classes: z.array(z.string().max(200)).max(mostClasses).optional(),
  unsharp: z.object({ radiusPx: z.number(), percent: z.number() }).nullish(),
});

/** Reads our own metadata, else those of the QGIS plugin Deepness, whose models take 0–1. Values that make no sense count as absent. */
export function importedMetadata(metadata: ReadonlyMap<string, string>): ImportedMetadata {
  const own = ownSchema.safeParse(json(metadata.get("reefline")));
  if (own.success) {
    const { classes, unsharp, ...rest } = own.data;
    return { ...rest, scale: 1, channelNames: classes ? ["background", ...classes] : null, unsharp: unsharp != null };
  }
  const number = (key: string, least: number, most: number): number | null => {
    const value = z.coerce
      .number()
      .min(least)
      .max(most)
      .safeParse(json(metadata.get(key)));
    return value.success && metadata.has(key) ? value.data : null;
  };
  const resolution = number("resolution", 0.01, 100_000);
  const isDeepness = resolution !== null || metadata.has("model_type") || metadata.has("tile_size");
  if (!isDeepness) return nothingSaid;
  const names = z.record(z.string().regex(/^\d+$/), z.string().max(200)).safeParse(json(metadata.get("class_names")));
  const classes = names.success ? Object.entries(names.data).sort(([a], [b]) => Number(a) - Number(b)) : [];
  const channelNames = classes.length > 0 && classes.every(([id], i) => Number(id) === i) ? classes.map(([, name]) => name) : null;
  const [only, ...others] = channelNames?.filter((name) => !isBackground(name)) ?? [];
  return {
    ...nothingSaid,
    gsdMeters: resolution === null ? null : resolution / 100,
    scale: 255,
    threshold: number("seg_thresh", 0, 1),
    positiveClass: only !== undefined && others.length === 0 ? only : null,
    channelNames,
  };
}

function json(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
