import { type LabellerSource, labellerAgreement } from "../server/services/labels/labellerAgreement.ts";
import { resolveSurvey } from "../server/services/surveys/surveys.ts";
import { writeDisagreements } from "./labelErrors.ts";
import { readPolygons } from "./labelFile.ts";
import type { Session } from "./session.ts";

export interface CompareLabelsCommand {
  readonly survey: string;
  /** Left out: the survey's own labels. */
  readonly with?: string;
  readonly area?: string;
  readonly out?: string;
}

/** How far two labellers agree. */
export async function compareLabels(session: Session, file: string, options: CompareLabelsCommand): Promise<void> {
  const survey = await resolveSurvey(session.ctx, options.survey);
  const from = async (path: string | undefined): Promise<LabellerSource | null> =>
    path === undefined ? null : { polygons: await readPolygons(session, path) };
  const agreement = await labellerAgreement(session.ctx, {
    surveyId: survey.id,
    first: await from(options.with),
    second: { polygons: await readPolygons(session, file) },
    area: options.area === undefined ? null : await readPolygons(session, options.area),
  });
  const { evaluation, kappa, boundaryF1, instances, toleranceMeters, disagreements, unit } = agreement;
  if (options.out !== undefined) await writeDisagreements(options.out, disagreements);
  session.result({ ...agreement, disagreements: disagreements.length }, [
    `Dice ${evaluation.dice.toFixed(4)}, IoU ${evaluation.iou.toFixed(4)}, Cohen's kappa ${kappa.toFixed(4)}`,
    `  outlines within ${Number(toleranceMeters.toPrecision(3))} ${unit === "px" ? "px" : "m"}: F1 ${boundaryF1.toFixed(4)}; reefs one by one: F1 ${instances.f1.toFixed(4)} (${instances.matched} the same, ${instances.labelled} and ${instances.predicted} drawn)`,
    `  area ${evaluation.areaM2.truth.toFixed(1)} and ${evaluation.areaM2.predicted.toFixed(1)} ${unit}, ${disagreements.length} places drawn by one of them alone`,
  ]);
}
