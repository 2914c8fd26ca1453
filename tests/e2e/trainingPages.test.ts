import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Job } from "@reefline/schema/job";
import { rateTestSchema } from "@reefline/schema/rateTest";
import type { Survey } from "@reefline/schema/survey";
import type { Model } from "@reefline/schema/training";
import { makeTinySurvey } from "@reefline/test-kit/makeTinySurvey";
import { beforeAll, describe, expect, it } from "vitest";
import { reefline } from "../integration/program.ts";
import { appInBrowser } from "./appInBrowser.ts";
import { keysOf } from "./keys.ts";
import { seriousViolations } from "./openPage.ts";
import { eventually } from "./runningApp.ts";
import { sendSurvey } from "./sendSurvey.ts";

const inBrowser = appInBrowser();
let survey: Survey;
let labels: string;

beforeAll(async () => {
  const { app, workDir } = inBrowser();
  const files = await makeTinySurvey({ outDir: workDir, seed: 5 });
  labels = files.labels;
  survey = await sendSurvey(app, files.tif, "Flat");
  const layers = { examined: files.examined, holdout: files.holdout };
  for (const words of [[labels], ...Object.entries(layers).map(([layer, file]) => [file, "--as", layer])]) {
    const { code, stderr } = await reefline(["--data", app.dataDir, "labels", "import", ...words, "--survey", "Flat"]);
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  }
}, 120_000);

/** The Train panel with a fresh form, and Advanced open, by keys alone. */
async function openTrainForm() {
  const { app, open } = inBrowser();
  const keys = keysOf(open.page);
  await open.page.goto(`${app.url}/surveys/${survey.id}`);
  await open.page.locator('[data-testid="save-state"][data-state="saved"]').waitFor();
  await keys.tabTo("Train");
  await keys.press("Enter");
  await open.page.getByRole("heading", { name: "Train", exact: true }).waitFor();
  return { ...keys, page: open.page, errors: open.errors, app };
}

const doneOf = (kind: Job["kind"]) => (jobs: Job[]) => jobs.some((job) => job.kind === kind && job.state === "done");
const shots = process.env.REEFLINE_SHOTS;
async function shoot(page: Awaited<ReturnType<typeof openTrainForm>>["page"], name: string): Promise<void> {
  if (shots) await page.screenshot({ path: join(shots, `${name}.png`) });
}

