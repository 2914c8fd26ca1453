import { z } from "zod";

export type Totals = { passed: number; failed: number; skipped: number };

const reportSchema = z.object({
  testResults: z.array(
    z.object({
      status: z.string(),
      assertionResults: z.array(z.object({ status: z.string() })),
    }),
  ),
});

/** The true totals of Vitest's JSON report. A file that did not load holds no test and counts as one failure. */
export function totalsOf(report: unknown): Totals {
  const totals: Totals = { passed: 0, failed: 0, skipped: 0 };
  for (const file of reportSchema.parse(report).testResults) {
    let failedHere = 0;
    for (const { status } of file.assertionResults) {
      if (status === "passed") totals.passed += 1;
      else if (status === "failed") failedHere += 1;
      else totals.skipped += 1;
    }
    totals.failed += failedHere === 0 && file.status === "failed" ? 1 : failedHere;
  }
  return totals;
}
