import { unitSigns } from "@reefline/geo/pixelCrs";
import type { AreaSample, AreaSampleEstimate } from "@reefline/schema/areaSample";
import { AppError } from "@reefline/schema/errors";
import type { Survey } from "@reefline/schema/survey";
import type { Command } from "commander";
import { predictionToExport } from "../server/services/exports/exportLayer.ts";
import { drawSample } from "../server/services/judging/areaSampleDraw.ts";
import { estimateSample } from "../server/services/judging/areaSampleEstimate.ts";
import { finishBlocks, listSamples, removeSample } from "../server/services/judging/areaSamples.ts";
import { resolveSurvey, surveyImage } from "../server/services/surveys/surveys.ts";
import { featureRows } from "../server/storage/features.ts";
import { fraction, number, wholeNumber } from "./optionValues.ts";
import { command, inSession } from "./program.ts";
import type { Session } from "./session.ts";

export interface AreaSampleDrawCommand {
  readonly survey: string;
  readonly prediction?: string;
  readonly threshold?: number;
  readonly blocks?: number;
  readonly blockSize?: number;
  readonly seed?: number;
}

export interface AreaSampleCommand {
  readonly survey: string;
  /** Instead of the newest. */
  readonly sample?: string;
}

export async function areaSampleDraw(session: Session, options: AreaSampleDrawCommand): Promise<void> {
  const { ctx } = session;
  const survey = await resolveSurvey(ctx, options.survey);
  const prediction = await predictionToExport(ctx, survey.id, options.prediction ?? null);
  const sample = await drawSample(ctx.store, ctx.principal.name, {
    predictionId: prediction.id,
    threshold: options.threshold ?? null,
    blockCount: options.blocks,
    blockMeters: options.blockSize ?? null,
    seed: options.seed,
  });
  session.result(sample, [
    `Drew ${sample.blocks.length} blocks of ${Number(sample.blockMeters.toPrecision(3))} ${signsOf(survey).length} on ${survey.name} (${sample.id}):`,
    ...sample.strata.map((stratum) => `  ${stratum.sampleCount} of ${stratum.blockCount} blocks with ${stratum.title}`),
    "Label every reef inside them, in the browser (Report, then Label the blocks) or by import; predictions stay hidden there until a block is done.",
  ]);
}

async function sampleOf(session: Session, options: AreaSampleCommand): Promise<AreaSample> {
  const survey = await resolveSurvey(session.ctx, options.survey);
  const samples = await listSamples(session.ctx, survey.id);
  const found = options.sample === undefined ? samples[0] : samples.find(({ id }) => id === options.sample);
  if (found) return found;
  const known = samples.length > 0 ? `There are: ${samples.map(({ id }) => id).join(", ")}.` : "Draw one first: reefline area-sample draw.";
  throw new AppError("not-found", "area-sample/not-found", `${survey.name} has no such area sample. ${known}`);
}

/** Samples of a survey and how far they are. */
async function areaSampleList(session: Session, options: { survey: string }): Promise<void> {
  const survey = await resolveSurvey(session.ctx, options.survey);
  const samples = await listSamples(session.ctx, survey.id);
  const listed = await Promise.all(
    samples.map(async (sample) => {
      const rows = await featureRows(
        session.ctx.store.db,
        sample.blocks.map(({ featureId }) => featureId),
      );
      const done = [...rows.values()].filter((row) => row.deleted === 0 && row.locked === 1).length;
      return { ...sample, done };
    }),
  );
  session.result(
    listed,
    listed.map((one) => `${one.id}  ${one.modelName}, ${one.done} of ${one.blocks.length} blocks done, drawn ${one.createdAt}`),
  );
}

/** Says that blocks are labelled. */
async function areaSampleDone(session: Session, options: AreaSampleCommand & { block?: number[]; all?: boolean }): Promise<void> {
  const sample = await sampleOf(session, options);
  const numbers = options.all ? sample.blocks.map((_, i) => i + 1) : (options.block ?? []);
  if (numbers.length === 0)
    throw new AppError("bad-input", "cli/no-block", "Say which blocks are labelled: --block NUMBER (may be repeated), or --all.");
  await finishBlocks(session.ctx, sample.id, numbers);
  session.result({ sampleId: sample.id, blocks: numbers }, [`${numbers.length} blocks of ${sample.id} are done.`]);
}

