import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Raster } from "@reefline/raster/raster";
import type { Polygon } from "@reefline/schema/feature";
import type { BatchCutter } from "@reefline/segmentation/training/batches";
import type { TrainingWish, TrainSource } from "@reefline/segmentation/training/trainInput";
import type { TrainingData } from "@reefline/segmentation/training/trainingData";
import { openRasterPlace, type RasterPlace, surveyRasterPlace } from "../assets/rasterPlace.ts";
import { writeAtomically } from "../assets/store.ts";
import { type Ground, groundOf } from "../services/labels/groundOf.ts";
import { surveyImage } from "../services/surveys/surveys.ts";
import { lastEditSeq } from "../storage/edits.ts";
import { featuresOf } from "../storage/features.ts";
import { photosOf } from "../storage/photos.ts";
import { standingDecisions } from "../storage/predictions.ts";
import type { Store } from "../storage/store.ts";
import { surveyById } from "../storage/surveys.ts";
import { chipThreads } from "./chipThreads.ts";
import type { JobRun, JobWish } from "./jobRun.ts";

/** What the training loop is told. Who lost the lease has no use for a checkpoint. */
export const trainingWishes: Record<JobWish, TrainingWish> = {
  go: "no",
  "stop-and-keep": "stop-and-keep-best",
  cancel: "cancel",
  release: "pause",
  lost: "cancel",
};

/** What a run trains on, fixed at its first attempt so that a resumed one learns from the same. */
export interface Snapshot {
  readonly surveys: {
    readonly surveyId: string;
    readonly lastEditSeq: number;
    readonly ground: Ground;
    /** Rejected predictions; absent in snapshots from before they were kept. */
    readonly rejected?: Polygon[];
  }[];
}

export async function takeSnapshot(run: JobRun, path: string, surveyIds: readonly string[]): Promise<Snapshot> {
  const earlier = await readFile(path, "utf8").catch(() => null);
  if (earlier !== null) return JSON.parse(earlier);
  const snapshot = await snapshotNow(run, surveyIds);
  await writeAtomically(path, (temporary) => writeFile(temporary, JSON.stringify(snapshot)));
  return snapshot;
}

/** What a training that began now would learn from. */
export async function snapshotNow(run: Pick<JobRun, "store">, surveyIds: readonly string[]): Promise<Snapshot> {
  return await run.store.db.transaction().execute(async (trx) => {
    const surveys: Snapshot["surveys"] = [];
    for (const surveyId of surveyIds) {
      const rejected = (await standingDecisions(trx, surveyId)).flatMap(({ kind, geometry }) => (kind === "rejected" ? [geometry] : []));
      const ground = groundOf(await featuresOf(trx, surveyId));
      surveys.push({ surveyId, lastEditSeq: await lastEditSeq(trx, surveyId), ground, rejected });
    }
    return { surveys };
  });
}

/** Where the rasters of training sources are, so that threads can open them for themselves. */
const places = new WeakMap<Raster, RasterPlace>();

/** How much decoded ground the threads that cut chips may keep; the training keeps what it validates on. */
const groundBudgetBytes = 512 * 2 ** 20;

/** Who cuts the chips of a training whose sources were opened here. */
export function cutterFor({ config }: Store): (data: TrainingData) => BatchCutter | null {
  return (data) => {
    const of = data.planned.map(({ source }) => places.get(source.raster));
    return chipThreads(data, of, { limits: config.limits, threads: config.chipThreads, groundBudgetBytes });
  };
}

export async function openSource(
  run: Pick<JobRun, "store">,
  { surveyId, lastEditSeq: seq, ground, rejected }: Snapshot["surveys"][number],
): Promise<TrainSource> {
  const survey = await surveyById(run.store.db, surveyId);
  const image = surveyImage(survey);
  const photos = await photosOf(run.store.db, surveyId);
  const place = await surveyRasterPlace(run.store, image);
  const raster = await openRasterPlace(place, run.store.config.limits);
  places.set(raster, place);
  return {
    surveyId,
    surveyName: survey.name,
    raster,
    image,
    ...ground,
    ...(rejected && rejected.length > 0 ? { rejected } : {}),
    ...(photos.length > 0 ? { photos } : {}),
    lastEditSeq: seq,
  };
}

/** Takes the newest checkpoint there is into this attempt's own folder. */
export async function copyCheckpoint(earlier: readonly string[], to: string): Promise<boolean> {
  await mkdir(to, { recursive: true });
  for (const attempt of earlier) {
    const from = join(attempt, "checkpoints");
    const files = await readdir(from).catch(() => []);
    if (files.length === 0) continue;
    await cp(from, to, { recursive: true });
    return true;
  }
  return false;
}
