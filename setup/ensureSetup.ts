import { ensureBrowser } from "./browser.ts";
import { ensureMapWorker } from "./mapWorker.ts";
import { ensurePages } from "./pages.ts";
import { ensureEncoder } from "./pretrained/ensureEncoder.ts";
import { type Problem, SetupProblem } from "./problem.ts";
import { say } from "./say.ts";
import { ensureNative } from "./tensorflow/ensureNative.ts";
import { ensureWebGpu } from "./webgpu/ensureWebGpu.ts";

/** What a command may need beside the bundles, which the launcher has made already. */
export type Need = "native" | "encoder" | "pages" | "browser";

export type SetupResult = {
  /** What is missing though the command works without it. */
  problems: Problem[];
  /** What is missing and stops the command, in words. */
  missing: string[];
};

/** Whether the command works without it: everything but the pages themselves does. */
const optional: Record<Need, boolean> = { native: true, encoder: true, pages: false, browser: true };

/** A start inside a start (a test that runs the command line) does not try again what just failed. */
function knownProblems(): Problem[] | null {
  try {
    const known: Problem[] = JSON.parse(process.env.REEFLINE_SETUP_PROBLEMS ?? "");
    return known;
  } catch {
    return null;
  }
}

async function ensure(need: Need): Promise<void> {
  switch (need) {
    case "native":
      // Whoever asked for WebAssembly has no use for it.
      if (process.env.REEFLINE_BACKEND === "wasm") return;
      // Children inherit where it lies.
      if (process.env.REEFLINE_BACKEND === "webgpu") process.env.REEFLINE_WEBGPU = await ensureWebGpu();
      return ensureNative();
    case "encoder":
      // Children inherit where it lies.
      process.env.REEFLINE_ENCODER = await ensureEncoder();
      return;
    case "pages":
      ensureMapWorker();
      return ensurePages();
    case "browser":
      await ensureBrowser();
  }
}

/**
 * Makes what is needed and not there yet; safe to call from many processes at once and quick when nothing is to be done. A failure
 * is said on stderr once, with its fix, and returned; the next start tries again.
 */
export async function ensureSetup(needs: readonly Need[]): Promise<SetupResult> {
  const known = knownProblems();
  const result: SetupResult = { problems: [...(known ?? [])], missing: [] };
  for (const need of needs) {
    if (known !== null && (need === "native" || need === "encoder")) continue;
    try {
      await ensure(need);
    } catch (error) {
      const problem =
        error instanceof SetupProblem
          ? { message: error.message, fix: error.fix }
          : {
              message: `The set-up stumbled: ${error instanceof Error ? error.message : String(error)}`,
              fix: "Start again; if it stays so, report it.",
            };
      say(problem.message);
      say(`→ ${problem.fix}`);
      if (need === "native") {
        say(
          "Going on without it: labelling, import, export and prediction work (prediction through WebAssembly, slower); training needs it.",
        );
      }
      if (need === "encoder") say("Going on without it: models are trained from nothing, which needs more labels.");
      if (optional[need]) result.problems.push(problem);
      else result.missing.push(`${problem.message} ${problem.fix}`);
    }
  }
  return result;
}
