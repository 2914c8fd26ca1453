import type { Feature, Polygon } from "@reefline/schema/feature";

/** A survey's polygons by what they say about the ground. */
export interface Ground {
  readonly labels: Polygon[];
  /** Neither reef nor background. */
  readonly unsure: Polygon[];
  readonly examined: Polygon[];
  readonly holdout: Polygon[];
  readonly ignore: Polygon[];
}

/** The class of labels that are neither reef nor background. */
export const unsureClass = "unsure";

export function groundOf(features: readonly Feature[]): Ground {
  const pick = (wanted: (feature: Feature) => boolean) => features.filter(wanted).map((feature) => feature.geometry);
  return {
    labels: pick(({ layer, class: name }) => layer === "label" && name !== unsureClass),
    unsure: pick(({ layer, class: name }) => layer === "label" && name === unsureClass),
    examined: pick(({ layer }) => layer === "examined"),
    holdout: pick(({ layer }) => layer === "holdout"),
    ignore: pick(({ layer }) => layer === "ignore"),
  };
}

/** A label that a model drew and nobody redrew must not judge a model: its ground is left out of held-out metrics. */
export function isDrawnByModel({ layer, provenance }: Feature): boolean {
  return layer === "label" && provenance.kind === "accepted" && !provenance.edited;
}
