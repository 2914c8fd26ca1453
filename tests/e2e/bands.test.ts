import { join } from "node:path";
import { type RowBlock, writeCog } from "@reefline/raster/cog/cogWriter";
import { parseTileStyle } from "@reefline/schema/tileStyle";
import { syntheticGrid } from "@reefline/test-kit/surveyGrid";
import { describe, expect, it } from "vitest";
import { appInBrowser } from "./appInBrowser.ts";
import { keysOf } from "./keys.ts";
import { seriousViolations } from "./openPage.ts";
import { eventually } from "./runningApp.ts";
import { sendSurvey } from "./sendSurvey.ts";

const inBrowser = appInBrowser();

const [widthPx, heightPx] = [411, 307];

/** Red, green, blue and a fourth band that rises from 3 000 in the west to 11 000 in the east, of 16 bits. */
async function* fourBands(): AsyncGenerator<RowBlock> {
  const data = new Uint16Array(widthPx * heightPx * 4);
  for (let i = 0; i < widthPx * heightPx; i++) {
    const share = (i % widthPx) / widthPx;
    data.set([900 + 200 * share, 1100 + ((i * 7) % 300), 700 + ((i * 13) % 100), 3000 + 8000 * share], i * 4);
  }
  const valid = new Uint8Array(widthPx * heightPx).fill(1);
  yield {
    rowOff: 0,
    heightPx,
    array: { layout: "pixel-interleaved", sampleType: "uint16", bandCount: 4, widthPx, heightPx, data, valid },
  };
}

describe("bands and contrast", () => {
  it("are chosen by keyboard, change the tiles, outlast a reload, and are undone", async () => {
    const { app, open, workDir } = inBrowser();
    const { page } = open;
    const { press, tabTo } = keysOf(page);
    const tif = join(workDir, "four-bands.tif");
    await writeCog(tif, {
      grid: syntheticGrid(widthPx, heightPx, 0.05),
      bandCount: 4,
      sampleType: "uint16",
      photometric: "rgb",
      hasMask: true,
      bandNames: ["red", "green", "blue", "band-4"],
      overviewResampling: "average",
      rows: fourBands(),
    });
    const survey = await sendSurvey(app, tif, "Four bands");
    expect(survey.image?.bands.map(({ name }) => name)).toEqual(["red", "green", "blue", "band-4"]);

    const styles: (string | null)[] = [];
    page.on("response", (response) => {
      const url = new URL(response.url());
      if (response.status() === 200 && url.pathname.startsWith("/tiles/imagery/")) styles.push(url.searchParams.get("style"));
    });
    const tileOf = async (what: string, fits: (style: string | null) => boolean) => {
      const all = await eventually(
        what,
        async () => [...styles],
        (seen) => seen.some(fits),
      );
      return all.findLast(fits) ?? null;
    };
    const section = page.getByRole("dialog", { name: "Bands and contrast" });
    const openSection = async () => {
      await tabTo("Bands and contrast");
      await press("Enter");
      await section.waitFor();
    };

    await page.goto(`${app.url}/surveys/${survey.id}`);
    await tileOf("the image in its own colours", (style) => style === null);
    await openSection();
    expect(await seriousViolations(page)).toEqual([]);

    // What to show: the last choice is the fourth band alone.
    await press("Enter");
    await page.getByRole("option", { name: "True colour" }).waitFor();
    const isFocused = (name: string) => page.waitForFunction((text) => document.activeElement?.textContent?.includes(text), name);
    await isFocused("True colour");
    for (const name of await page.getByRole("option").allTextContents()) {
      await isFocused(name);
      if (name !== "Only band-4") await press("ArrowDown");
    }
    await press("Enter");
    const chosen = parseTileStyle((await tileOf("the fourth band", (style) => style?.startsWith("grey:3,") ?? false)) ?? "");
    if (chosen?.kind !== "band") throw new Error("no band was chosen");
    expect(chosen.channel.low).toBeGreaterThan(2999);
    expect(chosen.channel.high).toBeLessThan(11_001);

    // The dark handle goes up with the arrow keys; a number can be written.
    await tabTo("band-4, darkest value");
    await press("ArrowRight", "ArrowRight");
    const brighter = (style: string | null) => {
      const parsed = parseTileStyle(style ?? "");
      return parsed?.kind === "band" && parsed.channel.low > chosen.channel.low;
    };
    await tileOf("a darker dark", brighter);
    await tabTo("band-4, shown brightest");
    await press("Control+a");
    await page.keyboard.type("9000");
    await press("Enter");
    const written = await tileOf("the written number", (style) => style?.endsWith(",9000") ?? false);

    await press("Escape");
    await section.waitFor({ state: "hidden" });
    await page.waitForURL(/[?&]bands=grey:3,/);

    // Remembered by this browser, without the address too.
    styles.length = 0;
    await page.goto(`${app.url}/surveys/${survey.id}`);
    await tileOf("the style remembered", (style) => style === written);
    expect(styles).not.toContain(null);

    await openSection();
    await tabTo("Reset");
    styles.length = 0;
    await press("Enter");
    await eventually(
      "the address without bands",
      async () => page.url(),
      (url) => !url.includes("bands="),
    );
    await press("Escape");
    await page.reload();
    await tileOf("the image in its own colours again", (style) => style === null);
    expect(styles.filter((style) => style !== null)).toEqual([]);
    expect(open.outside).toEqual([]);
    expect(open.errors).toEqual([]);
  });
});
