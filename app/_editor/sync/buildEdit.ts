import type { Edit, FeatureContent } from "@reefline/schema/feature";
import type { Features } from "./featureView.ts";
import type { Effect } from "./pendingChange.ts";

/** What the user wants of some features: new content, or null to delete. */
export type Wish = { id: string; content: FeatureContent | null };

/** An edit that turns what is seen into what is wished, and its effects. Base revisions are those of the features as seen. */
export function buildEdit(
  view: Features,
  surveyId: string,
  wishes: readonly Wish[],
  title: string,
  id: string,
): { edit: Edit; effects: Effect[] } {
  const edit: Edit = { id, surveyId, puts: [], deletes: [], inverseOf: null, title };
  const effects: Effect[] = [];
  for (const wish of wishes) {
    const present = view.get(wish.id);
    if (wish.content) edit.puts.push({ id: wish.id, baseRevision: present?.revision ?? 0, content: wish.content });
    else if (present) edit.deletes.push({ id: wish.id, baseRevision: present.revision });
    else continue;
    effects.push({ id: wish.id, before: present ? contentOf(present) : null, after: wish.content });
  }
  return { edit, effects };
}

/** A feature without what the server adds. */
export function contentOf(feature: FeatureContent): FeatureContent {
  const { layer, class: featureClass, notes, properties, provenance, geometry, locked } = feature;
  return { layer, class: featureClass, notes, properties, provenance, geometry, locked };
}
