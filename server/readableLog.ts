import { z } from "zod";

const lineSchema = z.object({
  level: z.number(),
  time: z.number(),
  name: z.string(),
  msg: z.string(),
  err: z.object({ stack: z.string().optional() }).optional(),
});

const WARNING = 40;

/**
 * One line of a child's log as a person reads it: the time, who speaks, what happened; below a failure where it happened. What is no
 * log line (a library's own words) stays as it is.
 */
export function readableLogLine(line: string): string {
  if (!line.startsWith("{")) return line;
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return line;
  }
  const parsed = lineSchema.safeParse(json);
  if (!parsed.success) return line;
  const { level, time, name, msg, err } = parsed.data;
  const clock = new Date(time).toTimeString().slice(0, 8);
  const trouble = level >= WARNING ? "! " : "";
  return `${clock} ${name.padEnd(6)} ${trouble}${msg}${err?.stack === undefined ? "" : `\n${err.stack}`}`;
}
