import { isSampleBlock } from "@reefline/schema/areaSample";
import type { Polygon } from "@reefline/schema/feature";
import type { Context } from "../../context.ts";
import { authorize } from "../../principal.ts";
import { featuresOf } from "../../storage/features.ts";
import { isDrawnByModel, unsureClass } from "../labels/groundOf.ts";
import { polygonsTouch } from "../labels/polygonOverlap.ts";

/** What a prediction is judged against on the map. */
export interface HeldOutGround {
  /** Held-out areas whose labels are locked. */
  readonly areas: readonly Polygon[];
  readonly reef: readonly Polygon[];
  /** The class of each of them. */
  readonly reefClasses: readonly string[];
  /** Ground that does not count: ignored, unsure, labelled by a model, a block of an area sample. */
  readonly ignore: readonly Polygon[];
}

/** Truth inside the locked held-out areas of a survey; nothing of what lies elsewhere, or is not locked. */
export async function heldOutGround(ctx: Context, surveyId: string): Promise<HeldOutGround> {
  authorize(ctx.principal, "survey:read", ctx.store.projectId);
  const features = await featuresOf(ctx.store.db, surveyId);
  const areas = features.filter((one) => one.layer === "holdout" && one.locked && !isSampleBlock(one)).map((one) => one.geometry);
  const inside = features.filter((one) => areas.some((area) => polygonsTouch(one.geometry, area)));
  const isUncounted = (one: (typeof inside)[number]) =>
    one.layer === "ignore" || isSampleBlock(one) || isDrawnByModel(one) || (one.layer === "label" && one.class === unsureClass);
  const reef = inside.filter((one) => one.layer === "label" && !isUncounted(one));
  return {
    areas,
    reef: reef.map((one) => one.geometry),
    reefClasses: reef.map((one) => one.class),
    ignore: inside.filter(isUncounted).map((one) => one.geometry),
  };
}
