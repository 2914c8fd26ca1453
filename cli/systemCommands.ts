import { demoDefaults, makeDemo } from "../server/services/demo.ts";
import { listJobs } from "../server/services/jobs.ts";
import { listSurveys } from "../server/services/surveys.ts";
import { followJobs } from "./followJob.ts";
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
