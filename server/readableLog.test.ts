import { describe, expect, it } from "vitest";
import { readableLogLine } from "./readableLog.ts";

const time = new Date(2026, 4, 3, 7, 8, 9).getTime();

describe("readableLogLine", () => {
  it("says when, who and what", () => {
    const line = JSON.stringify({ level: 30, time, pid: 7, name: "worker", job: "jb_1", msg: "Make the demo survey" });
    expect(readableLogLine(line)).toBe("07:08:09 worker Make the demo survey");
  });

  it("marks trouble and shows where it came from", () => {
    const line = JSON.stringify({ level: 50, time, name: "server", err: { type: "Error", stack: "Error: x\n    at y" }, msg: "x" });
    expect(readableLogLine(line)).toBe("07:08:09 server ! x\nError: x\n    at y");
  });

  it.each(["plain words", "{not json", '{"level":"high"}', ""])("leaves %j as it is", (line) => {
    expect(readableLogLine(line)).toBe(line);
  });
});
