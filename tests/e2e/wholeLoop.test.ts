import { readFile } from "node:fs/promises";
import type { Feature } from "@reefline/schema/feature";
import type { Survey } from "@reefline/schema/survey";
import { makeTinySurvey } from "@reefline/test-kit/makeTinySurvey";
import type { FeatureCollection, Polygon } from "geojson";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { appInBrowser } from "./appInBrowser.ts";
import { screenOf } from "./mapView.ts";
import { seriousViolations } from "./openPage.ts";
import { eventually } from "./runningApp.ts";

const inBrowser = appInBrowser();

async function polygonsOf(path: string): Promise<Polygon[]> {
  const collection = JSON.parse(await readFile(path, "utf8")) as FeatureCollection<Polygon>;
  return collection.features.map((feature) => feature.geometry);
}

/** Every fourth vertex, first and last not repeated: enough to click. */
const someOf = (ring: number[][] | undefined): number[][] => (ring ?? []).slice(0, -1).filter((_, index) => index % 4 === 0);

/** The corners drawn towards their middle, clear of what floats over the map's edge. */
function shrunk(corners: number[][], factor: number): number[][] {
  const middle = (axis: number) => corners.reduce((sum, corner) => sum + corner[axis]!, 0) / corners.length;
  const [x, y] = [middle(0), middle(1)];
  return corners.map((corner) => [x + (corner[0]! - x) * factor, y + (corner[1]! - y) * factor]);
}

