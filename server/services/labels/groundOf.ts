import { isSampleBlock } from "@reefline/schema/areaSample";
import type { Feature, Polygon } from "@reefline/schema/feature";

/** A survey's polygons by what they say about the ground. */
export interface Ground {
  readonly labels: Polygon[];
  /** The class of each of them; absent in snapshots from before it was kept. */
  readonly labelClasses?: string[];
  /** Neither reef nor background. */
  readonly unsure: Polygon[];
  readonly examined: Polygon[];
  readonly holdout: Polygon[];
  readonly ignore: Polygon[];
  /** Of the labels those that a model drew; absent in snapshots from before it was kept. */
  readonly drawnByModel?: Polygon[];
}

/** The class of labels that are neither reef nor background. */
export const unsureClass = "unsure";

export function groundOf(features: readonly Feature[]): Ground {
  const pick = (wanted: (feature: Feature) => boolean) => features.filter(wanted).map((feature) => feature.geometry);
  const labels = features.filter(({ layer, class: name }) => layer === "label" && name !== unsureClass);
  return {
    labels: labels.map(({ geometry }) => geometry),
    labelClasses: labels.map(({ class: name }) => name),
    unsure: pick(({ layer, class: name }) => layer === "label" && name === unsureClass),
    examined: pick(({ layer }) => layer === "examined"),
    // Blocks of an area sample judge one number only: no training sees them, and no other score counts them.
    holdout: pick((feature) => feature.layer === "holdout" && !isSampleBlock(feature)),
    ignore: pick((feature) => feature.layer === "ignore" || isSampleBlock(feature)),
    drawnByModel: pick(isDrawnByModel),
  };
}

/** A label that a model drew and nobody redrew must not judge a model: its ground is left out of held-out metrics. */
export function isDrawnByModel({ layer, provenance }: Feature): boolean {
  return layer === "label" && provenance.kind === "accepted" && !provenance.edited;
}
