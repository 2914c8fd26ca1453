import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Prediction } from "@reefline/schema/prediction";
import type { Model } from "@reefline/schema/training";
import { makeTinySurvey } from "@reefline/test-kit/makeTinySurvey";
import { describe, expect, it } from "vitest";
import { appInBrowser } from "./appInBrowser.ts";
import { keysOf } from "./keys.ts";
import { seriousViolations } from "./openPage.ts";
import { eventually } from "./runningApp.ts";
import { sendSurvey } from "./sendSurvey.ts";

const inBrowser = appInBrowser();
const golden = (name: string): string => fileURLToPath(new URL(`../golden/${name}`, import.meta.url));
/** A folder for pictures of the page, for whoever wants to look at them. */
const shots = process.env.REEFLINE_SHOTS;

describe("models of other programs, by the keyboard alone", () => {
  it("come in with what they leave open filled in, predict, go out and come back", async () => {
    const { app, open, workDir } = inBrowser();
    const { page } = open;
    const { press, tabTo } = keysOf(page);
    const shoot = async (name: string) => void (shots && (await page.screenshot({ path: join(shots, `${name}.png`) })));
    const models = () => app.query<Model[]>("models.list");
    const violations: string[] = [];
    const check = async (where: string) => {
      for (const violation of await seriousViolations(page)) violations.push(`${where}: ${violation}`);
    };
    const { tif } = await makeTinySurvey({ outDir: workDir, seed: 8, widthPx: 512, heightPx: 384 });
    const survey = await sendSurvey(app, tif, "Brought models");
    await page.goto(`${app.url}/surveys/${survey.id}?mode=predict`);

    // Nothing is there yet: the two ways to a model.
    await page.getByText("There is no model yet").waitFor();
    await check("Predict, empty");
    await shoot("models-none");
    await tabTo("Import a model");
    await press("Enter");
    const dialog = page.getByRole("dialog", { name: "Import a model" });
    await dialog.waitFor();
    expect(await dialog.getByRole("button", { name: "Import the model" }).isDisabled()).toBe(true);
    await shoot("models-dialog");

    // What is no model is refused in a sentence, and what was sent is gone.
    const file = page.getByTestId("model-file");
    const notes = join(workDir, "notes.onnx");
    await writeFile(notes, "This is not a model.");
    await file.setInputFiles(notes);
    await dialog.getByText("not an ONNX file").waitFor();
    expect((await readdir(join(app.dataDir, "uploads"))).filter((name) => name.startsWith("model-"))).toEqual([]);

    // A Keras file says what it takes, and not for what pixels it was made.
    await file.setInputFiles(golden("keras/classic.keras"));
    await dialog.getByText("Keras", { exact: true }).waitFor();
    await tabTo("Import the model");
    await press("Enter");
    await dialog.getByText("Metres of ground that one of its pixels shows").waitFor();
    await check("Import a model");
    await shoot("models-missing");
    await dialog.getByLabel("Made for pixels of").fill("0,03");
    await dialog.getByLabel("Name").fill("From Keras");
    await tabTo("Advanced");
    await press("Enter");
    await dialog.getByLabel("Its classes").fill("background, live, dead, rake, mud");
    await dialog.getByLabel("Its classes").press("Enter");
    // It answers one number for each pixel.
    await dialog.getByText(/answers 1 class, and 5 were named/).waitFor();
    await shoot("models-refused");
    await dialog.getByLabel("Its classes").fill("");
    await dialog.getByLabel("Its classes").press("Enter");
    await dialog.waitFor({ state: "hidden" });
    await page.getByText(/From Keras was imported. How good it is here is not known/).waitFor();
    expect((await models()).map(({ name }) => name)).toEqual(["From Keras"]);
    expect(await page.getByRole("combobox", { name: "Model" }).textContent()).toContain("From Keras");

    // It predicts.
    await page.getByRole("button", { name: "Predict the survey" }).press("Enter");
    const [prediction] = await eventually(
      "the prediction",
      () => app.query<Prediction[]>("predictions.list", { surveyId: survey.id }),
      ([one]) => one?.state === "ready",
      120_000,
    );
    expect(prediction?.raster).not.toBeNull();
    await check("Predict");

    // A file of ours says everything, classes too.
    await page.getByRole("button", { name: "Import a model" }).press("Enter");
    await file.setInputFiles(golden("onnx/classes.onnx"));
    await dialog.getByText("ONNX", { exact: true }).waitFor();
    expect(await dialog.getByLabel("Made for pixels of").inputValue()).toBe("0.05");
    expect(await dialog.getByLabel("Its classes").inputValue()).toBe("background, class 1, class 2, class 3");
    await tabTo("Import the model");
    await press("Enter");
    await dialog.waitFor({ state: "hidden" });
    const told = (await models()).find(({ name }) => name === "classes");
    expect(told?.card.classes).toEqual(["class 1", "class 2", "class 3"]);

    // Weights of our own network become a model that goes out as a ZIP and comes back under another name.
    await page.getByRole("button", { name: "Import a model" }).press("Enter");
    await file.setInputFiles(golden("keras/course.weights.h5"));
    await dialog.getByText("Keras", { exact: true }).waitFor();
    await dialog.getByLabel("Made for pixels of").fill("0.03");
    await dialog.getByRole("radio", { name: "0 to 1" }).press("Enter");
    await dialog.getByLabel("Bands").fill("green, red");
    await dialog.getByLabel("Bands").press("Enter");
    await dialog.waitFor({ state: "hidden" });
    const own = (await models()).find(({ name }) => name === "course");
    await page.locator(".maplibregl-canvas").focus();
    await press("Alt+5");
    await page.getByRole("combobox", { name: "Model" }).press("Enter");
    await page.getByRole("option", { name: "course" }).press("Enter");
    await page.getByRole("listbox").waitFor({ state: "detached" });
    await page.getByText("Imported from course.weights.h5.").waitFor();
    await check("Report");
    const downloading = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export model" }).press("Enter");
    await page.getByRole("menuitem", { name: "Reefline model" }).press("Enter");
    const zip = join(workDir, "course-reefline.zip");
    await (await downloading).saveAs(zip);
    await page.locator(".maplibregl-canvas").focus();
    await press("Alt+3");
    await page.getByRole("button", { name: "Import a model" }).press("Enter");
    await file.setInputFiles(zip);
    await dialog.getByText("a model of Reefline", { exact: true }).waitFor();
    await check("Import a model of Reefline");
    await shoot("models-reefline");
    await dialog.getByLabel("Name").fill("Come back");
    await dialog.getByLabel("Name").press("Enter");
    await dialog.waitFor({ state: "hidden" });
    const back = (await models()).find(({ name }) => name === "Come back");
    const weightsOf = (id: string | undefined) => readFile(join(app.dataDir, "models", id ?? "", "weights.bin"));
    expect(await weightsOf(back?.id)).toEqual(await weightsOf(own?.id));

    // A file that was chosen and not taken does not stay.
    await page.getByRole("button", { name: "Import a model" }).press("Enter");
    await file.setInputFiles(zip);
    await dialog.getByText("a model of Reefline", { exact: true }).waitFor();
    await press("Escape");
    await dialog.waitFor({ state: "hidden" });
    await eventually(
      "nothing to wait",
      async () => (await readdir(join(app.dataDir, "uploads"))).filter((name) => name.startsWith("model-")),
      (left) => left.length === 0,
    );

    if (shots) {
      await page.emulateMedia({ colorScheme: "dark" });
      await page.getByRole("button", { name: "Import a model" }).press("Enter");
      await file.setInputFiles(golden("onnx/classes.onnx"));
      await dialog.getByText("ONNX", { exact: true }).waitFor();
      await shoot("models-dark");
      await page.setViewportSize({ width: 390, height: 800 });
      await shoot("models-narrow");
    }
    expect(violations).toEqual([]);
    expect(open.outside).toEqual([]);
    expect(open.errors).toEqual([]);
  }, 300_000);
});
