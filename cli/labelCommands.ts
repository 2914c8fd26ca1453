import { basename } from "node:path";
import { isAppError } from "@reefline/schema/errors";
import { layerSchema } from "@reefline/schema/feature";
import { type Command, Option } from "commander";
import { isGeoJson } from "../server/services/labels/importAnyLabels.ts";
import { importLabels } from "../server/services/labels/importLabels.ts";
import { resolveSurvey } from "../server/services/surveys/surveys.ts";
import { type CompareLabelsCommand, compareLabels } from "./labelComparison.ts";
import { readLabelFile } from "./labelFile.ts";
import { collect, nonEmpty } from "./optionValues.ts";
import { isFolder, type PhotoLabelFlags, photoLabelsImport } from "./photoLabelCommands.ts";
import { command, inSession } from "./program.ts";
import type { Session } from "./session.ts";

async function labelsImport(
  session: Session,
  file: string,
  options: PhotoLabelFlags & { survey: string; as: string; class: string; locked?: boolean },
): Promise<void> {
  const layer = layerSchema.parse(options.as);
  const survey = await resolveSurvey(session.ctx, options.survey);
  if (layer === "label" && (survey.image?.photoCount !== undefined || (await isFolder(file)))) {
    try {
      return await photoLabelsImport(session, survey, file, options);
    } catch (error) {
      // GeoJSON in longitude and latitude goes onto the sheet as onto any other survey.
      if (!isAppError(error) || error.code !== "photos/unknown-format" || !/\.(geo)?json$/i.test(file)) throw error;
      if (!isGeoJson(await readLabelFile(session, file))) throw error;
    }
  }
  const bytes = await readLabelFile(session, file);
  const { imported, skipped, report, editIds } = await importLabels(session.ctx, {
    surveyId: survey.id,
    layer,
    class: options.class,
    fileName: basename(file),
    bytes,
    locked: options.locked ?? false,
  });
  const what = layer === "label" ? "labels" : `${layer} areas`;
  session.result({ surveyId: survey.id, layer, imported, skipped, report, editIds }, [
    `Imported ${imported} ${what} into ${survey.name}.`,
    ...(report.reprojectedFrom ? [`  reprojected from ${report.reprojectedFrom}`] : []),
    ...report.skipped.map((note) => `  left out ${note.count}: ${note.reason}`),
    ...report.changed.map((note) => `  changed ${note.count}: ${note.reason}`),
  ]);
}

/** `labels import` and `compare`. */
export function addLabelCommands(program: Command): void {
  const labels = program.command("labels").description("import labels and areas").exitOverride();
  command(labels, "import", "import polygons from a GeoJSON file; into a folder of photos also VIA, COCO and mask images")
    .argument("<file>", "GeoJSON; for photos also VIA 1, 2, 3 or COCO JSON, or a folder of PNG masks named as their photos")
    .requiredOption("--survey <survey>", "name or id")
    .addOption(new Option("--as <layer>", "what the polygons are").choices(["label", "examined", "holdout", "ignore"]).default("label"))
    .option("--class <name>", "class of labels that name none", nonEmpty, "reef")
    .option("--locked", "held-out areas: the labels inside are final")
    .option(
      "--class-attribute <name>",
      "photos: the attribute that holds the class (default: class, label, category or the only one)",
      nonEmpty,
    )
    .option("--only <class>", "photos: only labels of this class; may be repeated", collect)
    .option(
      "--mask-classes <value=class,...>",
      "photos: what the values of masks mean, such as 255=reef or 1=reef,2=unsure,3=none",
      nonEmpty,
    )
    .option("--empty-examined", "photos: those that the file lists without an outline were examined and hold nothing")
    .action((file: string, options: PhotoLabelFlags & { survey: string; as: string; class: string; locked?: boolean }, of: Command) =>
      inSession(of, (session) => labelsImport(session, file, options)),
    );

  command(labels, "compare", "how far two labellers agree about the same ground")
    .argument("<file>", "GeoJSON of the second labeller")
    .requiredOption("--survey <survey>", "name or id")
    .option("--with <file>", "GeoJSON of the first (default: the survey's own labels)")
    .option("--area <file>", "GeoJSON of where both have looked (default: the examined areas)")
    .option("--out <file>", "GeoJSON of the places that one of them drew alone")
    .action((file: string, options: CompareLabelsCommand, of: Command) =>
      inSession(of, (session) => compareLabels(session, file, options)),
    );
}
