import type { SurveyImage } from "@reefline/schema/survey";
import type { ModelCard } from "@reefline/schema/training";

/**
 * Metres per pixel of the grid that a model works in on an image. A model that learnt from photos knows no metres: its grid is counted in the
 * image's own pixels.
 */
export function modelGsdMeters(card: Pick<ModelCard, "gsdMeters" | "unit">, image: Pick<SurveyImage, "gsdMeters">): number {
  return card.unit === "pixels" ? card.gsdMeters * image.gsdMeters : card.gsdMeters;
}
