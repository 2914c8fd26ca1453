import type { Edit, Polygon } from "@reefline/schema/feature";
import type { PredictedPolygon } from "@reefline/schema/prediction";

export interface AcceptedLabel {
  editId: string;
  featureId: string;
  surveyId: string;
  predictionId: string;
  polygon: PredictedPolygon;
  /** The outline as the user changed it; null: as it was predicted. */
  changed: Polygon | null;
}

/** The edit that makes a label of a predicted polygon. It remembers where it came from, so that it never counts as a person's own drawing. */
export function acceptedLabel({ editId, featureId, surveyId, predictionId, polygon, changed }: AcceptedLabel): Edit {
  return {
    id: editId,
    surveyId,
    puts: [
      {
        id: featureId,
        baseRevision: 0,
        content: {
          layer: "label",
          class: polygon.class ?? "reef",
          notes: "",
          properties: {},
          provenance: { kind: "accepted", predictionId, polygonId: polygon.id, probability: polygon.probability, edited: changed !== null },
          geometry: changed ?? polygon.geometry,
          locked: false,
        },
      },
    ],
    deletes: [],
    inverseOf: null,
    title: changed ? "Accept changed reef" : "Accept predicted reef",
  };
}
