/**
 * Training steps with chips cut in threads beside the same steps with chips cut by the training itself, in turns of ten.
 *
 *   npm run bench:chips -- --folder DIR --survey NAME [--presets fast,best] [--threads 1] [--turns 6]
 *
 * DIR is a data folder that holds the survey, its labels and examined areas.
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { randomFrom } from "@reefline/chips/random";
import { trainConfigSchema } from "@reefline/schema/training";
import { loadBackend } from "@reefline/segmentation/backends/backend";
import { encoderRates } from "@reefline/segmentation/network/efficientNetLiteWeights";
import { networkOf } from "@reefline/segmentation/network/networkOf";
import { type BatchSource, openBatches } from "@reefline/segmentation/training/batches";
import { losses } from "@reefline/segmentation/training/loss";
import { startValues } from "@reefline/segmentation/training/startValues";
import { Trainer } from "@reefline/segmentation/training/trainer";
import { prepareTraining } from "@reefline/segmentation/training/trainingData";
import { readConfig } from "../../server/config.ts";
import { cutterFor } from "../../server/jobs/trainingSources.ts";
import { owner } from "../../server/principal.ts";
import { resolveSurvey } from "../../server/services/surveys/surveys.ts";
import { withSources } from "../../server/services/training/trainingLook.ts";
import { openStore } from "../../server/storage/store.ts";
import { pairedRatio } from "../pairedRatio.ts";

const { values } = parseArgs({
  options: {
    folder: { type: "string" },
    survey: { type: "string" },
    presets: { type: "string", default: "fast,best" },
    threads: { type: "string", default: "1" },
    turns: { type: "string", default: "6" },
  },
});
if (!values.folder || !values.survey) throw new Error("Name a data folder with --folder and a survey in it with --survey.");
const stepsPerTurn = 10;

/** Milliseconds of one way to get chips: the whole steps, the processor's, and what was waited for chips. */
interface Way {
  readonly name: string;
  readonly batches: BatchSource;
  readonly wall: number[];
  readonly cpu: number[];
  readonly waited: number[];
}

const store = await openStore({ ...readConfig({ dataDir: values.folder }), chipThreads: Number(values.threads) });
const survey = await resolveSurvey({ store, principal: owner }, values.survey);
const { tf, backend } = await loadBackend();
process.stdout.write(`${backend.description}; turns of ${stepsPerTurn} steps\n\n`);
process.stdout.write(`${"".padEnd(28)}${["steps/s", "ms/step", "waited", "CPU ms"].map((name) => name.padStart(10)).join("")}\n`);
for (const preset of values.presets.split(",")) {
  await withSources(store, [survey.id], async (sources) => {
    const config = trainConfigSchema.parse({ preset });
    const data = await prepareTraining(sources, config, 512 * 2 ** 20);
    const architecture = data.preset.architecture(data.bandNames.length);
    const network = networkOf(architecture);
    const input = { config, encoderPath: store.config.encoderPath };
    const trainer = new Trainer(tf, network, await startValues(network, architecture, data.bandNames, input, randomFrom(1)), {
      loss: losses[data.preset.loss],
      rateScale: encoderRates(network, data.preset.pretrainedRate),
    });
    const way = (name: string, batches: BatchSource): Way => ({ name, batches, wall: [], cpu: [], waited: [] });
    const ways = [
      way(`${preset}, by the training`, openBatches(data, randomFrom(1), null)),
      way(`${preset}, in ${values.threads} thread(s)`, openBatches(data, randomFrom(1), cutterFor(store)(data))),
    ];
    // The first turn fills caches and is not counted.
    for (let turn = -1; turn < Number(values.turns); turn++) {
      for (const { batches, wall, cpu, waited } of ways) {
        const before = { at: performance.now(), cpu: process.cpuUsage(), waited: batches.waitedSeconds() };
        for (let i = 0; i < stepsPerTurn; i++) {
          const { batch } = await batches.next();
          trainer.step(batch, 1e-4);
          batches.giveBack(batch);
          await new Promise((resolve) => setImmediate(resolve));
        }
        if (turn < 0) continue;
        const { user, system } = process.cpuUsage(before.cpu);
        wall.push((performance.now() - before.at) / stepsPerTurn);
        cpu.push((user + system) / 1000 / stepsPerTurn);
        waited.push((1000 * (batches.waitedSeconds() - before.waited)) / stepsPerTurn);
      }
    }
    const mean = (list: readonly number[]) => list.reduce((sum, value) => sum + value, 0) / list.length;
    for (const { name, wall, cpu, waited } of ways) {
      const numbers = [(1000 / mean(wall)).toFixed(2), ...[wall, waited, cpu].map((list) => mean(list).toFixed(0))];
      process.stdout.write(`${name.padEnd(28)}${numbers.map((number) => number.padStart(10)).join("")}\n`);
    }
    const [here, threads] = ways;
    if (here && threads) {
      const { ratio, low, high } = pairedRatio(threads.wall, here.wall);
      process.stdout.write(`  a step takes ${ratio.toFixed(3)} (95 % ${low.toFixed(3)}–${high.toFixed(3)}) of its time\n`);
    }
    for (const { batches } of ways) await batches.close();
    trainer.dispose();
  });
}
await store.close();
process.exit();