export async function areaSampleEstimate(session: Session, options: AreaSampleCommand): Promise<void> {
  const sample = await sampleOf(session, options);
  const estimate = await estimateSample(session.ctx.store, sample.id);
  const survey = await resolveSurvey(session.ctx, options.survey);
  session.result(estimate, sentencesOf(estimate, signsOf(survey).area));
}

async function areaSampleRemove(session: Session, options: AreaSampleCommand & { sample: string }): Promise<void> {
  const sample = await sampleOf(session, options);
  await removeSample(session.ctx, sample.id);
  session.result({ sampleId: sample.id }, [`Removed the area sample ${sample.id}. What was labelled in its blocks stays.`]);
}

function sentencesOf(
  { areaM2, mappedM2, usersAccuracy, producersAccuracy, overallAccuracy, ...rest }: AreaSampleEstimate,
  sign: string,
): string[] {
  const m2 = (value: number) => Number(value.toPrecision(4)).toLocaleString("en-GB");
  const share = (name: string, accuracy: AreaSampleEstimate["usersAccuracy"]) =>
    accuracy
      ? [`  ${name}: ${(100 * accuracy.value).toFixed(1)} % (${(100 * accuracy.low).toFixed(1)}–${(100 * accuracy.high).toFixed(1)} %)`]
      : [];
  return [
    `Reef on ${rest.surveyName}: ${m2(areaM2.value)} ${sign}, 95 % interval ${m2(areaM2.low)}–${m2(areaM2.high)} ${sign} (mapped: ${m2(mappedM2)} ${sign}).`,
    ...share("of what is mapped as reef, reef (user's accuracy)", usersAccuracy),
    ...share("of reef, mapped as reef (producer's accuracy)", producersAccuracy),
    ...share("of all ground, mapped right", overallAccuracy),
    ...rest.notes.map((note) => `  ${note}`),
  ];
}

/** Photos have no place on the ground: lengths and areas on them are pixels. */
const signsOf = (survey: Survey) => unitSigns(surveyImage(survey).grid.crs);

/** `area-sample draw`, `list`, `done`, `estimate`, `remove`. */
export function addAreaSampleCommands(program: Command): void {
  const areaSample = program
    .command("area-sample")
    .description("reef area with a 95 % interval, from random blocks that a person labels")
    .exitOverride();
  command(areaSample, "draw", "draw random blocks, stratified by a prediction, to be labelled without seeing it")
    .requiredOption("--survey <survey>", "name or id")
    .option("--prediction <id>", "instead of the newest")
    .option("--threshold <t>", "instead of the prediction's own", fraction)
    .option("--blocks <n>", "how many (default: 50)", wholeNumber(20, 1_000))
    .option(
      "--block-size <m>",
      "side of a block in metres (default: 128 pixels of the prediction)",
      number((value) => value > 0, "metres above 0"),
    )
    .option("--seed <n>", "another sample", wholeNumber(0, 2 ** 31 - 1))
    .action((options: AreaSampleDrawCommand, of: Command) => inSession(of, (session) => areaSampleDraw(session, options)));
  command(areaSample, "list", "list a survey's area samples and how far they are labelled")
    .requiredOption("--survey <survey>", "name or id")
    .action((options: { survey: string }, of: Command) => inSession(of, (session) => areaSampleList(session, options)));
  command(areaSample, "done", "say that every reef inside blocks is labelled")
    .requiredOption("--survey <survey>", "name or id")
    .option("--sample <id>", "instead of the newest")
    .option("--block <n>", "its number; may be repeated", (text: string, earlier: number[] = []) => [
      ...earlier,
      wholeNumber(1, 1_000)(text),
    ])
    .option("--all", "all of them")
    .action((options: AreaSampleCommand & { block?: number[]; all?: boolean }, of: Command) =>
      inSession(of, (session) => areaSampleDone(session, options)),
    );
  command(areaSample, "estimate", "work out the area and its interval from the blocks that are done")
    .requiredOption("--survey <survey>", "name or id")
    .option("--sample <id>", "instead of the newest")
    .action((options: AreaSampleCommand, of: Command) => inSession(of, (session) => areaSampleEstimate(session, options)));
  command(areaSample, "remove", "forget a sample; what was labelled stays")
    .requiredOption("--survey <survey>", "name or id")
    .requiredOption("--sample <id>", "which")
    .action((options: AreaSampleCommand & { sample: string }, of: Command) =>
      inSession(of, (session) => areaSampleRemove(session, options)),
    );
}
