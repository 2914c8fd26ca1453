import pino, { type Logger } from "pino";

/** One line of JSON per event on stderr: stdout belongs to results. */
export function openLog(name: string): Logger {
  return pino({ name, base: { pid: process.pid }, level: "info" }, pino.destination({ dest: 2, sync: true }));
}
