import type { Feature } from "@reefline/schema/feature";
import type { SurveyImage } from "@reefline/schema/survey";
import { makeTinySurvey } from "@reefline/test-kit/makeTinySurvey";
import type { Page } from "playwright-core";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { appInBrowser } from "./appInBrowser.ts";
import { screenOf } from "./mapView.ts";
import { eventually } from "./runningApp.ts";
import { sendSurvey } from "./sendSurvey.ts";

const inBrowser = appInBrowser();

/** Small rectangles on a lattice over the image, `rows` of them from a row on. */
function squares({ bounds }: SurveyImage, firstRow: number, rows: number, columns: number) {
  const [width, height] = [bounds.east - bounds.west, bounds.north - bounds.south];
  return Array.from({ length: rows * columns }, (_, i) => {
    const west = bounds.west + width * (0.12 + (0.5 * (i % columns)) / columns);
    const south = bounds.south + height * (0.1 + 0.02 * (firstRow + Math.floor(i / columns)));
    const [east, north] = [west + (width * 0.32) / columns, south + height * 0.013];
    const ring = [
      [west, south],
      [east, south],
      [east, north],
      [west, north],
      [west, south],
    ];
    return { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [ring] } };
  });
}

/** Share of a piece of the map in the labels' dark teal. */
async function tealAround(page: Page, { x, y }: { x: number; y: number }, sizePx = 10): Promise<number> {
  // A tab in the background draws nothing.
  await page.bringToFront();
  const picture = await page.screenshot({ clip: { x: x - sizePx / 2, y: y - sizePx / 2, width: sizePx, height: sizePx } });
  const { data } = await sharp(picture).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  let teal = 0;
  for (let at = 0; at < data.length; at += 3) if (data[at + 1]! - data[at]! > 40 && data[at + 2]! - data[at]! > 40) teal++;
  return (teal * 3) / data.length;
}

describe("more labels than a page holds", () => {
  it("are drawn from tiles, picked, changed and taken back in two tabs, and go over to new tiles", async () => {
    const { app, open, workDir } = inBrowser();
    const { page, errors } = open;
    const { tif } = await makeTinySurvey({ outDir: workDir, widthPx: 1_030, heightPx: 780 });
    const survey = await sendSurvey(app, tif, "Many labels");
    const image = survey.image!;
    const send = async (firstRow: number, rows: number, columns: number) => {
      const features = squares(image, firstRow, rows, columns);
      const answer = await fetch(`${app.url}/imports/labels?surveyId=${survey.id}&fileName=many.geojson`, {
        method: "POST",
        body: JSON.stringify({ type: "FeatureCollection", features }),
      });
      expect(answer.status).toBe(200);
      return features;
    };
    const labels = await send(0, 20, 20);
    const tiles: string[] = [];
    const whole: string[] = [];
    page.on("response", (response) => {
      if (response.status() === 200 && /\/tiles\/features\//.test(response.url())) tiles.push(response.url());
      if (response.url().includes("features.inSurvey")) whole.push(response.url());
    });
    await page.goto(`${app.url}/surveys/${survey.id}`);
    const count = (of: Page) => of.locator("label", { hasText: "Labels" }).first().textContent();
    await eventually(
      "the count",
      () => count(page),
      (text) => /^Labels400/.test(text ?? ""),
    );
    await eventually(
      "tiles",
      async () => tiles.length,
      (found) => found > 0,
    );
    const toScreen = await screenOf(page);
    const ring = labels[210]!.geometry.coordinates[0]!;
    const middle = toScreen([(ring[0]![0]! + ring[2]![0]!) / 2, (ring[0]![1]! + ring[2]![1]!) / 2]);
    await eventually(
      "an outline on the screen",
      () => tealAround(page, middle),
      (share) => share > 0.15,
    );

    // A label that only a tile has shown is picked and shown whole.
    await page.keyboard.press("v");
    await page.mouse.click(middle.x, middle.y);
    await page.getByRole("heading", { name: "Selected label" }).waitFor();

    // Deleted: gone at once, in the other tab soon.
    const other = await page.context().newPage();
    await other.goto(`${app.url}/surveys/${survey.id}`);
    await eventually(
      "the other tab's outline",
      () => tealAround(other, middle),
      (share) => share > 0.15,
    );
    await page.bringToFront();
    await page.keyboard.press("Delete");
    await eventually(
      "the deletion on the screen",
      () => tealAround(page, middle),
      (share) => share < 0.02,
    );
    await eventually(
      "the deletion in the other tab",
      () => tealAround(other, middle),
      (share) => share < 0.02,
    );
    expect(await count(other)).toMatch(/^Labels399/);

    // Undone in the one tab: back in both, though no tile was asked for again.
    await page.bringToFront();
    await page.keyboard.press("Control+z");
    await eventually(
      "the label after undoing",
      () => tealAround(page, middle),
      (share) => share > 0.15,
    );
    await eventually(
      "the label in the other tab",
      () => tealAround(other, middle),
      (share) => share > 0.15,
    );
    await eventually(
      "the count after undoing",
      () => count(other),
      (text) => /^Labels400/.test(text ?? ""),
    );

    // Two hundred classes changed one by one would be dull: a large import sends both tabs to new tiles.
    const [before] = await app.query<{ seq: number }[]>("edits.recent", { surveyId: survey.id, limit: 1 });
    const more = await send(22, 18, 60);
    const latest = async () => (await app.query<{ seq: number }[]>("edits.recent", { surveyId: survey.id, limit: 1 }))[0]!.seq;
    const seq = await latest();
    expect(seq).toBeGreaterThan(before!.seq);
    await eventually(
      "tiles of the import",
      async () => tiles.filter((url) => url.includes(`/label/${seq}/`)).length,
      (found) => found > 0,
    );
    await eventually(
      "the count after the import",
      () => count(page),
      (text) => /^Labels1\D?480/.test(text ?? ""),
    );
    const later = more[550]!.geometry.coordinates[0]!;
    const place = toScreen([(later[0]![0]! + later[2]![0]!) / 2, (later[0]![1]! + later[2]![1]!) / 2]);
    await eventually(
      "an imported outline",
      () => tealAround(page, place),
      (share) => share > 0.15,
    );
    expect(await tealAround(page, middle)).toBeGreaterThan(0.15);

    // A vertex moved after that, by key: saved on the revision that the server has.
    await page.mouse.click(place.x, place.y);
    await page.getByRole("heading", { name: "Selected label" }).waitFor();
    await page.keyboard.press(".");
    await page.keyboard.press("ArrowLeft");
    await page.locator('[data-testid="save-state"][data-state="saved"]').waitFor();
    const features = async () => (await app.query<{ features: Feature[] }>("features.inSurvey", { surveyId: survey.id })).features;
    await eventually("the moved vertex", features, (all) => all.filter(({ revision }) => revision === 2).length === 1);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await page.keyboard.press("n");
    await page.getByRole("heading", { name: "Selected label" }).waitFor();
    expect(whole).toEqual([]);
    expect(errors).toEqual([]);
  });
});
