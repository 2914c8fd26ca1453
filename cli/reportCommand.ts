import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { comparisonWarnings } from "@reefline/accuracy/warnings";
import { reportHtml } from "@reefline/report/reportHtml";
import type { Command } from "commander";
import { writeAtomically } from "../server/assets/store.ts";
import { modelReport } from "../server/services/judging/modelReport.ts";
import { resolveModel } from "../server/services/training/training.ts";
import { command, inSession } from "./program.ts";
import type { Session } from "./session.ts";

/** Writes a model's report as one HTML file; further models are set beside it. */
export async function report(session: Session, names: readonly string[], options: { out: string }): Promise<void> {
  const models = await Promise.all(names.map((name) => resolveModel(session.ctx, name)));
  const document = await modelReport(session.ctx, [...new Set(models.map(({ id }) => id))]);
  const out = resolve(options.out);
  await writeAtomically(out, (temporary) => writeFile(temporary, reportHtml(document)));
  const warnings = document.runs.length > 1 ? comparisonWarnings(models.map(({ name, card }) => ({ name, heldOut: card.heldOut }))) : [];
  for (const warning of warnings) session.note(warning);
  const heldOut = document.runs.map(({ name, heldOut: judged }) => ({
    name,
    heldOut: judged?.evaluation ?? null,
    calibration: judged?.calibration ?? null,
  }));
  session.result({ out, models: heldOut, warnings }, [
    `Wrote the report of ${models.map(({ name }) => name).join(", ")} to ${options.out}.`,
  ]);
}

export function addReport(program: Command): void {
  command(program, "report", "write what a model is and how good it is as one HTML file; further models are set beside it")
    .argument("<model...>", "names or ids")
    .requiredOption("--out <file>", "where to, such as report.html")
    .action((names: string[], options: { out: string }, of: Command) => inSession(of, (session) => report(session, names, options)));
}
