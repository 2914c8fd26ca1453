import { mkdir, readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { AppError } from "@reefline/schema/errors";
import { presetNameSchema } from "@reefline/schema/training";
import { readModel } from "@reefline/segmentation/modelFiles/modelFiles";
import { findRate } from "@reefline/segmentation/training/findRate";
import { type SplitChip, splitChips } from "@reefline/segmentation/training/splitChips";
import type { TrainSource } from "@reefline/segmentation/training/trainInput";
import { type Command, Option } from "commander";
import sharp from "sharp";
import { openSource, snapshotNow } from "../server/jobs/trainingSources.ts";
import { resolveSurvey } from "../server/services/surveys/surveys.ts";
import { resolveModel } from "../server/services/training/training.ts";
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
  const test = await withSources(session, options.survey, (sources) =>
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
  await withSources(session, options.survey, async (sources) => {
    for await (const chip of splitChips({ sources, config })) {
      await writePair(folder, chip);
      written[chip.role]++;
    }
  });
  session.result({ folder, ...written }, [
    `Wrote ${written.train} training and ${written.validation} validation chips to ${folder}.`,
    `  masks: ${config.classes.map((name, i) => `${i + 1} ${name}, `).join("")}255 reef${config.classes.length > 0 ? " of no such class" : ""}, 0 examined and empty, 128 not examined or of another part of the split`,
  ]);
}

async function writePair(folder: string, { role, surveyName, colOff, rowOff, sizePx, bandCount, image, mask }: SplitChip): Promise<void> {
  const to = join(folder, role);
  await mkdir(to, { recursive: true });
  const safe = surveyName.replace(/[^\p{L}\p{N}_-]+/gu, "_").slice(0, 80);
  const name = `${safe}_${colOff}_${rowOff}`;
  const raw = (channels: 1 | 3) => ({ raw: { width: sizePx, height: sizePx, channels } });
  // PNGs hold one band or three; of others the first three are what one can look at.
  const shown = bandCount === 1 || bandCount === 3 ? image : firstBands(image, bandCount);
  await sharp(shown, raw(bandCount === 1 ? 1 : 3))
    .png()
    .toFile(join(to, `${name}_image.png`));
  await sharp(mask, raw(1))
    .toColourspace("b-w")
    .png()
    .toFile(join(to, `${name}_mask.png`));
}

function firstBands(image: Uint8Array, bandCount: number): Uint8Array {
  const pixels = image.length / bandCount;
  const shown = new Uint8Array(pixels * 3);
  for (let i = 0; i < shown.length; i++) shown[i] = image[Math.floor(i / 3) * bandCount + Math.min(i % 3, bandCount - 1)] ?? 0;
  return shown;
}

async function withSources<T>(
  session: Session,
  names: readonly string[],
  work: (sources: readonly TrainSource[]) => Promise<T>,
): Promise<T> {
  const { ctx } = session;
  const surveys = await Promise.all(names.map((name) => resolveSurvey(ctx, name)));
  const snapshot = await snapshotNow(
    ctx,
    surveys.map(({ id }) => id),
  );
  const sources = await Promise.all(snapshot.surveys.map((survey) => openSource(ctx, survey)));
  try {
    return await work(sources);
  } finally {
    await Promise.all(sources.map(({ raster }) => raster.close()));
  }
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
