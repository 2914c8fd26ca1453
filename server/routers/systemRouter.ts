import { idSchema } from "@reefline/schema/ids";
import { tracked } from "@trpc/server";
import { z } from "zod";
import { makeDemo } from "../services/demo.ts";
import { cancelJob, listJobs, retryJob, stopAndKeepJob } from "../services/jobs.ts";
import { systemStatus } from "../services/system.ts";
import { procedure, router } from "./base.ts";

const byId = z.object({ id: idSchema });

export const jobsRouter = router({
  list: procedure.query(({ ctx }) => listJobs(ctx)),
  cancel: procedure.input(byId).mutation(({ ctx, input }) => cancelJob(ctx, input.id)),
  stopAndKeep: procedure.input(byId).mutation(({ ctx, input }) => stopAndKeepJob(ctx, input.id)),
  retry: procedure.input(byId).mutation(({ ctx, input }) => retryJob(ctx, input.id)),
});

export const systemRouter = router({
  status: procedure.query(({ ctx }) => systemStatus(ctx, ctx.setupProblems)),
  makeDemo: procedure.mutation(({ ctx }) => makeDemo(ctx)),
});

/** An event's number as the browser hands it back: by itself on reconnecting (`lastEventId`), or from where it left off (`lastSeq`). */
const seqText = z.string().regex(/^\d{1,15}$/);

export const liveRouter = router({
  events: procedure
    .input(z.object({ lastSeq: z.number().int().nonnegative().nullish(), lastEventId: seqText.nullish() }).optional())
    .subscription(async function* ({ ctx, input, signal }) {
      const after = input?.lastEventId ? Number(input.lastEventId) : (input?.lastSeq ?? null);
      for await (const { seq, event } of ctx.events.listen(after, signal ?? new AbortController().signal))
        yield tracked(String(seq), event);
    }),
});
