import { z } from "zod";

/** What an ONNX file's metadata tells of how to use it; null or undefined where it is silent. */
export interface ImportedMetadata {
  readonly gsdMeters: number | null;
  readonly bandNames: readonly string[] | null;
  readonly scale: 1 | 255 | null;
  readonly threshold: number | null;
  readonly positiveClass: string | null;
  readonly channel: number | undefined;
}

const nothing: ImportedMetadata = {
  gsdMeters: null,
  bandNames: null,
  scale: null,
  threshold: null,
  positiveClass: null,
  channel: undefined,
};

const ownSchema = z.object({
  gsdMeters: z.number().positive(),
  bandNames: z.array(z.string()).min(1).max(64),
  threshold: z.number().min(0).max(1),
  positiveClass: z.string().max(200),
});

/** Reads our own metadata, else those of the QGIS plugin Deepness, whose models take 0–1. Values that make no sense count as absent. */
export function importedMetadata(metadata: ReadonlyMap<string, string>): ImportedMetadata {
  const own = ownSchema.safeParse(json(metadata.get("reefline")));
  if (own.success) return { ...nothing, ...own.data, scale: 1 };
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
  if (!isDeepness) return nothing;
  const names = z.record(z.string().regex(/^\d+$/), z.string().max(200)).safeParse(json(metadata.get("class_names")));
  const classes = names.success ? Object.entries(names.data).map(([id, name]) => ({ id: Number(id), name })) : [];
  const foreground = classes.filter(({ name }) => !/^(_?background|other|nodata)$/i.test(name));
  const [only] = foreground.length === 1 ? foreground : [];
  return {
    ...nothing,
    gsdMeters: resolution === null ? null : resolution / 100,
    scale: 255,
    threshold: number("seg_thresh", 0, 1),
    positiveClass: only?.name ?? null,
    // With one channel the classes' numbers are not the channels'.
    channel: only && classes.length > 2 ? only.id : undefined,
  };
}

function json(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