describe("the whole loop in a browser", () => {
  it("uploads, draws, trains, predicts, reviews and exports", async () => {
    const { app, open, workDir } = inBrowser();
    const files = await makeTinySurvey({ outDir: workDir });
    const { page, tiles, outside, errors } = open;
    const button = (name: string | RegExp) => page.getByRole("button", { name });
    const mode = (name: string) => page.getByRole("navigation", { name: "Modes" }).getByRole("button", { name });
    const violations: string[] = [];
    const check = async (where: string) => {
      for (const violation of await seriousViolations(page)) violations.push(`${where}: ${violation}`);
    };

    // Upload.
    await page.goto(app.url);
    await page.getByTestId("survey-file").setInputFiles(files.tif);
    const [survey] = await eventually(
      "the import",
      () => app.query<Survey[]>("surveys.list"),
      (list) => list[0]?.image != null,
    );
    const surveyId = survey!.id;
    await check("home");
    await page
      .getByRole("link", { name: new RegExp(survey!.name) })
      .first()
      .click();
    await page.waitForURL(`**/surveys/${surveyId}**`);
    const features = async () => (await app.query<{ features: Feature[] }>("features.inSurvey", { surveyId })).features;

    // The map holds imagery: tiles came, and what is on the screen is no plain ground.
    await eventually(
      "imagery tiles",
      async () => tiles.imagery,
      (count) => count > 0,
    );
    const picture = await eventually(
      "a map that is not empty",
      async () => (await sharp(await page.locator(".maplibregl-canvas").screenshot()).stats()).channels[0]!.stdev,
      (stdev) => stdev > 8,
    );
    expect(picture).toBeGreaterThan(8);

    // Draw a reef with a hole, along one that is there.
    const reef = (await polygonsOf(files.labels)).find((polygon) => polygon.coordinates.length === 2)!;
    let toScreen = await screenOf(page);
    const click = async (position: number[]) => {
      const { x, y } = toScreen(position);
      await page.mouse.click(x, y);
    };
    await page.keyboard.press("1");
    await page.keyboard.press("d");
    for (const position of someOf(reef.coordinates[0])) await click(position);
    await page.keyboard.press("Enter");
    await page.keyboard.press("v");
    // On the reef, between its hole and its edge.
    const [edge, inner] = [reef.coordinates[0]![0]!, reef.coordinates[1]![0]!];
    await click([(edge[0]! + inner[0]!) / 2, (edge[1]! + inner[1]!) / 2]);
    await page.keyboard.press("h");
    for (const position of someOf(reef.coordinates[1])) await click(position);
    await page.keyboard.press("Enter");
    const drawn = await eventually("the hole", features, (all) => all[0]?.geometry.coordinates.length === 2);
    expect(drawn).toHaveLength(1);
    expect(drawn[0]!.layer).toBe("label");

    // Reload: all there.
    await page.keyboard.press("Escape");
    await page.reload();
    const labelsRow = page.locator("label", { hasText: "Labels" }).first();
    await eventually(
      "the label after reloading",
      () => labelsRow.textContent(),
      (text) => /^Labels1\D*\d/.test((text ?? "").trim()),
    );
    expect((await features())[0]!.geometry).toEqual(drawn[0]!.geometry);
    await check("Label");

    // The other labels come from a file; the examined area is drawn.
    await button("Import polygons from GeoJSON").click();
    await page.getByTestId("import-file").setInputFiles(files.labels);
    await button("Import polygons").click();
    await eventually("the imported labels", features, (all) => all.length > 5);
    toScreen = await screenOf(page);
    const [examined] = await polygonsOf(files.examined);
    const beforeExamined = (await features()).length;
    await page.locator(".maplibregl-canvas").focus();
    // The layer list would lie over a corner.
    await page.keyboard.press("[");
    await page.keyboard.press("2");
    await page.keyboard.press("d");
    for (const position of shrunk(examined!.coordinates[0]!.slice(0, -1), 0.85)) await click(position);
    await page.keyboard.press("Enter");
    await eventually(
      "the examined area",
      features,
      (all) => all.length === beforeExamined + 1 && all.some((one) => one.layer === "examined"),
    );
    await page.keyboard.press("v");

    // Train one tiny epoch.
    await mode("Train").click();
    await page.getByText("Advanced").click();
    await page.getByRole("radio", { name: "Epochs" }).click();
    await page.getByLabel("Epochs", { exact: true }).fill("1");
    await check("Train");
    await button("Train for 1 epoch").click();
    await button("Predict with this model").waitFor({ timeout: 150_000 });
    await check("after training");

    // Predict; outlines and area appear by themselves.
    await button("Predict with this model").click();
    await button("Predict the survey").click();
    const area = page.getByTestId("predicted-area");
    await area.waitFor({ timeout: 60_000 });
    await eventually(
      "outlines",
      () => page.getByTestId("outline-count").textContent(),
      (text) => /[1-9]\d* predicted reef/.test(text ?? ""),
    );
    await page.getByText("Colour the map by how sure").click();
    await eventually(
      "probability tiles",
      async () => tiles.probability,
      (count) => count > 0,
    );
    await check("Predict");

    // Move the threshold: the area follows at once, outlines when it rests.
    const areaM2 = async () => Number(await area.getAttribute("data-area-m2"));
    const before = await areaM2();
    await page.getByRole("slider", { name: "How sure the model must be" }).focus();
    const thresholdBefore = await page.getByTestId("threshold-value").textContent();
    for (let press = 0; press < 6; press++) await page.keyboard.press("ArrowLeft");
    expect(await page.getByTestId("threshold-value").textContent()).not.toBe(thresholdBefore);
    expect(await areaM2()).toBeGreaterThan(before);
    await eventually(
      "outlines at the new threshold",
      () => page.getByTestId("outline-count").textContent(),
      (text) => /[1-9]\d* predicted/.test(text ?? ""),
    );

    // Accept one.
    await mode("Review").click();
    const labelsBefore = (await features()).filter((one) => one.layer === "label").length;
    await button(/Look at .* doubtful/).click();
    await page.getByTestId("polygon-card").waitFor();
    await check("Review");
    await button(/Accept as label/).click();
    const accepted = await eventually("the accepted label", features, (all) => all.some((one) => one.provenance.kind === "accepted"));
    expect(accepted.filter((one) => one.layer === "label")).toHaveLength(labelsBefore + 1);

    // Undo takes the label back; accept again.
    await page.keyboard.press("Control+z");
    await eventually("the undo", features, (all) => all.every((one) => one.provenance.kind !== "accepted"));
    await page.getByTestId("polygon-card").waitFor();
    await page.keyboard.press("a");
    await eventually("the accepted label", features, (all) => all.some((one) => one.provenance.kind === "accepted"));

    // Export and read the file.
    await mode("Report").click();
    await check("Report");
    await page.getByRole("complementary").getByRole("button", { name: "Export reefs" }).click();
    await page.getByRole("radio", { name: /^Labels/ }).click();
    await check("Export");
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: /^Download/ }).click()]);
    const exported = JSON.parse(await readFile((await download.path())!, "utf8")) as FeatureCollection<Polygon>;
    expect(exported.type).toBe("FeatureCollection");
    expect(exported.features).toHaveLength(labelsBefore + 1);
    expect(exported.features.some((feature) => feature.id === drawn[0]!.id && feature.geometry.coordinates.length === 2)).toBe(true);
    for (const { properties } of exported.features) expect(Number(properties!.area_m2)).toBeGreaterThan(0);

    expect(violations).toEqual([]);
    expect(outside).toEqual([]);
    expect(errors).toEqual([]);
  });
});
