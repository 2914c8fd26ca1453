import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { calibrationOf } from "@reefline/accuracy/calibration";
import { isPixelCrs } from "@reefline/geo/pixelCrs";
import type { ChipPicture, GroundPicture, HeldOutReport, LengthUnit, Report, ReportRun } from "@reefline/report/reportDocument";
import type { Polygon } from "@reefline/schema/feature";
import { byteOfThreshold } from "@reefline/schema/prediction";
import type { Evaluation, HistoryEvent, Metrics, Model, ModelCard } from "@reefline/schema/training";
import { metricsFromConfusion } from "@reefline/segmentation/validation/metrics";
import { openSurveyRaster } from "../../assets/openSurveyRaster.ts";
import type { Context } from "../../context.ts";
import { authorize } from "../../principal.ts";
import { groundPicture } from "../../report/groundPicture.ts";
import { chipFile, readChipList } from "../../report/heldOutChips.ts";
import { featuresOf } from "../../storage/features.ts";
import { chipsOf, historyOf, modelById } from "../../storage/runs.ts";
import type { Store } from "../../storage/store.ts";
import { surveyById } from "../../storage/surveys.ts";
import { version } from "../../version.ts";
import { groundOf } from "../labels/groundOf.ts";

/**
 * Everything there is to say about models: the first in full, the others beside it. What is gone since (a survey, its pictures) is left out.
 * @throws AppError `model/not-found`
 */
export async function modelReport(ctx: Context, modelIds: readonly string[]): Promise<Report> {
  authorize(ctx.principal, "survey:read", ctx.store.projectId);
  const models = await Promise.all(modelIds.map((id) => modelById(ctx.store.db, id)));
  const runs: ReportRun[] = [];
  for (const [i, model] of models.entries()) runs.push(await reportOf(ctx.store, model, i === 0));
  return { runs, version };
}

async function reportOf(store: Store, model: Model, inFull: boolean): Promise<ReportRun> {
  const { card } = model;
  const imported = card.architecture.kind === "imported-onnx";
  const unit = await unitOf(store, card);
  const events = inFull && model.runId ? await historyOf(store.db, model.runId) : [];
  return {
    name: model.name,
    madeAt: `${card.createdAt.slice(0, 16).replace("T", " ")} UTC`,
    summary: imported ? ["Imported from another program."] : summaryOf(card, unit),
    ground: inFull ? await groundOfCard(store, model) : [],
    history: events.length > 0 ? historyOfRun(events, card.bestEpoch) : null,
    heldOut: card.heldOut ? heldOutReport(card.heldOut, unit) : null,
    validation: imported ? null : card.validation,
    ...(card.validationByClass ? { validationByClass: card.validationByClass } : {}),
    chips: inFull ? await chipPictures(store, model, unit) : [],
    reproduce: reproduceOf(card),
  };
}

/** Every number of an evaluation that follows from its counts. */
function heldOutReport(evaluation: Evaluation, unit: LengthUnit = "m"): HeldOutReport {
  const { detail } = evaluation;
  if (!detail) return { unit, evaluation, detail: null, atThresholds: [evaluation], sweep: [], calibration: null };
  const at = (threshold: number): Metrics => {
    const least = byteOfThreshold(threshold);
    const sum = (counts: readonly number[], from: number, to: number) => counts.slice(from, to).reduce((total, count) => total + count, 0);
    const { reefByByte, otherByByte } = detail;
    const counts = {
      tp: sum(reefByByte, least, 256),
      fn: sum(reefByByte, 0, least),
      fp: sum(otherByByte, least, 256),
      tn: sum(otherByByte, 0, least),
    };
    return metricsFromConfusion(counts, threshold);
  };
  return {
    unit,
    evaluation,
    detail,
    atThresholds: detail.shapes.map(({ threshold }) => at(threshold)),
    sweep: Array.from({ length: 49 }, (_, i) => at((i + 1) / 50)),
    calibration: calibrationOf(detail),
  };
}

function summaryOf(card: ModelCard, unit: LengthUnit): string[] {
  const square = unit === "px" ? "px" : "m²";
  const { split } = card;
  const from = card.trainedOn.map(
    ({ surveyName, labelCount, labelAreaM2, examinedAreaM2 }) =>
      `Learned from ${surveyName}: ${labelCount} labels of ${rounded(labelAreaM2)} ${square} on ${rounded(examinedAreaM2)} ${square} of examined ground.`,
  );
  const gap = split.buffered
    ? `, ${rounded(split.bufferMeters)} ${unit} apart`
    : ", touching each other because the ground is small, which flatters the validation scores";
  return [
    ...from,
    `The ground was cut into squares of ${rounded(split.cellSizeMeters)} ${unit}: ${split.trainCells} to train on, ${split.validationCells} for validation${gap}.`,
    `Trained for ${Math.round(card.trainSeconds)} s: ${card.steps} steps, ${card.epochs} epochs; the weights of epoch ${card.bestEpoch} are kept. Ended by ${{ budget: "its budget", "early-stopping": "early stopping", user: "the user" }[card.stoppedBecause]}.`,
  ];
}

const rounded = (value: number) => Number(value.toPrecision(3)).toLocaleString("en-GB");

function historyOfRun(events: readonly HistoryEvent[], bestEpoch: number): ReportRun["history"] {
  const validation = events.flatMap((event) => (event.kind === "validation" ? [event] : []));
  return {
    loss: {
      train: thinned(events.flatMap((event) => (event.kind === "step" ? [{ x: event.step, y: event.loss }] : []))),
      validation: thinned(validation.map(({ step, loss }) => ({ x: step, y: loss }))),
    },
    validationDice: thinned(validation.map(({ step, dice }) => ({ x: step, y: dice }))),
    bestEpoch,
  };
}

