import type { PredictedPolygon } from "@reefline/schema/prediction";
import { polygonBounds } from "../../storage/features.ts";
import type { StoredDecision } from "../../storage/predictions.ts";
import { sampledIou } from "../labels/polygonOverlap.ts";

/** Two outlines of one reef at neighbouring thresholds overlap at least this much. */
const sameShapeIou = 0.5;

/**
 * Gives every polygon the decision that was taken on it: on the same polygon, or on one of another threshold or another prediction of the
 * survey that covers the same ground (the latest decision wins). So moving the threshold or predicting again loses no review.
 */
export function matchDecisions(
  polygons: readonly PredictedPolygon[],
  decisions: readonly StoredDecision[],
  predictionId: string,
): PredictedPolygon[] {
  const boxed = decisions.map((decision) => ({ decision, bounds: polygonBounds(decision.geometry) }));
  return polygons.map((polygon) => {
    const bounds = polygonBounds(polygon.geometry);
    let match: StoredDecision["kind"] | null = null;
    for (const { decision, bounds: other } of boxed) {
      if (decision.predictionId === predictionId && decision.polygonId === polygon.id) {
        match = decision.kind;
        continue;
      }
      if (other.west > bounds.east || other.east < bounds.west || other.south > bounds.north || other.north < bounds.south) continue;
      if (sampledIou(polygon.geometry, decision.geometry) >= sameShapeIou) match = decision.kind;
    }
    return { ...polygon, decision: match };
  });
}
