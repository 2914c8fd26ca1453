import { readFileSync } from "node:fs";

/** TensorFlow heeds the wish for 16-bit products on these processors only. */
const instruction = "amx_bf16";

/** Why native TensorFlow would gain nothing from 16-bit products on this processor, one sentence; null when it may. */
export function whyNoBf16(): string | null {
  if (process.platform !== "linux" || process.arch !== "x64") return "16-bit products are used on Linux x64 only.";
  let flags: Set<string>;
  try {
    flags = new Set(/^flags\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1]?.trim().split(/\s+/) ?? []);
  } catch {
    return "What this processor can do could not be read.";
  }
  return flags.has(instruction) ? null : "This processor has no matrix unit (AMX) for 16-bit products.";
}
