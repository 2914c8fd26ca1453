import type { ModelCard } from "@reefline/schema/training";

/** Share of a tile that it has in common with its neighbours: the network sees less far at a tile's edge. */
const overlapPercent = 15;

/**
 * Metadata as the QGIS plugin Deepness reads it from a model (Deepness, "Add metadata to the model"): each value is JSON, the resolution
 * in centimetres per pixel.
 */
export function deepnessMetadata(card: ModelCard, tilePx: number): Record<string, string> {
  const { classes } = card;
  const entries: Record<string, unknown> = {
    model_type: "Segmentor",
    class_names: Object.fromEntries(
      ["background", ...(classes.length > 0 ? classes : [card.positiveClass])].map((name, i) => [`${i}`, name]),
    ),
    resolution: Number((card.gsdMeters * 100).toPrecision(9)),
    tile_size: tilePx,
    // The name in Deepness' documentation; the plugin itself reads the one above.
    tiles_size: tilePx,
    tiles_overlap: overlapPercent,
    seg_thresh: card.threshold,
    seg_small_segment: 0,
  };
  return Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, JSON.stringify(value)]));
}
