import { AppError } from "@reefline/schema/errors";

/** What decides whether a training can work at all, in geodesic m² over all its surveys. */
export interface TrainingGround {
  readonly labelCount: number;
  /** Examined, without ignored, "unsure" and held-out ground. */
  readonly examinedAreaM2: number;
  /** Labels on that ground. */
  readonly labelAreaM2: number;
  /** Examined ground in model pixels. */
  readonly examinedPx: number;
  readonly reefPx: number;
}

/** Less than this and nothing can be learned or checked. */
const leastExaminedPx = 64 * 64;
const leastReefPx = 64;

/** Why this cannot be trained on, and what to draw; null when it can. */
export function trainingRefusal(ground: TrainingGround): AppError | null {
  const refuse = (code: string, message: string) => new AppError("bad-input", `segmentation/${code}`, message);
  if (ground.labelCount === 0)
    return refuse("no-labels", "There is no label to learn from. Draw or import at least a few reefs, then mark the area you examined.");
  if (ground.examinedPx === 0)
    return refuse(
      "no-examined-area",
      "No area is marked as examined outside the held-out areas, so the model cannot know where there is no reef. Draw an examined area around ground where every reef is labelled.",
    );
  if (ground.reefPx === 0)
    return refuse(
      "no-reef-examined",
      "No label lies inside an examined area. Draw the examined area around your labels, or label reefs inside it.",
    );
  if (ground.examinedPx - ground.reefPx < leastReefPx)
    return refuse(
      "one-class",
      "Everything examined is reef, so there is nothing to tell reef from. Extend the examined area over ground without reef.",
    );
  if (ground.examinedPx < leastExaminedPx || ground.reefPx < leastReefPx)
    return refuse(
      "too-little-ground",
      `Too little is labelled: ${ground.examinedPx} pixels examined, ${ground.reefPx} of them reef. Label more reefs and examine more ground around them.`,
    );
  return null;
}

/** When no split puts reef and empty ground into both training and validation. */
export function unsplittable(): AppError {
  return new AppError(
    "bad-input",
    "segmentation/cannot-split",
    "The labelled ground cannot be divided so that training and validation both hold reef and empty ground. Label reefs in a second place, with empty ground around them, and mark it as examined.",
  );
}
