import type { ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "@reefline/schema/errors";
import type { Job } from "@reefline/schema/job";
import { makeTinySurvey } from "@reefline/test-kit/makeTinySurvey";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Context } from "../../server/context.ts";
import { handlers } from "../../server/jobs/handlers.ts";
import type { JobHandler } from "../../server/jobs/jobRun.ts";
import { checkLease, claimJob, fenced, renewLease } from "../../server/jobs/queue.ts";
import { runJob } from "../../server/jobs/runJob.ts";
import { makeDemo } from "../../server/services/demo.ts";
import { cancelJob, retryJob } from "../../server/services/jobs.ts";
import { addSurvey, getSurvey } from "../../server/services/surveys/surveys.ts";
import { enqueueJob, jobById } from "../../server/storage/jobs.ts";
import { readSetting, writeSetting } from "../../server/storage/settings.ts";
import { openSqlite } from "../../server/storage/sqliteAdapter.ts";
import { startWorker, until } from "./program.ts";
import { openTestStore, temporaryFolder } from "./testStore.ts";

const folder = temporaryFolder();
const dataDir = join(folder.path, "data");
let ctx: Context;

beforeAll(async () => {
  ({ ctx } = await openTestStore(dataDir, { NODE_ENV: "test", REEFLINE_LEASE_SECONDS: "2" }));
});
afterAll(async () => {
  await ctx.store.close();
  folder.remove();
});

const log = pino({ level: "silent" });
const enqueue = (title: string, afterJobId: string | null = null): Promise<Job> =>
  enqueueJob(ctx.store.db, { projectId: ctx.store.projectId, kind: "vectorize", title, params: {}, surveyId: null, afterJobId });
/** Every kind of job does this. */
const doing = (handler: JobHandler) => ({
  import: handler,
  demo: handler,
  train: handler,
  predict: handler,
  vectorize: handler,
  "rate-test": handler,
});

async function claim(owner: string, now?: number) {
  const claimed = await claimJob(ctx.store, owner, now);
  if (!claimed) throw new Error(`${owner} found nothing to do`);
  return claimed;
}

describe("a lease", () => {
  it("that lapsed goes to another worker, and the first writes nothing any more", async () => {
    const { id } = await enqueue("contested");
    const zombie = await claim("zombie:1:a");
    expect(await claimJob(ctx.store, "heir:2:b")).toBeNull();
    const heir = await claim("heir:2:b", Date.now() + 3_000);
    expect(heir.job).toMatchObject({ id, attempt: 2 });
    expect(heir.lease.fence).toBeGreaterThan(zombie.lease.fence);

    await expect(checkLease(ctx.store.db, zombie.lease)).rejects.toMatchObject({ code: "job/lease-lost" });
    const write = (value: string) => (trx: Parameters<typeof writeSetting>[0]) => writeSetting(trx, "winner", value);
    await expect(fenced(ctx.store, zombie.lease, write("zombie"))).rejects.toMatchObject({ code: "job/lease-lost" });
    expect(await readSetting(ctx.store.db, "winner")).toBeNull();
    expect(await renewLease(ctx.store, zombie.lease)).toMatchObject({ held: false });
    await runJob(
      ctx.store,
      zombie,
      doing(async () => ({ result: { by: "zombie" }, publish: write("zombie") })),
      { log, releaseSignal: new AbortController().signal },
    );
    expect(await readSetting(ctx.store.db, "winner")).toBeNull();

    await runJob(
      ctx.store,
      heir,
      doing(async () => ({ result: { by: "heir" }, publish: write("heir") })),
      { log, releaseSignal: new AbortController().signal },
    );
    expect(await jobById(ctx.store.db, id)).toMatchObject({ state: "done", result: { by: "heir" } });
    expect(await readSetting(ctx.store.db, "winner")).toBe("heir");
  });

  it("is renewed while a job works longer than it lasts", async () => {
    const { id } = await enqueue("long");
    const claimed = await claim("steady:3:c");
    const working = runJob(
      ctx.store,
      claimed,
      doing(async () => {
        await new Promise((resolve) => setTimeout(resolve, 3_500));
        return { result: {} };
      }),
      { log, releaseSignal: new AbortController().signal },
    );
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(await claimJob(ctx.store, "thief:4:d")).toBeNull();
    await working;
    expect(await jobById(ctx.store.db, id)).toMatchObject({ state: "done", attempt: 1 });
  });
});

