/**
 * Trains on a real orthomosaic from the command line and reports held-out accuracy over several seeds.
 *
 *   npm run bench:banepa -- [--folder DIR] [--preset best] [--from-nothing] [--tta] [--minutes 6] [--seeds 1,2,3] [--shares 0.1,0.25,0.5,1] [--data DIR]
 *
 * DIR holds `orthomosaic.tif`, `buildings.geojson` and `labelled-area.geojson`. The split is `holdout.geojson` beside this file:
 * nothing inside it is seen by training, model selection, calibration or the choice of threshold. --shares: a learning curve, each with so
 * much of the training ground (validation stays whole), nested for one seed. --from-nothing: the encoder of best with random weights, to see
 * what ImageNet's are worth. --tta: scores of predictions that average eight orientations as well.
 */
import { existsSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { metricsSchema } from "@reefline/schema/training";
import type { z } from "zod";
import { projectRoot, reefline } from "../reeflineCli.ts";

const { values } = parseArgs({
  options: {
    folder: { type: "string", default: join(projectRoot(), "..", "shared", "data", "banepa") },
    preset: { type: "string", default: "best" },
    minutes: { type: "string", default: "6" },
    seeds: { type: "string", default: "1,2,3" },
    shares: { type: "string", default: "1" },
    data: { type: "string" },
    "from-nothing": { type: "boolean", default: false },
    tta: { type: "boolean", default: false },
  },
});

const orthomosaic = join(values.folder, "orthomosaic.tif");
if (!existsSync(orthomosaic)) {
  process.stderr.write(`There is no ${orthomosaic}: name the folder that holds it with --folder.\n`);
  process.exit(2);
}
const labels = join(values.folder, "buildings.geojson");
const split = join(projectRoot(), "benchmarks", "banepa", "holdout.geojson");
const dataDir = values.data ?? (await mkdtemp(join(tmpdir(), "reefline-banepa-")));

await reefline(dataDir, ["survey", "add", orthomosaic, "--name", "banepa"]);
await reefline(dataDir, ["labels", "import", labels, "--survey", "banepa"]);
await reefline(dataDir, ["labels", "import", join(values.folder, "labelled-area.geojson"), "--survey", "banepa", "--as", "examined"]);
await reefline(dataDir, ["labels", "import", split, "--survey", "banepa", "--as", "holdout"]);

const scoresSchema = metricsSchema.pick({ dice: true, iou: true, meanIou: true, precision: true, recall: true, threshold: true });
type Scores = z.infer<typeof scoresSchema>;

const ways = values.tta ? ["", "tta"] : [""];

/** Trains one model; its scores in every way of predicting. */
async function scoresOf(seed: string, share: string): Promise<Scores[]> {
  const model = share === "1" ? `${values.preset}-${seed}` : `${values.preset}-${seed}-${share}`;
  const named = ["--survey", "banepa", "--model", model];
  const start = values["from-nothing"] ? ["--from-nothing"] : [];
  const recipe = ["--preset", values.preset, ...start, "--seed", seed, "--minutes", values.minutes, "--label-share", share, "--no-check"];
  await reefline(dataDir, ["train", ...named, ...recipe]);
  const scores: Scores[] = [];
  for (const way of ways) {
    const flags = way === "tta" ? ["--tta"] : [];
    scores.push(scoresSchema.parse(await reefline(dataDir, ["evaluate", ...named, "--labels", labels, "--area", split, ...flags])));
  }
  return scores;
}

function meanOf(all: readonly Scores[]): Scores {
  const mean = (pick: (scores: Scores) => number): number => all.reduce((sum, scores) => sum + pick(scores), 0) / all.length;
  return {
    dice: mean(({ dice }) => dice),
    iou: mean(({ iou }) => iou),
    meanIou: mean(({ meanIou }) => meanIou),
    precision: mean(({ precision }) => precision),
    recall: mean(({ recall }) => recall),
    threshold: mean(({ threshold }) => threshold),
  };
}

const line = (name: string, { dice, iou, meanIou, precision, recall, threshold }: Scores): string =>
  `${name.padEnd(16)}${[dice, iou, meanIou, precision, recall, threshold].map((value) => value.toFixed(4).padStart(11)).join("")}\n`;

process.stdout.write(
  `split: benchmarks/banepa/holdout.geojson; preset ${values.preset}${values["from-nothing"] ? " from nothing" : ""}, ${values.minutes} minutes a seed\n`,
);
process.stdout.write(
  `${"labels".padEnd(16)}${["dice", "iou", "mean iou", "precision", "recall", "threshold"].map((name) => name.padStart(11)).join("")}\n`,
);
// A line as soon as it is known: all of them take a while.
for (const share of values.shares.split(",")) {
  const ofShare: Scores[][] = [];
  for (const seed of values.seeds.split(",")) {
    const scores = await scoresOf(seed, share);
    ofShare.push(scores);
    for (const [i, one] of scores.entries()) process.stdout.write(line(`${share} seed ${seed} ${ways[i]}`, one));
  }
  for (const [i, way] of ways.entries())
    process.stdout.write(line(`${share} mean ${way}`, meanOf(ofShare.flatMap((scores) => scores[i] ?? []))));
}
