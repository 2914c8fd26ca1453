/**
 * The demo survey's held-out Dice, of the demo's own model within its own time budget and of a per-pixel random forest on RGB with local
 * mean and variance, both against the exact truth.
 *
 *   npm run bench:demo -- [--size 4096] [--seed 1] [--minutes 10] [--data DIR]
 *
 * --minutes: another model, of the preset `best`, with that much time.
 */
import { spawn } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { evaluationSchema } from "@reefline/schema/training";
import { makeDemoSurvey } from "@reefline/test-kit/makeSurvey";
import { z } from "zod";
import { peerPython } from "../peerPython.ts";
import { projectRoot, reefline } from "../reeflineCli.ts";

const { values } = parseArgs({
  options: {
    size: { type: "string", default: "4096" },
    seed: { type: "string", default: "1" },
    minutes: { type: "string" },
    data: { type: "string" },
  },
});

const scratch = await mkdtemp(join(tmpdir(), "reefline-demo-"));
const dataDir = values.data ?? join(scratch, "data");
// The same size and seed make the same survey, byte for byte: these are the demo's own truth and held-out ground.
const files = await makeDemoSurvey({ outDir: join(scratch, "survey"), sizePx: Number(values.size), seed: Number(values.seed) });

const startedAt = performance.now();
const answer = await reefline(dataDir, ["demo", "--size", values.size, "--seed", values.seed]);
const demoSeconds = (performance.now() - startedAt) / 1000;
const { survey } = z.object({ survey: z.object({ id: z.string() }) }).parse(answer);
const heldOutDice = async (model: string): Promise<number> => {
  const named = ["--survey", survey.id, "--model", model];
  const judged = await reefline(dataDir, ["evaluate", ...named, "--labels", files.truth, "--area", files.holdout]);
  return evaluationSchema.pick({ dice: true }).parse(judged).dice;
};
const networks = [{ name: "Reefline, demo budget", dice: await heldOutDice("Demo reefs") }];
if (values.minutes !== undefined) {
  const recipe = ["--preset", "best", "--minutes", values.minutes, "--seed", values.seed, "--no-check"];
  await reefline(dataDir, ["train", "--survey", survey.id, "--model", "best", ...recipe]);
  networks.push({ name: `best, ${values.minutes} minutes`, dice: await heldOutDice("best") });
}

const python = await peerPython(["rasterio==1.4.3", "scikit-learn>=1.5,<2", "scipy>=1.13,<2"]);
const forest = z
  .object({ heldOutDice: z.number(), threshold: z.number(), reefShare: z.number() })
  .parse(
    JSON.parse(
      await output(python, [
        join(projectRoot(), "benchmarks", "demo", "random_forest.py"),
        files.tif,
        files.labels,
        files.examined,
        files.holdout,
        files.truth,
      ]),
    ),
  );

process.stdout.write(
  `held-out area of the demo, seed ${values.seed}, ${values.size} px; ${(100 * forest.reefShare).toFixed(1)} % of it is reef\n`,
);
process.stdout.write(`${"model".padEnd(22)}${"Dice".padStart(8)}${"ratio".padStart(8)}\n`);
for (const { name, dice } of [{ name: "random forest, pixels", dice: forest.heldOutDice }, ...networks])
  process.stdout.write(`${name.padEnd(22)}${dice.toFixed(3).padStart(8)}${(dice / forest.heldOutDice).toFixed(2).padStart(8)}\n`);
process.stdout.write(`survey, training and prediction: ${demoSeconds.toFixed(0)} s\n`);

async function output(command: string, args: readonly string[]): Promise<string> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  const pieces: Buffer[] = [];
  child.stdout.on("data", (piece: Buffer) => pieces.push(piece));
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (exitCode !== 0) throw new Error(`${command} ended with ${exitCode}.`);
  return Buffer.concat(pieces).toString("utf8");
}