/** At most 400 points, evenly. */
function thinned<T>(points: readonly T[]): T[] {
  const every = Math.ceil(points.length / 400);
  return points.filter((_, i) => i % every === 0 || i === points.length - 1);
}

async function groundOfCard(store: Store, { card, runId }: Model): Promise<GroundPicture[]> {
  const snapshot = runId ? await readSnapshot(store, runId) : null;
  const pictures: GroundPicture[] = [];
  for (const [index, source] of card.trainedOn.entries()) {
    const survey = await surveyById(store.db, source.surveyId).catch(() => null);
    if (!survey?.image) continue;
    const raster = await openSurveyRaster(store, survey.image).catch(() => null);
    if (!raster) continue;
    try {
      const ground = snapshot?.get(survey.id) ?? groundOf(await featuresOf(store.db, survey.id));
      const cells = (card.split.cells ?? []).filter((cell) => cell.source === index);
      pictures.push(await groundPicture(source.surveyName, { raster, image: survey.image }, { cells, gsdMeters: card.gsdMeters }, ground));
    } finally {
      await raster.close();
    }
  }
  return pictures;
}

/** Pixels where it learned from photos, which have no place on the ground. */
async function unitOf(store: Store, card: ModelCard): Promise<LengthUnit> {
  for (const { surveyId } of card.trainedOn) {
    const survey = await surveyById(store.db, surveyId).catch(() => null);
    if (survey?.image) return isPixelCrs(survey.image.grid.crs) ? "px" : "m";
  }
  return "m";
}

type SnapshotGround = { labels: Polygon[]; holdout: Polygon[] };

/** What the run trained on, as it was then. */
async function readSnapshot(store: Store, runId: string): Promise<Map<string, SnapshotGround> | null> {
  const text = await readFile(join(store.paths.run(runId), "snapshot.json"), "utf8").catch(() => null);
  if (text === null) return null;
  const { surveys }: { surveys: { surveyId: string; ground: SnapshotGround }[] } = JSON.parse(text);
  return new Map(surveys.map(({ surveyId, ground }) => [surveyId, ground]));
}

async function chipPictures(store: Store, { id, runId }: Model, unit: LengthUnit): Promise<ChipPicture[]> {
  const modelDir = store.paths.model(id);
  const picture = async (path: string) =>
    `data:image/${path.endsWith(".jpg") ? "jpeg" : "png"};base64,${(await readFile(path)).toString("base64")}`;
  const heldOut = await readChipList(modelDir);
  if (heldOut.length > 0)
    return Promise.all(
      heldOut.map(async ({ kind, surveyName, dice, wrongShare, sideMeters, image, label, prediction }) => ({
        kind,
        caption: `Dice ${dice.toFixed(2)}, ${(100 * wrongShare).toFixed(1)} % of the ground wrong; ${surveyName}, ${rounded(sideMeters)} ${unit} wide`,
        image: await picture(chipFile(modelDir, image)),
        label: await picture(chipFile(modelDir, label)),
        prediction: await picture(chipFile(modelDir, prediction)),
      })),
    );
  if (!runId) return [];
  const folder = join(store.paths.run(runId), "chips");
  const chips = await chipsOf(store.db, runId);
  const pictures = chips.map(async ({ imageFile, labelFile, predictionFile, epoch, dice }): Promise<ChipPicture> => {
    const [image, label, prediction] = await Promise.all([imageFile, labelFile, predictionFile].map((file) => picture(join(folder, file))));
    return {
      kind: "validation",
      caption: `Dice ${dice?.toFixed(2) ?? "–"} after epoch ${epoch}`,
      image: image ?? "",
      label: label ?? "",
      prediction: prediction ?? "",
    };
  });
  return Promise.all(pictures).catch(() => []);
}

function reproduceOf(card: ModelCard): { name: string; value: string }[] {
  const { config } = card;
  const budget = config.budget.kind === "minutes" ? `--minutes ${config.budget.minutes}` : `--epochs ${config.budget.epochs}`;
  const surveys = card.trainedOn.map(({ surveyName }) => `--survey ${quoted(surveyName)}`).join(" ");
  const rows = [
    {
      name: "Command",
      value: `npx reefline train ${surveys} --model ${quoted(card.name)} --preset ${config.preset} --seed ${config.seed} ${budget}`,
    },
    { name: "Everything chosen", value: JSON.stringify(config) },
    {
      name: "Labels",
      value: card.trainedOn
        .map(({ surveyName, lastEditSeq, imageVersion }) => `${surveyName}: up to edit ${lastEditSeq}, image version ${imageVersion}`)
        .join("; "),
    },
    { name: "Network", value: JSON.stringify(card.architecture) },
    { name: "Pixel size and bands", value: `${card.gsdMeters} m; ${card.bandNames.join(", ")}` },
    { name: "Normalisation", value: JSON.stringify(card.normalization) },
    { name: "Temperature and threshold", value: `${card.temperature.toFixed(4)}, ${card.threshold}` },
    { name: "Computed with", value: card.backend.description },
    { name: "Reefline", value: version },
    { name: "Node.js and platform", value: `${process.version}, ${process.platform} ${process.arch} (where this report was written)` },
  ];
  const ground = card.heldOut?.detail;
  return ground ? [...rows, { name: "Held-out ground and labels (fingerprints)", value: `${ground.ground}, ${ground.truth}` }] : rows;
}

const quoted = (text: string) => (/^[\w.-]+$/.test(text) ? text : `"${text.replace(/["\\$`]/g, "\\$&")}"`);
