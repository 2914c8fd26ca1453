import { readFile, stat, writeFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { AppError } from "@reefline/schema/errors";
import type { Layer } from "@reefline/schema/feature";
import type { ZoneSource } from "@reefline/schema/zones";
import { type Command, Option } from "commander";
import { writeAtomically } from "../server/assets/store.ts";
import { predictionToExport } from "../server/services/exports/exportLayer.ts";
import { zoneCsv, zoneStatistics } from "../server/services/judging/zoneStatistics.ts";
import { resolveSurvey } from "../server/services/surveys/surveys.ts";
import { fraction, number } from "./optionValues.ts";
import { command, inSession } from "./program.ts";
import { noFile, type Session } from "./session.ts";

export interface ZonesCommand {
  readonly survey: string;
  readonly zones?: string;
  readonly grid?: number;
  readonly layer?: Layer;
  readonly prediction?: string | boolean;
  readonly threshold?: number;
  readonly out: string;
}

async function sourceOf(session: Session, { zones, grid, layer }: ZonesCommand): Promise<ZoneSource> {
  if (grid !== undefined) return { kind: "grid", sizeMeters: grid };
  if (layer !== undefined) return { kind: "layer", layer };
  if (zones === undefined)
    throw new AppError("bad-input", "cli/no-zones", "Say where the zones are: --zones FILE.geojson, --grid METERS, or --layer LAYER.");
  const { size } = await stat(zones).catch(() => {
    throw noFile(zones);
  });
  const { jsonBytes } = session.ctx.store.config.limits;
  if (size > jsonBytes)
    throw new AppError(
      "limit",
      "cli/too-large",
      `${zones} is larger than the ${Math.floor(jsonBytes / 2 ** 20)} MB that can be read at once. Split it into parts.`,
    );
  return { kind: "geojson", fileName: basename(zones), text: await readFile(zones, "utf8") };
}

/** Writes statistics per zone as CSV. */
export async function zones(session: Session, options: ZonesCommand): Promise<void> {
  const { ctx } = session;
  const survey = await resolveSurvey(ctx, options.survey);
  const source = await sourceOf(session, options);
  const predictionId =
    options.prediction === undefined || options.prediction === false
      ? null
      : (await predictionToExport(ctx, survey.id, options.prediction === true ? null : options.prediction)).id;
  const stop = new AbortController();
  const onInterrupt = () => stop.abort(new AppError("cancelled", "zones/cancelled", "Counting was stopped. Nothing was written."));
  process.once("SIGINT", onInterrupt);
  try {
    const request = { surveyId: survey.id, predictionId, threshold: options.threshold ?? null, source };
    const table = await zoneStatistics(ctx.store, request, { signal: stop.signal });
    const out = resolve(options.out);
    await writeAtomically(out, (temporary) => writeFile(temporary, zoneCsv(table)));
    for (const note of table.notes) session.note(note);
    session.result({ ...table, surveyId: survey.id, out }, [`Wrote ${table.zones.length} zones to ${options.out}.`]);
  } finally {
    process.off("SIGINT", onInterrupt);
  }
}

export function addZones(program: Command): void {
  command(program, "zones", "count reef per zone, as CSV")
    .requiredOption("--survey <survey>", "name or id")
    .option("--zones <file>", "GeoJSON of the zones")
    .addOption(
      new Option("--grid <m>", "squares of this many metres")
        .argParser(number((value) => value > 0, "metres above 0"))
        .conflicts(["zones", "layer"]),
    )
    .addOption(
      new Option("--layer <layer>", "every polygon of a layer is a zone")
        .choices(["label", "examined", "holdout", "ignore"])
        .conflicts("zones"),
    )
    .option("--prediction [id]", "count a prediction too: the newest, or this one")
    .option("--threshold <t>", "instead of the prediction's own", fraction)
    .requiredOption("--out <file>", "where to")
    .action((options: ZonesCommand, of: Command) => inSession(of, (session) => zones(session, options)));
}
