/**
 * Trains on a real orthomosaic from the command line and reports held-out accuracy over several seeds.
 *
 *   npm run bench:banepa -- [--folder DIR] [--preset best] [--minutes 6] [--seeds 1,2,3] [--data DIR]
 *
 * DIR holds `orthomosaic.tif`, `buildings.geojson` and `labelled-area.geojson`. The split is `holdout.geojson` beside this file:
 * nothing inside it is seen by training, model selection, calibration or the choice of threshold.
 */
import { existsSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { evaluationSchema } from "@reefline/schema/training";
import { projectRoot, reefline } from "../reeflineCli.ts";

const { values } = parseArgs({
  options: {
    folder: { type: "string", default: join(projectRoot(), "..", "shared", "data", "banepa") },
    preset: { type: "string", default: "best" },
    minutes: { type: "string", default: "6" },
    seeds: { type: "string", default: "1,2,3" },
    data: { type: "string" },
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

const rows: { seed: string; dice: number; iou: number; meanIou: number; precision: number; recall: number; threshold: number }[] = [];
for (const seed of values.seeds.split(",")) {
  const model = `${values.preset}-${seed}`;
  await reefline(dataDir, [
    "train",
    "--survey",
    "banepa",
    "--model",
    model,
    "--preset",
    values.preset,
    "--seed",
    seed,
    "--minutes",
    values.minutes,
  ]);
  const answer = await reefline(dataDir, ["evaluate", "--survey", "banepa", "--model", model, "--labels", labels, "--area", split]);
  const { dice, iou, precision, recall, threshold, tn, fp, fn } = evaluationSchema.omit({ meanIou: true }).parse(answer);
  rows.push({ seed, dice, iou, meanIou: (iou + tn / (tn + fp + fn)) / 2, precision, recall, threshold });
}

const mean = (pick: (row: (typeof rows)[number]) => number): number => rows.reduce((sum, row) => sum + pick(row), 0) / rows.length;
const line = (name: string, values: readonly number[]): string =>
  `${name.padEnd(6)}${values.map((value) => value.toFixed(4).padStart(11)).join("")}\n`;
process.stdout.write(`split: benchmarks/banepa/holdout.geojson; preset ${values.preset}, ${values.minutes} minutes a seed\n`);
process.stdout.write(
  `${"seed".padEnd(6)}${["dice", "iou", "mean iou", "precision", "recall", "threshold"].map((name) => name.padStart(11)).join("")}\n`,
);
for (const row of rows) process.stdout.write(line(row.seed, [row.dice, row.iou, row.meanIou, row.precision, row.recall, row.threshold]));
process.stdout.write(
  line("mean", [
    mean((row) => row.dice),
    mean((row) => row.iou),
    mean((row) => row.meanIou),
    mean((row) => row.precision),
    mean((row) => row.recall),
    mean((row) => row.threshold),
  ]),
);
