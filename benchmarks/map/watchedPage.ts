import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { chromium, type Page } from "playwright-core";
import sharp from "sharp";

const browserArgs = [
  "--no-sandbox",
  "--use-angle=swiftshader",
  "--use-gl=angle",
  "--enable-unsafe-swiftshader",
  "--ignore-gpu-blocklist",
  "--disable-background-networking",
];

/** A page whose frames take seconds would be panned for half an hour. */
const longestActMs = 15_000;

export interface MapMeasurement {
  /** From asking for the page until outlines are on the screen; null when none were expected, or none came within two minutes. */
  firstOutlinesMs: number | null;
  transferredBytes: number;
  heapBytes: number;
  /** Resident memory of the page's process, its workers and their polygons included; null where that cannot be read. */
  residentBytes: number | null;
  frames: { pan: number[]; zoom: number[] };
}

/** Bytes resident in a browser's renderer processes, by Linux's `/proc`. */
function rendererBytes(browserPid: number): number | null {
  try {
    let bytes = 0;
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
        if (!command.includes("--type=renderer") || !descends(Number(pid), browserPid)) continue;
        bytes += Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1_024;
      } catch {
        // It has ended meanwhile.
      }
    }
    return bytes > 0 ? bytes : null;
  } catch {
    return null;
  }
}

function descends(pid: number, ancestor: number): boolean {
  for (let at = pid; at > 1; ) {
    if (at === ancestor) return true;
    at = Number(/PPid:\s+(\d+)/.exec(readFileSync(`/proc/${at}/status`, "utf8"))?.[1] ?? 0);
  }
  return false;
}

/** Share of the picture in the labels' dark teal, which no imagery has. */
async function tealShare(page: Page): Promise<number> {
  const picture = await page.locator(".maplibregl-canvas").screenshot();
  const { data, info } = await sharp(picture).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  let teal = 0;
  for (let at = 0; at < data.length; at += 3) {
    const [red = 0, green = 0, blue = 0] = [data[at], data[at + 1], data[at + 2]];
    if (green - red > 30 && blue - red > 30 && Math.abs(green - blue) < 40) teal++;
  }
  return teal / (info.width * info.height);
}

/** Frame times while something is done to the map. */
async function framesWhile(page: Page, act: () => Promise<void>): Promise<number[]> {
  await page.evaluate(() => {
    const times: number[] = [];
    Object.assign(window, { frameTimes: times, framesOn: true });
    let last = performance.now();
    const tick = (now: number) => {
      times.push(now - last);
      last = now;
      if (Reflect.get(window, "framesOn")) requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
  await act();
  const frames = await page.evaluate((): unknown => {
    Object.assign(window, { framesOn: false });
    return Reflect.get(window, "frameTimes");
  });
  return Array.isArray(frames) ? frames.slice(1).map(Number) : [];
}

/** Opens a page with a map, waits for its outlines, then pans and zooms it by mouse as a person does. */
export async function measurePage(executablePath: string, url: string, expectsOutlines: boolean): Promise<MapMeasurement> {
  const server = await chromium.launchServer({ executablePath, args: browserArgs });
  const browser = await chromium.connect(server.wsEndpoint());
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, reducedMotion: "reduce" });
    const devTools = await page.context().newCDPSession(page);
    await devTools.send("Network.enable");
    await devTools.send("Performance.enable");
    let transferredBytes = 0;
    devTools.on("Network.loadingFinished", ({ encodedDataLength }) => {
      transferredBytes += encodedDataLength;
    });
    // What workers fetch is not in the page's own book.
    const seen = new Set<string>();
    page.on("response", async (response) => {
      if (seen.has(response.url())) return;
      seen.add(response.url());
      const sizes = await response
        .request()
        .sizes()
        .catch(() => null);
      workerBytes += sizes?.responseBodySize ?? 0;
    });
    let workerBytes = 0;
    const startedAt = performance.now();
    await page.goto(url);
    await page.locator(".maplibregl-canvas").waitFor();
    let firstOutlinesMs: number | null = null;
    for (const until = performance.now() + 120_000; expectsOutlines && firstOutlinesMs === null; ) {
      if (performance.now() > until) break;
      if ((await tealShare(page)) > 0.003) firstOutlinesMs = performance.now() - startedAt;
    }
    await wait(6_000);
    const middle = { x: 560, y: 400 };
    await page.mouse.move(middle.x, middle.y);
    // Nearer first, so that there is somewhere to go.
    for (let click = 0; click < 6; click++) {
      await page.mouse.wheel(0, -100);
      await wait(150);
    }
    await wait(2_500);
    const pan = await framesWhile(page, async () => {
      const until = performance.now() + longestActMs;
      for (let drag = 0; drag < 6 && performance.now() < until; drag++) {
        await page.mouse.move(middle.x, middle.y);
        await page.mouse.down();
        for (let step = 1; step <= 30 && performance.now() < until; step++) {
          await page.mouse.move(middle.x + Math.sin(drag) * step * 9, middle.y + Math.cos(drag) * step * 7);
          await wait(8);
        }
        await page.mouse.up();
      }
    });
    await wait(1_500);
    const zoom = await framesWhile(page, async () => {
      const until = performance.now() + longestActMs;
      await page.mouse.move(middle.x, middle.y);
      for (const delta of [-1, 1, 1, -1]) {
        for (let click = 0; click < 10 && performance.now() < until; click++) {
          await page.mouse.wheel(0, delta * 60);
          await wait(60);
        }
        await wait(400);
      }
    });
    await wait(1_000);
    await devTools.send("HeapProfiler.collectGarbage");
    const { metrics } = await devTools.send("Performance.getMetrics");
    const heapBytes = metrics.find(({ name }) => name === "JSHeapUsedSize")?.value ?? 0;
    const residentBytes = rendererBytes(server.process().pid ?? 0);
    return { firstOutlinesMs, transferredBytes: Math.max(transferredBytes, workerBytes), heapBytes, residentBytes, frames: { pan, zoom } };
  } finally {
    await browser.close();
    await server.close();
  }
}
