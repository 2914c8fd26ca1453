import { AppError } from "@reefline/schema/errors";
import type { OutlineOptions } from "@reefline/schema/outlines";
import { predictionToExport } from "../server/services/exportLayer.ts";
import { getOutlineOptions, setOutlineOptions } from "../server/services/outlineOptions.ts";
import { storePolygonSet } from "../server/services/polygonSets.ts";
import { roundThreshold } from "../server/services/predictions.ts";
import { resolveSurvey } from "../server/services/surveys.ts";
import { findPolygonSet, polygonsOfSet } from "../server/storage/polygonSets.ts";
import type { Session } from "./session.ts";

export interface VectorizeCommand {
  readonly survey: string;
  readonly prediction?: string;
  readonly threshold?: number;
  readonly contour?: "pixel" | "subpixel";
  readonly simplify?: number;
  readonly smooth?: boolean;
  readonly minArea?: number;
  readonly minHole?: number;
  readonly connectivity?: "4" | "8";
  readonly splitTouching?: boolean;
}

/** What the flags change, over what was chosen before. */
function chosen(options: VectorizeCommand, before: OutlineOptions): OutlineOptions {
  return {
    contour: options.contour ?? before.contour,
    simplifyMeters: options.simplify ?? before.simplifyMeters,
    smooth: options.smooth ?? before.smooth,
    minAreaM2: options.minArea ?? before.minAreaM2,
    minHoleM2: options.minHole ?? before.minHoleM2,
    connectivity: options.connectivity === undefined ? before.connectivity : options.connectivity === "8" ? 8 : 4,
    splitTouching: options.splitTouching ?? before.splitTouching,
  };
}

/** Draws a prediction's outlines another way and keeps them: map, review and exports have the same. */
export async function vectorize(session: Session, options: VectorizeCommand): Promise<void> {
  const { ctx } = session;
  const survey = await resolveSurvey(ctx, options.survey);
  const prediction = await predictionToExport(ctx, survey.id, options.prediction ?? null);
  const outlines = chosen(options, await getOutlineOptions(ctx, prediction.id));
  await setOutlineOptions(ctx, prediction.id, outlines);
  const threshold = roundThreshold(options.threshold ?? prediction.threshold);
  const stop = new AbortController();
  const onInterrupt = () => stop.abort(new AppError("cancelled", "vectorize/cancelled", "Outlining was stopped."));
  process.once("SIGINT", onInterrupt);
  try {
    await storePolygonSet(ctx.store, prediction.id, threshold, stop.signal);
  } finally {
    process.off("SIGINT", onInterrupt);
  }
  const set = await findPolygonSet(ctx.store.db, prediction.id, threshold);
  let [polygonCount, areaM2] = [0, 0];
  if (set)
    for await (const polygon of polygonsOfSet(ctx.store.db, set.num)) {
      polygonCount++;
      areaM2 += polygon.areaM2;
    }
  session.result({ surveyId: survey.id, predictionId: prediction.id, threshold, outlines, polygonCount, areaM2 }, [
    `Outlined ${polygonCount} reefs, ${areaM2.toFixed(1)} m², where ${survey.name} is at least ${Math.round(threshold * 100)} % sure.`,
  ]);
}
