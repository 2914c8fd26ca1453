import { createRequire } from "node:module";
import { type Browser, chromium, type Page } from "playwright-core";
import { ensureBrowser } from "../../setup/browser.ts";

const axePath = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

export interface OpenPage {
  readonly page: Page;
  readonly browser: Browser;
  /** Addresses asked for that are not the app's own. */
  readonly outside: string[];
  /** What went wrong in the page, in its own words. */
  readonly errors: string[];
  /** Map tiles that came with a picture. */
  readonly tiles: { imagery: number; probability: number };
}

const browserArgs = [
  "--no-sandbox",
  "--use-angle=swiftshader",
  "--use-gl=angle",
  "--enable-unsafe-swiftshader",
  "--ignore-gpu-blocklist",
  "--disable-background-networking",
];

/** A browser window on the app that keeps book of what it loads. */
export async function openPage(appUrl: string): Promise<OpenPage> {
  const browser = await chromium.launch({ executablePath: await ensureBrowser(), args: browserArgs });
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: "reduce", acceptDownloads: true });
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  const outside: string[] = [];
  const errors: string[] = [];
  const tiles = { imagery: 0, probability: 0 };
  const own = new URL(appUrl).host;
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (!["data:", "blob:"].includes(url.protocol) && url.host !== own) outside.push(request.url());
  });
  page.on("response", (response) => {
    const kind = /\/tiles\/(imagery|probability)\//.exec(response.url())?.[1];
    if (response.status() === 200 && (kind === "imagery" || kind === "probability")) tiles[kind]++;
  });
  page.on("pageerror", (error) => errors.push(error.message));
  return { page, browser, outside, errors, tiles };
}

/** What axe finds that would keep somebody out, as one line each. */
export async function seriousViolations(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in window))) await page.addScriptTag({ path: axePath });
  const results = await page.evaluate(async () => {
    // What is still fading in has less contrast than it will have. Spinners never end.
    const ending = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(ending.map(({ finished }) => finished));
    const { axe } = window as unknown as {
      axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
    };
    return (await axe.run()).violations;
  });
  return results
    .filter((violation) => violation.impact === "serious" || violation.impact === "critical")
    .map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.html.slice(0, 160)).join(" | ")}`);
}