describe("the pages around training, by the keyboard", () => {
  it("tests learning rates and takes the one that is suggested", async () => {
    const { page, app, press, tabTo, errors } = await openTrainForm();
    await page.getByRole("radio", { name: "Fast" }).click();
    await page.getByText("Advanced", { exact: true }).click();
    await page.getByText("Advanced", { exact: true }).focus();
    await tabTo("Find a learning rate");
    await press("Enter");
    await eventually("the test of rates", () => app.query<Job[]>("jobs.list"), doneOf("rate-test"), 60_000);
    await page.getByRole("img", { name: /rate/i }).first().waitFor();
    await tabTo("Use this rate");
    await press("Enter");
    await page.getByRole("button", { name: "In use" }).waitFor();
    const [test] = (await app.query<Job[]>("jobs.list")).filter(({ kind }) => kind === "rate-test");
    const { suggested } = rateTestSchema.parse(test?.result);
    const taken = Number(await page.getByRole("textbox", { name: /rate/i }).first().inputValue());
    // The form has two digits of it.
    expect(taken / (suggested ?? 0)).toBeCloseTo(1, 1);
    expect(await seriousViolations(page)).toEqual([]);
    await shoot(page, "rate");
    expect(errors).toEqual([]);
  }, 120_000);

  it("compares the labels with another person's, place by place", async () => {
    const { page, tabTo, press, errors } = await openTrainForm();
    const theirs: { features: unknown[] } = JSON.parse(await readFile(labels, "utf8"));
    const count = theirs.features.length;
    const file = join(inBrowser().workDir, "second.geojson");
    await writeFile(file, JSON.stringify({ ...theirs, features: theirs.features.slice(0, count - 2) }));
    await tabTo("Check the labels");
    await press("Enter");
    await page.getByRole("heading", { name: "Check the labels" }).waitFor();
    await page.getByRole("combobox", { name: "Compare the labels with" }).focus();
    await press("Enter");
    await page.waitForFunction(() => document.activeElement?.getAttribute("role") === "option");
    await press("ArrowDown");
    await page.getByRole("option", { name: "Another person’s file", selected: false }).and(page.locator("[data-highlighted]")).waitFor();
    await press("Enter");
    // A file that holds no labels is refused with the server's own sentence.
    await page
      .getByTestId("second-labeller")
      .setInputFiles({ name: "notes.json", mimeType: "application/json", buffer: Buffer.from("no") });
    await page.getByText(/JSON/).waitFor();
    expect(await page.getByText("did not answer").count()).toBe(0);
    await page.getByTestId("second-labeller").setInputFiles(file);
    const agreement = page.getByTestId("label-agreement");
    await agreement.waitFor({ timeout: 60_000 });
    expect(await agreement.textContent()).toMatch(/agree/);
    await page.getByRole("button", { name: "Look at the largest" }).focus();
    await press("Enter");
    const step = agreement.getByText(/^1 of 2: .*only labelled here/);
    await step.waitFor();
    await tabTo("The next smaller one");
    await press("Enter");
    await agreement.getByText(/^2 of 2: /).waitFor();
    expect(await page.getByRole("button", { name: "The next smaller one" }).isDisabled()).toBe(true);
    expect(await seriousViolations(page)).toEqual([]);
    await shoot(page, "labeller");
    await page.getByRole("button", { name: "Train a model" }).click();
    expect(errors).toEqual([]);
  }, 120_000);

  it("compares recipes on the same ground, with table, curves and pictures", async () => {
    const { page, app, press, tabTo, errors } = await openTrainForm();
    await page.getByText("Advanced", { exact: true }).click();
    await page.getByRole("radio", { name: "Epochs" }).click();
    await page.getByRole("textbox", { name: "Epochs" }).fill("1");
    await tabTo("Compare");
    await press("Enter");
    await page.getByRole("heading", { name: /recipes compared/ }).waitFor();
    await page.getByText(/of \d recipes trained/).waitFor();
    await eventually(
      "every recipe",
      () => app.query<Job[]>("jobs.list"),
      (jobs) => {
        const trainings = jobs.filter(({ kind }) => kind === "train");
        return trainings.length >= 4 && trainings.every(({ state }) => state === "done");
      },
      240_000,
    );
    const table = page.getByRole("table").first();
    await eventually(
      "scores in the table",
      async () => (await table.textContent()) ?? "",
      (text) => (text.match(/0\.\d\d/g) ?? []).length >= 8,
    );
    await shoot(page, "comparison");
    expect(await seriousViolations(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 800 });
    await shoot(page, "comparison-narrow");
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.emulateMedia({ colorScheme: "dark" });
    await shoot(page, "comparison-dark");
    expect(await seriousViolations(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: "light" });
    expect(errors).toEqual([]);
  }, 300_000);

  it("trains the best network from nothing when asked to, and the report says so", async () => {
    const { page, app, press, tabTo, errors } = await openTrainForm();
    await page.getByRole("radio", { name: "Best" }).click();
    await page.getByText("Advanced", { exact: true }).click();
    await page.getByRole("radio", { name: "Epochs" }).click();
    await page.getByRole("textbox", { name: "Epochs" }).fill("1");
    await page.getByRole("textbox", { name: "Name" }).fill("Untaught");
    await tabTo("Begin from nothing");
    await press("Space");
    expect(await page.getByRole("switch", { name: /Begin from nothing/ }).isChecked()).toBe(true);
    await shoot(page, "from-nothing");
    await page.getByRole("radio", { name: "Fast" }).click();
    expect(await page.getByRole("switch", { name: /Begin from nothing/ }).count()).toBe(0);
    await page.getByRole("radio", { name: "Best" }).click();
    await tabTo("Train for 1 epoch");
    await press("Enter");
    const isUntaught = ({ name }: Model) => name === "Untaught";
    const models = await eventually(
      "the model",
      () => app.query<Model[]>("models.list"),
      (list) => list.some(isUntaught),
      120_000,
    );
    expect(models.find(isUntaught)?.card.config).toMatchObject({ preset: "best", pretrained: false });
    await tabTo("Report");
    await press("Enter");
    await page.getByText("U-Net on EfficientNet-Lite0, from nothing").waitFor();
    expect(errors).toEqual([]);
  }, 180_000);
});
