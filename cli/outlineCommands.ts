import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { AppError } from "@reefline/schema/errors";
import type { OutlineOptions } from "@reefline/schema/outlines";
import { type Command, Option } from "commander";
import { writeAtomically } from "../server/assets/store.ts";
import { predictionToExport } from "../server/services/exports/exportLayer.ts";
import { outlineMaskFile } from "../server/services/exports/outlineMaskFile.ts";
import { getOutlineOptions, setOutlineOptions } from "../server/services/predictions/outlineOptions.ts";
import { storePolygonSet } from "../server/services/predictions/polygonSets.ts";
import { roundThreshold } from "../server/services/predictions/predictions.ts";
import { resolveSurvey } from "../server/services/surveys/surveys.ts";
import { findPolygonSet, polygonsOfSet } from "../server/storage/polygonSets.ts";
import { fraction, number } from "./optionValues.ts";
import { command, inSession } from "./program.ts";
import { noFile, type Session } from "./session.ts";

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

interface PolygonizeCommand {
  readonly mask: string;
  readonly out: string;
  readonly connectivity?: "4" | "8";
}

/** Outlines of a mask that any program wrote, exactly along its pixels. */
async function polygonize(session: Session, options: PolygonizeCommand): Promise<void> {
  if (!existsSync(options.mask)) throw noFile(options.mask);
  if (!options.out.endsWith(".fgb"))
    throw new AppError(
      "bad-input",
      "cli/polygonize-format",
      `Outlines of a mask are written as FlatGeobuf. Name a file that ends in .fgb, not ${options.out}.`,
    );
  const stop = new AbortController();
  const onInterrupt = () => stop.abort(new AppError("cancelled", "vectorize/cancelled", "Outlining was stopped."));
  process.once("SIGINT", onInterrupt);
  const connectivity = options.connectivity === "8" ? 8 : 4;
  try {
    let outlined = { regionCount: 0, pixelCount: 0 };
    await writeAtomically(resolve(options.out), async (temporary) => {
      outlined = await outlineMaskFile(options.mask, temporary, { connectivity, signal: stop.signal });
    });
    session.result({ ...outlined, out: resolve(options.out) }, [
      `Wrote ${outlined.regionCount} outlines of ${outlined.pixelCount} pixels to ${options.out}.`,
    ]);
  } finally {
    process.off("SIGINT", onInterrupt);
  }
}

export function addPolygonize(program: Command): void {
  command(program, "polygonize", "outline a mask that any program wrote, exactly along its pixels")
    .requiredOption("--mask <file>", "GeoTIFF of one 8-bit band; what is not 0 is outlined")
    .addOption(new Option("--connectivity <n>", "8: pixels that meet in a corner belong together").choices(["4", "8"]))
    .requiredOption("--out <file>", "FlatGeobuf file")
    .action((options: PolygonizeCommand, of: Command) => inSession(of, (session) => polygonize(session, options)));
}

export function addVectorize(program: Command): void {
  command(program, "vectorize", "draw a prediction's outlines another way; map, review and exports then have them")
    .requiredOption("--survey <survey>", "name or id")
    .option("--prediction <id>", "instead of the newest")
    .option("--threshold <t>", "instead of the prediction's own", fraction)
    .addOption(
      new Option("--contour <contour>", "along pixel edges, or between pixels by how sure they are").choices(["pixel", "subpixel"]),
    )
    .option(
      "--simplify <m>",
      "how far an outline may move, in metres",
      number((value) => value >= 0 && value <= 1_000, "metres from 0 to 1000"),
    )
    .option("--smooth", "round corners")
    .option("--no-smooth", "leave corners sharp")
    .option(
      "--min-area <m2>",
      "leave out smaller reefs",
      number((value) => value >= 0, "square metres"),
    )
    .option(
      "--min-hole <m2>",
      "fill smaller holes",
      number((value) => value >= 0, "square metres"),
    )
    .addOption(new Option("--connectivity <n>", "8: pixels that meet in a corner are one reef").choices(["4", "8"]))
    .option("--split-touching", "part reefs that have grown together")
    .option("--no-split-touching", "leave them together")
    .action((options: VectorizeCommand, of: Command) => inSession(of, (session) => vectorize(session, options)));
}
