/**
 * Which recipe finds most on photos of days it has not seen: every group of photos (site, flight, day) is left out once, and the counts of
 * all are pooled, each at the threshold of its own validation photos.
 *
 *   npm run bench:obx -- [--folder DIR] [--minutes 1] [--folds 5] [--recipes best,fast] [--seed 1] [--data DIR]
 *
 * DIR holds `images` and `masks`. --minutes are those of each fold; without --folds every group is a fold of its own.
 */
import { existsSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { crossValidationSchema } from "@reefline/schema/crossValidation";
import { recipes } from "@reefline/schema/recipes";
import type { z } from "zod";
import { projectRoot, reefline } from "../reeflineCli.ts";

const { values } = parseArgs({
  options: {
    folder: { type: "string", default: join(projectRoot(), "..", "shared", "data", "obx") },
    minutes: { type: "string", default: "1" },
    folds: { type: "string" },
    recipes: { type: "string" },
    seed: { type: "string", default: "1" },
    data: { type: "string" },
  },
});

const images = join(values.folder, "images");
if (!existsSync(images)) {
  process.stderr.write(`There is no ${images}: name the folder that holds images and masks with --folder.\n`);
  process.exit(2);
}
const wanted = values.recipes?.split(",") ?? recipes.map(({ name }) => name);
const dataDir = values.data ?? (await mkdtemp(join(tmpdir(), "reefline-obx-")));
await reefline(dataDir, ["survey", "add", images, "--name", "obx"]);
await reefline(dataDir, ["labels", "import", join(values.folder, "masks"), "--survey", "obx", "--mask-classes", "255=reef"]);

const cell = (value: number | undefined, digits = 4): string => (value === undefined ? "–" : value.toFixed(digits)).padStart(11);
const pooled = new Map<string, z.infer<typeof crossValidationSchema>["pooled"]>();
process.stdout.write(`photos left out by site, flight and day, ${values.minutes} minutes a fold, seed ${values.seed}\n`);
process.stdout.write(
  `${"recipe".padEnd(15)}${["folds", "dice", "iou", "mean iou", "precision", "recall", "seconds"].map((name) => name.padStart(11)).join("")}\n`,
);
// A line as soon as it is known: all of them take a while.
for (const { name, config } of recipes.filter((recipe) => wanted.includes(recipe.name))) {
  const { preset = "fast", loss, schedule } = config;
  const answer = await reefline(dataDir, [
    ...["train", "--survey", "obx", "--model", name, "--seed", values.seed, "--minutes", values.minutes, "--leave-out", "group"],
    ...(values.folds === undefined ? [] : ["--folds", values.folds]),
    ...["--preset", preset, ...(loss ? ["--loss", loss] : []), ...(schedule ? ["--schedule", schedule] : [])],
  ]);
  const { folds, pooled: all } = crossValidationSchema.parse(answer);
  const seconds = folds.reduce((sum, { trainSeconds }) => sum + trainSeconds, 0);
  pooled.set(name, all);
  process.stdout.write(
    `${name.padEnd(15)}${cell(folds.length, 0)}${cell(all?.dice)}${cell(all?.iou)}${cell(all?.meanIou)}${cell(all?.precision)}${cell(all?.recall)}${cell(seconds, 0)}\n`,
  );
}
const dice = (name: string): number | undefined => pooled.get(name)?.dice;
const [best, scratch] = [dice("best"), dice("fast")];
if (best !== undefined && scratch !== undefined)
  process.stdout.write(`best ahead of fast, which begins from nothing, by ${(best - scratch).toFixed(4)}\n`);
