import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Disagreement } from "@reefline/schema/crossValidation";
import { disagreementsFile } from "@reefline/schema/disagreementsFile";
import { AppError } from "@reefline/schema/errors";
import type { FoldPlan } from "@reefline/schema/foldPlan";
import type { Run } from "@reefline/schema/training";
import { writeAtomically } from "../server/assets/store.ts";
import { crossValidationOf, runDisagreements } from "../server/services/crossValidation.ts";
import { type LabellerSource, labellerAgreement } from "../server/services/labellerAgreement.ts";
import { resolveSurvey } from "../server/services/surveys.ts";
import { listRuns } from "../server/services/training.ts";
import { readPolygons } from "./labelFile.ts";
import type { Session } from "./session.ts";

export interface FoldFlags {
  readonly folds?: number;
  readonly leaveOut?: "group" | "survey";
}

/** How ground is left out, as the flags say; null: it is not. */
export function foldPlanOf({ folds, leaveOut }: FoldFlags): FoldPlan | null {
  if (leaveOut === "group") return { by: "groups", count: folds ?? null };
  if (leaveOut === "survey") return { by: "surveys", count: folds ?? null };
  return folds === undefined ? null : { by: "blocks", count: folds };
}

/** What a run with folds found, as a table. */
export async function printFolds(session: Session, run: Run): Promise<void> {
  const result = await crossValidationOf(session.ctx, run.id);
  if (!result) throw new AppError("internal", "training/no-model", "The training ended without a fold. See: reefline jobs");
  const { folds, pooled, plannedFolds, blockMeters, disagreementCount } = result;
  const width = Math.max(6, ...folds.map(({ name }) => name.length)) + 2;
  const row = (name: string, numbers: readonly string[]) =>
    `  ${name.padEnd(width)}${numbers.map((number) => number.padStart(11)).join("")}`;
  const score = (value: number | undefined) => (value === undefined ? "–" : value.toFixed(4));
  const unbuffered = folds.filter(({ buffered }) => !buffered).length;
  session.result({ runId: run.id, ...result }, [
    `Trained ${folds.length} of ${plannedFolds} folds; every place is judged by a model that has not seen it${blockMeters === null ? "" : ` (blocks of ${Number(blockMeters.toPrecision(3))} m)`}.`,
    row("left out", ["Dice", "IoU", "precision", "recall", "threshold"]),
    ...folds.map(({ name, heldOut, threshold }) =>
      row(name, [score(heldOut?.dice), score(heldOut?.iou), score(heldOut?.precision), score(heldOut?.recall), threshold.toFixed(2)]),
    ),
    row("pooled", [score(pooled?.dice), score(pooled?.iou), score(pooled?.precision), score(pooled?.recall), ""]),
    `  ${disagreementCount} places where the label is probably wrong: reefline label-errors ${run.id} --out FILE`,
    ...(unbuffered > 0
      ? [`  In ${unbuffered} folds the ground was too small to keep training and validation apart; what was left out kept its distance.`]
      : []),
  ]);
}

const mostExported = 100_000;

export async function labelErrors(session: Session, idOrName: string, { out }: { out: string }): Promise<void> {
  const { ctx } = session;
  const run = (await listRuns(ctx, null)).find((one) => one.config.folds && (one.id === idOrName || one.name === idOrName));
  if (!run) {
    throw new AppError(
      "not-found",
      "run/not-found",
      `There is no training with folds called "${idOrName}". Start one: reefline train --folds 5`,
    );
  }
  const disagreements = await runDisagreements(ctx, { runId: run.id, limit: mostExported });
  await writeDisagreements(out, disagreements);
  const kind = (wanted: Disagreement["kind"]) => disagreements.filter((one) => one.kind === wanted).length;
  session.result({ runId: run.id, out: resolve(out), count: disagreements.length }, [
    `Wrote ${disagreements.length} places, the largest first: ${kind("unlabelled")} look like reef and are not labelled, ${kind("doubtful")} are labelled and do not look like reef.`,
  ]);
}

async function writeDisagreements(out: string, disagreements: readonly Disagreement[]): Promise<void> {
  await writeAtomically(resolve(out), (temporary) => writeFile(temporary, disagreementsFile(disagreements)));
}

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
