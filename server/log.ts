import pino, { type Logger } from "pino";

/** One line of JSON per event on stderr: stdout belongs to results. */
export function openLog(name: string, level: "info" | "warn" = "info"): Logger {
  return pino({ name, base: { pid: process.pid }, level }, pino.destination({ dest: 2, sync: true }));
}
