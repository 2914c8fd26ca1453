import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Feature } from "@reefline/schema/feature";
import type { Prediction } from "@reefline/schema/prediction";
import { makeTinySurvey } from "@reefline/test-kit/makeTinySurvey";
import { describe, expect, it } from "vitest";
import { appInBrowser } from "./appInBrowser.ts";
import { keysOf } from "./keys.ts";
import { seriousViolations } from "./openPage.ts";
import { eventually } from "./runningApp.ts";
import { sendSurvey } from "./sendSurvey.ts";

const inBrowser = appInBrowser();
/** A folder for pictures of the page, for whoever wants to look at them. */
const shots = process.env.REEFLINE_SHOTS;

describe("classes of reef by the keyboard alone", () => {
  it("are drawn in their colours, changed, learned, predicted, reviewed and reported", async () => {
    const { app, open, workDir } = inBrowser();
    const { page } = open;
    const { press, tabTo } = keysOf(page);
    const times = (count: number, key: string) => Array.from({ length: count }, () => key);
    const files = await makeTinySurvey({ outDir: workDir, seed: 5, classes: ["live", "dead"] });
    const survey = await sendSurvey(app, files.tif, "Two kinds");
    for (const [path, layer] of [
      [files.labels, "label"],
      [files.examined, "examined"],
      [files.holdout, "holdout"],
    ] as const) {
      const answer = await fetch(`${app.url}/imports/labels?surveyId=${survey.id}&fileName=${layer}.geojson&layer=${layer}`, {
        method: "POST",
        body: await readFile(path),
      });
      expect(answer.status).toBe(200);
    }
    const features = async () => (await app.query<{ features: Feature[] }>("features.inSurvey", { surveyId: survey.id })).features;
    const countOf = (all: Feature[], name: string) => all.filter((one) => one.layer === "label" && one.class === name).length;
    const before = await features();
    const [live, dead] = [countOf(before, "live"), countOf(before, "dead")];
    expect(Math.min(live, dead)).toBeGreaterThan(3);
    /** Opens a menu and goes down it to a name. */
    const choose = async (menu: string, name: string) => {
      await page.getByRole("combobox", { name: menu, exact: true }).press("Enter");
      const lit = page.locator('[role="option"][data-highlighted]');
      await lit.waitFor();
      const names = await page.getByRole("option").allTextContents();
      await press("Home");
      for (const each of names) {
        await lit.filter({ hasText: each }).waitFor();
        if (each === name) break;
        await press("ArrowDown");
      }
      await press("Enter");
      await page.getByRole("listbox").waitFor({ state: "detached" });
    };
    const violations: string[] = [];
    const check = async (where: string) => {
      for (const violation of await seriousViolations(page)) violations.push(`${where}: ${violation}`);
    };

    // The legend and the panel name both classes.
    await page.goto(`${app.url}/surveys/${survey.id}`);
    await page.locator('[data-testid="save-state"][data-state="saved"]').waitFor();
    await eventually(
      "imagery tiles",
      async () => open.tiles.imagery,
      (count) => count > 0,
    );
    const rows = page.getByTestId("label-classes");
    await rows.waitFor();
    expect(await rows.locator("tr", { hasText: "live" }).textContent()).toContain(String(live));
    for (const name of ["live", "dead"]) await page.getByTestId("class-legend").getByText(name).waitFor();
    await check("Label");

    // One label gets another class, and has its own again.
    await press("n");
    await page.getByRole("heading", { name: "Selected label" }).waitFor();
    const own = await page.getByRole("combobox", { name: "Class", exact: true }).textContent();
    const other = own === "live" ? "dead" : "live";
    await choose("Class", other);
    await eventually("the other class", features, (all) => countOf(all, other) === (other === "live" ? live : dead) + 1);
    await press("Control+z");
    await eventually("the undo", features, (all) => countOf(all, "live") === live && countOf(all, "dead") === dead);

    // Two are marked, and changed together.
    await page.locator(".maplibregl-canvas").focus();
    await press("x");
    await page.getByText("1 label marked").waitFor();
    await press("n");
    await page.getByText(/^Selected label, /).waitFor({ state: "attached" });
    await press("x");
    await page.getByText("2 labels marked").waitFor();
    await choose("Class of all marked", "unsure");
    await eventually("two unsure labels", features, (all) => countOf(all, "unsure") === 2);
    await page.locator(".maplibregl-canvas").focus();
    await press("Control+z");
    await eventually("the undo", features, (all) => countOf(all, "live") === live && countOf(all, "dead") === dead);
    await press("Escape", "Escape");
    await page.getByText("2 labels marked").waitFor({ state: "detached" });

    // All of a class become another, and are taken back.
    await tabTo("Change many");
    await press("Enter");
    const dialog = page.getByRole("dialog", { name: "Change the class of many labels" });
    await dialog.waitFor();
    await check("Change many");
    await tabTo("In this view");
    await press("ArrowRight", "Enter");
    const most = Math.max(live, dead);
    await dialog.getByRole("button", { name: `Change ${most} labels` }).waitFor();
    await tabTo(`Change ${most} labels`);
    await press("Enter");
    await dialog.waitFor({ state: "hidden" });
    await eventually("one class", features, (all) => Math.max(countOf(all, "live"), countOf(all, "dead")) === live + dead);
    await press("Control+z");
    await eventually("both classes", features, (all) => countOf(all, "live") === live && countOf(all, "dead") === dead);

    // Train: tell them apart.
    await press("Alt+2");
    await page.getByRole("button", { name: /^Train for/, disabled: false }).waitFor();
    await page.getByRole("radio", { name: "Fast" }).press("Enter");
    await tabTo("Advanced");
    await press("Enter");
    await page.getByRole("radio", { name: "Epochs" }).press("Enter");
    await page.getByLabel("Epochs", { exact: true }).fill("3");
    await page.getByRole("radio", { name: "Classes of reef" }).press("Enter");
    const learned = page.getByTestId("classes-to-learn");
    await learned.getByRole("checkbox", { name: /dead/ }).press("Space");
    await page.getByText("Choose at least two classes").waitFor();
    expect(
      await page
        .getByRole("button", { name: /^Train/ })
        .last()
        .isDisabled(),
    ).toBe(true);
    await learned.getByRole("checkbox", { name: /dead/ }).press("Space");
    await page.getByText("the one named first counts: live, dead").waitFor();
    await check("Train");
    await page.getByRole("button", { name: "Train for 3 epochs" }).press("Enter");
    await page.getByRole("button", { name: "Predict with this model" }).waitFor({ timeout: 170_000 });
    await page.getByTestId("class-scores").first().waitFor();

    // Predict: the areas of the classes are the area of reef, and follow the threshold.
    await page.getByRole("button", { name: "Predict with this model" }).press("Enter");
    await page.getByRole("button", { name: "Predict the survey" }).press("Enter");
    const areas = page.getByTestId("class-areas");
    await areas.waitFor({ timeout: 90_000 });
    const areaOf = async (name: string) => Number(await areas.locator(`tr[data-class="${name}"]`).getAttribute("data-area-m2"));
    const whole = async () => Number(await page.getByTestId("predicted-area").getAttribute("data-area-m2"));
    expect((await areaOf("live")) + (await areaOf("dead"))).toBeCloseTo(await whole(), 3);
    const atFirst = await whole();
    await page.getByRole("slider", { name: "How sure the model must be" }).focus();
    await press(...times(6, "ArrowLeft"));
    expect(await whole()).toBeGreaterThan(atFirst);
    expect((await areaOf("live")) + (await areaOf("dead"))).toBeCloseTo(await whole(), 3);
    const [prediction] = await app.query<Prediction[]>("predictions.list", { surveyId: survey.id });
    expect(prediction?.classRaster?.classes).toEqual(["live", "dead"]);
    await eventually(
      "outlines",
      () => page.getByTestId("outline-count").textContent(),
      (text) => /[1-9]\d* predicted/.test(text ?? ""),
    );
    await check("Predict");

    // Review: only one class; another class by its number; accepted with it.
    // On the slider Alt+4 is the slider's.
    await page.locator(".maplibregl-canvas").focus();
    await press("Alt+4");
    await choose("Only those of this class", "live");
    await page.getByRole("button", { name: /^Look at/ }).waitFor();
    await page.locator(".maplibregl-canvas").focus();
    await press("j");
    const card = page.getByTestId("polygon-card");
    await card.waitFor();
    expect(await card.getByRole("combobox", { name: "Class" }).textContent()).toBe("live");
    await check("Review");
    await press("2");
    await eventually(
      "the class by its number",
      () => card.getByRole("combobox", { name: "Class" }).textContent(),
      (text) => text === "dead",
    );
    await press("a");
    const accepted = await eventually("the accepted label", features, (all) => all.some((one) => one.provenance.kind === "accepted"));
    expect(accepted.find((one) => one.provenance.kind === "accepted")?.class).toBe("dead");
    expect(await card.getByRole("combobox", { name: "Class" }).textContent()).toBe("live");
    await press("a");
    await eventually("the next, as predicted", features, (all) =>
      all.some((one) => one.provenance.kind === "accepted" && one.class === "live"),
    );

    // Report: scores of both on the held-out ground, and what was called what.
    await press("Alt+5");
    const held = page.getByTestId("class-scores").first();
    await held.waitFor();
    await held.getByText("What was called what").press("Enter");
    for (const name of ["live", "dead"]) expect(await held.getByRole("rowheader", { name }).count()).toBe(2);
    await check("Report");

    // Once the held-out labels are locked the map shows what is wrong, and reef that is called by another class.
    await page.getByRole("button", { name: "Lock the labels there" }).press("Enter");
    const classTile = page.waitForResponse((response) => /\/tiles\/classes\/.*\.png$/.test(response.url()) && response.status() === 200);
    await page.getByRole("button", { name: "Show errors" }).press("Enter");
    const legend = page.getByTestId("error-legend");
    for (const pattern of ["missed", "no reef", "another class"]) await legend.getByText(pattern, { exact: true }).waitFor();
    await classTile;
    await check("Errors on the map");
    if (shots) await page.screenshot({ path: join(shots, "classes-errors.png") });

    expect(violations).toEqual([]);
    expect(open.outside).toEqual([]);
    expect(open.errors).toEqual([]);
  }, 400_000);
});
