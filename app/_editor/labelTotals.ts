import { polygonAreaM2 } from "@reefline/geo/geodesic";
import type { FeatureContent, Layer } from "@reefline/schema/feature";
import type { Effect, PendingChange } from "./sync/pendingChange.ts";

export type ClassTotal = { name: string; count: number; areaM2: number };

/** How much there is of each layer, which classes the labels have, and how many of them were predictions. */
export type LabelTotals = {
  layers: Record<Layer, { count: number; areaM2: number }>;
  /** Of the labels. */
  classes: ClassTotal[];
  acceptedCount: number;
};

/** Areas are measured once per shape. */
const measured = new WeakMap<FeatureContent["geometry"], number>();

function areaOf({ geometry }: FeatureContent): number {
  const areaM2 = measured.get(geometry) ?? polygonAreaM2(geometry);
  measured.set(geometry, areaM2);
  return areaM2;
}

/** Totals after some changes. */
export function withEffects(totals: LabelTotals, effects: readonly Effect[]): LabelTotals {
  const layers = { ...totals.layers };
  const classes = new Map(totals.classes.map((one) => [one.name, one]));
  let { acceptedCount } = totals;
  const count = (content: FeatureContent | null, by: 1 | -1) => {
    if (!content) return;
    const before = layers[content.layer];
    const left = before.count + by;
    layers[content.layer] = { count: left, areaM2: left > 0 ? Math.max(0, before.areaM2 + by * areaOf(content)) : 0 };
    if (content.layer === "label") {
      const name = content.class;
      const known = classes.get(name) ?? { count: 0, areaM2: 0 };
      classes.set(name, { name, count: known.count + by, areaM2: Math.max(0, known.areaM2 + by * areaOf(content)) });
    }
    if (content.provenance.kind === "accepted") acceptedCount += by;
  };
  for (const { before, after } of effects) {
    count(before, -1);
    count(after, 1);
  }
  return { layers, classes: [...classes.values()].filter(({ count: many }) => many > 0), acceptedCount };
}

const noTotals: LabelTotals = {
  layers: {
    label: { count: 0, areaM2: 0 },
    examined: { count: 0, areaM2: 0 },
    holdout: { count: 0, areaM2: 0 },
    ignore: { count: 0, areaM2: 0 },
  },
  classes: [],
  acceptedCount: 0,
};

/** What the server counted, and what is still on its way there. */
export function labelTotals(totals: LabelTotals | null, pending: readonly PendingChange[]): LabelTotals {
  return pending.reduce((sum, { effects }) => withEffects(sum, effects), totals ?? noTotals);
}
