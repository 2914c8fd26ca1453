import { describe, expect, it } from "vitest";
import { totalsOf } from "./testTotals.ts";

const file = (status: string, ...tests: string[]) => ({ status, name: "x", assertionResults: tests.map((state) => ({ status: state })) });

describe("totalsOf", () => {
  it("counts tests, not files", () => {
    const report = { testResults: [file("passed", "passed", "passed", "passed"), file("failed", "failed", "passed", "pending")] };
    expect(totalsOf(report)).toEqual({ passed: 4, failed: 1, skipped: 1 });
  });

  it("counts a file that did not load as one failure", () => {
    expect(totalsOf({ testResults: [file("failed"), file("passed", "passed")] })).toEqual({ passed: 1, failed: 1, skipped: 0 });
  });

  it("refuses what is no report", () => {
    expect(() => totalsOf({ tests: [] })).toThrow();
  });
});
