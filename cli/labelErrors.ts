import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Disagreement } from "@reefline/schema/crossValidation";
import { disagreementsFile } from "@reefline/schema/disagreementsFile";
import { AppError } from "@reefline/schema/errors";
import type { Command } from "commander";
import { writeAtomically } from "../server/assets/store.ts";
import { runDisagreements } from "../server/services/training/crossValidation.ts";
import { listRuns } from "../server/services/training/training.ts";
import { command, inSession } from "./program.ts";
import type { Session } from "./session.ts";

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
    `Wrote ${disagreements.length} places, the largest first: ${kind("unlabelled")} look like reef and are not labelled, ${kind("doubtful")} are labelled and do not look like reef${kind("other-class") > 0 ? `, ${kind("other-class")} look like reef of another class` : ""}.`,
  ]);
}

/** Places as GeoJSON, put there whole. */
export async function writeDisagreements(out: string, disagreements: readonly Disagreement[]): Promise<void> {
  await writeAtomically(resolve(out), (temporary) => writeFile(temporary, disagreementsFile(disagreements)));
}

export function addLabelErrors(program: Command): void {
  command(program, "label-errors", "write where labels and out-of-fold predictions surely disagree, as GeoJSON")
    .argument("<run>", "name or id of a training with folds")
    .requiredOption("--out <file>", "GeoJSON")
    .action((name: string, options: { out: string }, of: Command) => inSession(of, (session) => labelErrors(session, name, options)));
}
