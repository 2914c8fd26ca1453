import type { Command } from "commander";
import { demoDefaults, makeDemo } from "../server/services/demo.ts";
import { listJobs } from "../server/services/jobs.ts";
import { listSurveys } from "../server/services/surveys/surveys.ts";
import { followJobs } from "./followJob.ts";
import { wholeNumber } from "./optionValues.ts";
import { command, globals, inSession } from "./program.ts";
import type { Session } from "./session.ts";

export async function jobs(session: Session): Promise<void> {
  const all = await listJobs(session.ctx);
  const line = (job: (typeof all)[number]) => {
    const percent = job.state === "running" && job.progress?.fraction != null ? ` ${Math.floor(job.progress.fraction * 100)} %` : "";
    return `${job.id}  ${job.state}${percent}  ${job.title}${job.error ? `: ${job.error.message}` : ""}`;
  };
  session.result({ jobs: all }, all.length > 0 ? all.map(line) : ["There are no jobs."]);
}

/** Makes the demo and waits until its prediction lies on the map. */
export async function demo(session: Session, options: { size?: number; seed?: number }): Promise<void> {
  const { ctx } = session;
  const before = new Set((await listJobs(ctx)).map((job) => job.id));
  const made = await makeDemo(ctx, { sizePx: options.size ?? demoDefaults.sizePx, seed: options.seed ?? demoDefaults.seed });
  await followJobs(session, [made.id]);
  const queued = (await listJobs(ctx)).filter((job) => !before.has(job.id) && job.id !== made.id).map((job) => job.id);
  const ended = await followJobs(session, queued.reverse());
  const survey = (await listSurveys(ctx)).filter((one) => one.isDemo).at(-1);
  const results = Object.fromEntries(ended.map((job) => [job.kind, job.result]));
  session.result({ survey: survey ? { id: survey.id, name: survey.name } : null, train: results.train, predict: results.predict }, [
    `The demo "${survey?.name ?? ""}" is ready. See it with: npx reefline serve`,
    `  held-out Dice ${Number(results.train?.heldOutDice ?? Number.NaN).toFixed(3)}, ${String(results.predict?.polygonCount)} polygons predicted`,
  ]);
}

/** `doctor`, `demo`, `serve`, `worker`, `jobs`. */
export function addSystemCommands(program: Command): void {
  command(program, "doctor", "say what is installed, what was chosen and why, with fixes").action(async (_options, of: Command) => {
    const { doctor } = await import("./doctor.ts");
    const { backend } = await doctor({ json: globals(of).json ?? false, dataDir: globals(of).data });
    process.exitCode = backend ? 0 : 1;
  });

  command(program, "demo", "make a synthetic survey, train on it and predict it")
    .option("--size <px>", "width and height", wholeNumber(512, 32_768))
    .option("--seed <n>", "another survey", wholeNumber(0, 2 ** 31 - 1))
    .action((options: { size?: number; seed?: number }, of: Command) => inSession(of, (session) => demo(session, options)));

  command(program, "serve", "run the web server and the worker until Ctrl+C")
    .option("--port <n>", "port (default: 3000, or the next free one)", wholeNumber(0, 65_535))
    .option("--workers <n>", "worker processes (default: 1)", wholeNumber(1, 16))
    .action(async (options: { port?: number; workers?: number }, of: Command) => {
      const { serve } = await import("./serve.ts");
      const { data, allowHosts } = globals(of);
      process.exitCode = await serve({ port: options.port, workers: options.workers, dataDir: data, allowHosts });
    });

  command(program, "worker", "run one more worker on a data folder until Ctrl+C: it takes jobs, and parts of predictions under way").action(
    async (_options, of: Command) => {
      const { worker } = await import("./worker.ts");
      const { data, allowHosts } = globals(of);
      process.exitCode = await worker({ dataDir: data, allowHosts });
    },
  );

  command(program, "jobs", "list what was done and is being done").action((_options, of: Command) => inSession(of, jobs));
}