describe("a job", () => {
  const untilAborted: JobHandler = (run) =>
    new Promise((_resolve, reject) => {
      run.signal.addEventListener("abort", () => reject(new AppError("cancelled", "test/stopped", "Stopped.")));
    });

  it("that is cancelled while it runs stops and says so; one given back waits for the next worker", async () => {
    const cancelled = await enqueue("to cancel");
    const running = runJob(ctx.store, await claim("a:5:e"), doing(untilAborted), { log, releaseSignal: new AbortController().signal });
    await cancelJob(ctx, cancelled.id);
    await running;
    expect(await jobById(ctx.store.db, cancelled.id)).toMatchObject({ state: "cancelled", error: null });

    const release = new AbortController();
    const given = await enqueue("to give back");
    const leaving = runJob(ctx.store, await claim("a:5:e"), doing(untilAborted), { log, releaseSignal: release.signal });
    release.abort();
    await leaving;
    expect(await jobById(ctx.store.db, given.id)).toMatchObject({ state: "queued", attempt: 0 });
    await cancelJob(ctx, given.id);
  });

  it("waits for the one before it, fails with it, and can be tried again with it", async () => {
    const first = await enqueue("first");
    const second = await enqueue("second", first.id);
    const claimed = await claim("b:6:f");
    expect(claimed.job.id).toBe(first.id);
    expect(await claimJob(ctx.store, "c:7:g")).toBeNull();
    await runJob(
      ctx.store,
      claimed,
      doing(async () => {
        throw new AppError("bad-input", "test/no", "The label file is empty. Draw something.");
      }),
      { log, releaseSignal: new AbortController().signal },
    );
    expect(await jobById(ctx.store.db, first.id)).toMatchObject({
      state: "failed",
      error: { code: "test/no", message: "The label file is empty. Draw something." },
    });
    expect(await claimJob(ctx.store, "c:7:g")).toBeNull();
    expect((await jobById(ctx.store.db, second.id)).error?.message).toContain('"first"');
    await retryJob(ctx, second.id);
    expect([(await jobById(ctx.store.db, first.id)).state, (await jobById(ctx.store.db, second.id)).state]).toEqual(["queued", "queued"]);
    for (const expected of [first, second]) {
      const next = await claim("c:7:g");
      expect(next.job.id).toBe(expected.id);
      await runJob(
        ctx.store,
        next,
        doing(async () => ({ result: {} })),
        { log, releaseSignal: new AbortController().signal },
      );
    }
  });

  it("that kills its worker again and again is given up with a sentence", async () => {
    const { id } = await enqueue("poison");
    let now = Date.now();
    for (let attempt = 1; attempt <= 5; attempt++, now += 3_000) await claim(`dead:${attempt}:x`, now);
    expect(await claimJob(ctx.store, "next:9:y", now)).toBeNull();
    expect(await jobById(ctx.store.db, id)).toMatchObject({ state: "failed", error: { code: "job/crashed" } });
  });
});

/** Stops a process between two of its transactions: one frozen inside would hold SQLite's write lock, as no crash can. */
async function freeze(child: ChildProcess): Promise<void> {
  const probe = openSqlite(ctx.store.paths.database);
  probe.exec("PRAGMA busy_timeout = 1");
  try {
    await until("the worker is frozen outside a transaction", async () => {
      child.kill("SIGSTOP");
      await new Promise((resolve) => setTimeout(resolve, 20));
      try {
        probe.prepare("begin").run([]);
        probe.prepare("rollback").run([]);
        return true;
      } catch {
        child.kill("SIGCONT");
        return false;
      }
    });
  } finally {
    probe.close();
  }
}

describe("a worker process", () => {
  it("that was frozen, leased away and woken again publishes nothing", async () => {
    const files = await makeTinySurvey({ outDir: join(folder.path, "survey"), widthPx: 640, heightPx: 480, seed: 2 });
    const zombie = startWorker(dataDir);
    // A long job, so that there is something to freeze: the demo of a large survey.
    const demo = await makeDemo(ctx, { sizePx: 4_096, seed: 3 });
    await until("the demo is being made", async () => (await jobById(ctx.store.db, demo.id)).state === "running");
    await freeze(zombie.process);
    const fields = { name: randomUUID(), site: "", capturedAt: null, tideHeightMeters: null, tideDatum: "", notes: "" };
    const { survey, job } = await addSurvey(ctx, { fields, path: files.tif, fileName: "tiny.tif", deleteSource: false });
    await cancelJob(ctx, demo.id);
    const heir = startWorker(dataDir);
    await until(
      "the heir takes the frozen worker's job and cancels it",
      async () => (await jobById(ctx.store.db, demo.id)).state === "cancelled",
      30,
    );
    await until("the import ends", async () => (await jobById(ctx.store.db, job.id)).state === "done", 30);
    const settled = await jobById(ctx.store.db, demo.id);
    zombie.process.kill("SIGCONT");
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await jobById(ctx.store.db, demo.id)).toEqual(settled);
    expect(settled.attempt).toBe(2);
    const { image } = await getSurvey(ctx, survey.id);
    expect(image?.grid).toMatchObject({ widthPx: 640, heightPx: 480 });
    expect((await stat(files.tif)).size).toBeGreaterThan(0);
    await Promise.all([zombie.stop(), heir.stop()]);
  });

  it("knows what to do with every kind of job", () => {
    expect(Object.keys(handlers).sort()).toEqual(["demo", "import", "predict", "rate-test", "train", "vectorize"]);
  });
});
