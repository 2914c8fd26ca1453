import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { AppError } from "@reefline/schema/errors";
import { presetNameSchema } from "@reefline/schema/training";
import { readModel } from "@reefline/segmentation/modelFiles/modelFiles";
import { findRate } from "@reefline/segmentation/training/findRate";
import type { TrainSource } from "@reefline/segmentation/training/trainInput";
import { type Command, Option } from "commander";
import { resolveSurvey } from "../server/services/surveys/surveys.ts";
import { chipPairs, maskLegend } from "../server/services/training/chipPairs.ts";
import { resolveModel } from "../server/services/training/training.ts";
import { withSources } from "../server/services/training/trainingLook.ts";
import { classList, collect, number, wholeNumber } from "./optionValues.ts";
import { command, inSession } from "./program.ts";
import { configOf, type RecipeOptions } from "./recipeOptions.ts";
import type { Session } from "./session.ts";

const stepsTried = 100;

/** `train --find-rate`: a range test on what a training would begin with now. */
export async function findRateCommand(session: Session, options: RecipeOptions): Promise<void> {
  const { store } = session.ctx;
  const fromModel = options.from === undefined ? null : await resolveModel(session.ctx, options.from);
  const config = configOf(session, options, fromModel);
  const from = fromModel && (await readModel(store.paths.model(fromModel.id)));
  const test = await ofSurveys(session, options.survey, (sources) =>
    findRate({ sources, config, encoderPath: store.config.encoderPath, from }, stepsTried),
  );
  const { points, suggested } = test;
  const every = Math.max(1, Math.round(points.length / 20));
  session.result(test, [
    ...points
      .filter((_, i) => i % every === 0)
      .map(({ learningRate, loss }) => `  ${learningRate.toExponential(1).padStart(8)}  ${loss.toFixed(4)}`),
    suggested === null
      ? "The loss fell at no rate: there may be too few labels, or they do not fit the image."
      : `Suggested: --rate ${suggested.toExponential(1)}`,
  ]);
}

/** `chips export`: PNG pairs of the split, named by their place in the model's grid. */
async function chipsExport(session: Session, dir: string, options: RecipeOptions): Promise<void> {
  const folder = resolve(dir);
  const there = await readdir(folder).catch((error: NodeJS.ErrnoException) => (error.code === "ENOENT" ? [] : null));
  if (there === null || there.length > 0) {
    throw new AppError("bad-input", "cli/not-empty", `${folder} is not an empty folder. Name an empty or a new one.`);
  }
  const config = configOf(session, options);
  const written = { train: 0, validation: 0 };
  await ofSurveys(session, options.survey, async (sources) => {
    for await (const { role, files } of chipPairs(sources, config)) {
      await mkdir(join(folder, role), { recursive: true });
      for (const { name, bytes } of files) await writeFile(join(folder, name), bytes);
      written[role]++;
    }
  });
  session.result({ folder, ...written }, [
    `Wrote ${written.train} training and ${written.validation} validation chips to ${folder}.`,
    `  masks: ${maskLegend(config)}`,
  ]);
}

async function ofSurveys<T>({ ctx }: Session, names: readonly string[], work: (sources: readonly TrainSource[]) => Promise<T>): Promise<T> {
  const surveys = await Promise.all(names.map((name) => resolveSurvey(ctx, name)));
  const ids = surveys.map(({ id }) => id);
  return withSources(ctx.store, ids, work);
}

export function addChipsCommands(program: Command): void {
  const chips = program.command("chips").description("the chips that a training learns from").exitOverride();
  command(chips, "export", "write chips and masks of the split as PNG pairs, in train/ and validation/; held-out ground is in none")
    .argument("<dir>", "an empty or new folder")
    .requiredOption("--survey <survey>", "name or id; may be repeated", collect)
    .addOption(new Option("--preset <preset>", "whose chip size and filter (default: as train)").choices(presetNameSchema.options))
    .option("--seed <n>", "of the split, as in train", wholeNumber(0, 2 ** 31 - 1))
    .option("--classes <names>", "masks of these classes of reef, numbered from 1, as in train", classList)
    .option("--unsharp", "sharpened, as in train")
    .option(
      "--gsd <m>",
      "metres per pixel (default: chosen from the labels)",
      number((value) => value > 0 && value <= 100, "a number of metres above 0"),
    )
    .action((dir: string, options: RecipeOptions, of: Command) => inSession(of, (session) => chipsExport(session, dir, options)));
}
