import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";

function field(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
}

/** The program a process runs, as its bundle is called. */
function programOf(pid: number): string {
  const words = readFileSync(`/proc/${pid}/cmdline`, "latin1").split("\0");
  const script = words.find((word) => /\.m?js$/.test(word));
  return (
    script
      ?.split("/")
      .pop()
      ?.replace(/\.m?js$/, "") ??
    words[0]?.split("/").pop() ??
    "?"
  );
}

/**
 * Watches the peak resident memory of every process that this one starts, by program, through /proc; elsewhere than on Linux
 * it sees nothing.
 */
export function watchMemory(): { peaksMiB(): Map<string, number>; reset(): void; stop(): void } {
  const peaks = new Map<string, number>();
  const look = () => {
    let pids: number[];
    try {
      pids = readdirSync("/proc").map(Number).filter(Number.isInteger);
    } catch {
      return;
    }
    const parents = new Map<number, { parent: number; residentKiB: number }>();
    for (const pid of pids) {
      try {
        const status = readFileSync(`/proc/${pid}/status`, "latin1");
        parents.set(pid, { parent: field(status, "PPid"), residentKiB: field(status, "VmRSS") });
      } catch {
        // It has ended since.
      }
    }
    const isOurs = (pid: number): boolean => {
      for (let at: number | undefined = pid; at !== undefined && at > 1; at = parents.get(at)?.parent) if (at === process.pid) return true;
      return false;
    };
    for (const [pid, { residentKiB }] of parents) {
      if (pid === process.pid || !isOurs(pid)) continue;
      try {
        const program = programOf(pid);
        peaks.set(program, Math.max(peaks.get(program) ?? 0, residentKiB / 1024));
      } catch {
        // It has ended since.
      }
    }
  };
  const timer = setInterval(look, 200);
  return { peaksMiB: () => new Map(peaks), reset: () => peaks.clear(), stop: () => clearInterval(timer) };
}
