import { type ControlPair, type ShiftMeters, shiftBetween } from "@reefline/geo/shiftGrid";
import { AppError } from "@reefline/schema/errors";
import type { Survey, SurveyImage } from "@reefline/schema/survey";
import { shiftedImage } from "../../assets/publishImage.ts";
import { newVersion } from "../../assets/store.ts";
import type { Context } from "../../context.ts";
import { authorize } from "../../principal.ts";
import { publishEvent } from "../../storage/events.ts";
import { setSurveyImage, surveyById } from "../../storage/surveys.ts";
import { surveyImage } from "./surveys.ts";

/** A survey further from where its file places it than this is another survey. */
const furthestMeters = 10_000;
const leastMeters = 1e-4;

export type SurveyShift =
  /** Further by this much. */
  | { readonly by: ShiftMeters }
  /** To this much from where the file places it; zero is where the file does. */
  | { readonly to: ShiftMeters }
  /** By what brings places in the imagery to where they belong. */
  | { readonly pairs: readonly ControlPair[] };

export interface ShiftedSurvey {
  readonly survey: Survey;
  /** How far it lay from its file's place before: shifting to this undoes it. */
  readonly before: ShiftMeters;
  readonly movedMeters: ShiftMeters;
  /** How far each control point's place still lies from where it belongs. */
  readonly residualsMeters: readonly number[];
}

export const totalShift = ({ shift }: Pick<SurveyImage, "shift">): ShiftMeters => ({
  eastMeters: shift?.eastMeters ?? 0,
  northMeters: shift?.northMeters ?? 0,
});

/**
 * Moves a survey's imagery over the ground; labels and predictions stay where they are. The image gets a new version, so that every tile
 * is drawn anew.
 * @param expectedVersion of the image that the user looked at; another one is refused
 * @throws AppError `shift/no-points`, `shift/too-far`, `shift/nothing`, `shift/conflict`, `survey/not-imported`
 */
export async function shiftSurvey(ctx: Context, id: string, shift: SurveyShift, expectedVersion?: string): Promise<ShiftedSurvey> {
  authorize(ctx.principal, "survey:write", ctx.store.projectId);
  return ctx.store.db.transaction().execute(async (trx) => {
    const survey = await surveyById(trx, id);
    const image = surveyImage(survey);
    if (expectedVersion !== undefined && expectedVersion !== image.version) {
      throw new AppError(
        "conflict",
        "shift/conflict",
        "The imagery was moved or replaced in the meantime. Look at it again, then move it.",
      );
    }
    const before = totalShift(image);
    const { eastMeters, northMeters, residualsMeters } = moveOf(image, shift, before);
    const total = { eastMeters: before.eastMeters + eastMeters, northMeters: before.northMeters + northMeters };
    const target = "to" in shift ? shift.to : total;
    const distance = Math.hypot(target.eastMeters, target.northMeters);
    if (!Number.isFinite(distance) || distance > furthestMeters) {
      throw new AppError(
        "bad-input",
        "shift/too-far",
        `That would put the imagery ${Math.round(distance / 1_000)} km from where its file places it. Choose points closer together, or check the file's coordinate system.`,
      );
    }
    if (Math.hypot(eastMeters, northMeters) < leastMeters) {
      throw new AppError("bad-input", "shift/nothing", "The imagery lies there already: there is nothing to move.");
    }
    const moved: SurveyImage = { ...shiftedImage(image, target), version: newVersion() };
    await trx.updateTable("assets").set({ version: moved.version }).where("id", "=", image.assetId).execute();
    await setSurveyImage(trx, id, moved);
    await publishEvent(trx, { kind: "survey", surveyId: id });
    return { survey: await surveyById(trx, id), before, movedMeters: { eastMeters, northMeters }, residualsMeters };
  });
}

function moveOf(image: SurveyImage, shift: SurveyShift, before: ShiftMeters): ShiftMeters & { residualsMeters: readonly number[] } {
  if ("by" in shift) return { ...shift.by, residualsMeters: [] };
  if ("to" in shift) {
    return {
      eastMeters: shift.to.eastMeters - before.eastMeters,
      northMeters: shift.to.northMeters - before.northMeters,
      residualsMeters: [],
    };
  }
  if (shift.pairs.length === 0) {
    throw new AppError("bad-input", "shift/no-points", "Choose a point in the imagery, and where it belongs.");
  }
  return shiftBetween(image.grid, shift.pairs);
}
