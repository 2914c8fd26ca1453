import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { rootDir } from "./paths.ts";
import { SetupProblem } from "./problem.ts";
import { findProgram, runCommand } from "./run.ts";
import { saying } from "./say.ts";

const MAC_PLACES = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
];

/** A Chromium that is already here: the one named in REEFLINE_CHROMIUM, the machine's own, or one that Playwright downloaded. */
export function findBrowser(): string | null {
  const named = process.env.REEFLINE_CHROMIUM;
  if (named) return existsSync(named) ? named : null;
  const onPath = findProgram("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge");
  if (onPath !== null) return onPath;
  const places = process.platform === "darwin" ? MAC_PLACES : [];
  const downloaded = chromium.executablePath();
  return [...places, downloaded].find((path) => path !== "" && existsSync(path)) ?? null;
}

function isDebianAsRoot(): boolean {
  return (
    process.platform === "linux" &&
    process.getuid?.() === 0 &&
    findProgram("apt-get") !== null &&
    readdirSync("/etc").includes("debian_version")
  );
}

/**
 * A Chromium for the browser tests, got if there is none: Playwright's download, else Debian's package when we may install one.
 *
 * @throws SetupProblem that says what to install.
 */
export async function ensureBrowser(): Promise<string> {
  const found = findBrowser();
  if (found !== null) return found;
  const playwright = join(rootDir(), "node_modules/playwright-core/cli.js");
  await saying("No Chromium found; trying Playwright's download for the browser tests.", () =>
    runCommand(process.execPath, [playwright, "install", "--no-shell", "chromium"], { timeoutMs: 180_000 }),
  );
  const downloaded = findBrowser();
  if (downloaded !== null) return downloaded;
  if (isDebianAsRoot()) {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    await saying("That was not to be had; installing the package chromium.", async () => {
      await runCommand("apt-get", ["update", "-qq"], { env, timeoutMs: 300_000 });
      await runCommand("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium"], { env, timeoutMs: 600_000 });
    });
    const installed = findBrowser();
    if (installed !== null) return installed;
  }
  throw new SetupProblem(
    "There is no browser for the browser tests.",
    "Install Chromium or Chrome (Debian, Ubuntu: sudo apt install chromium), or name one in the variable REEFLINE_CHROMIUM.",
  );
}
