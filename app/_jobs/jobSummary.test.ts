import type { Job } from "@reefline/schema/job";
import { describe, expect, it } from "vitest";
import { progressSentence, summarizeJobs } from "./jobSummary.ts";

const job = (part: Partial<Job>): Job => ({
  id: "jb_0000000000000000000",
  kind: "predict",
  title: "Predict Middle Marsh",
  state: "running",
  params: {},
  progress: null,
  error: null,
  result: null,
  attempt: 0,
  cancelRequested: false,
  stopRequested: false,
  createdAt: "2026-01-01T00:00:00.000Z",
  startedAt: null,
  finishedAt: null,
  surveyId: null,
  ...part,
});
const progress = { message: "Predicting Middle Marsh", fraction: 0.38, secondsLeft: 240 };

describe("jobs at a glance", () => {
  it("averages what is known of those that run", () => {
    const summary = summarizeJobs([
      job({ progress }),
      job({ progress: { ...progress, fraction: 0.5 } }),
      job({ progress: null }),
      job({ state: "queued" }),
      job({ state: "failed" }),
      job({ state: "done", progress: { ...progress, fraction: 1 } }),
    ]);
    expect(summary).toMatchObject({ running: 3, queued: 1, failed: 1, fraction: 0.44 });
    expect(summary.active).toHaveLength(4);
  });
  it("says what, how far and how long", () => {
    expect(progressSentence(job({ progress }))).toBe("Predicting Middle Marsh · 38 % · 4 min left");
    expect(progressSentence(job({ progress, cancelRequested: true }))).toBe("Predicting Middle Marsh · cancelling");
    expect(progressSentence(job({ progress: null }))).toBe("Predict Middle Marsh");
    expect(progressSentence(job({ state: "queued", attempt: 1 }))).toBe("Waiting to go on from where it was");
  });
});
