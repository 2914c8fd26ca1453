import type { Feature } from "@reefline/schema/feature";
import type { Job } from "@reefline/schema/job";
import { makeTinySurvey } from "@reefline/test-kit/makeTinySurvey";
import { describe, expect, it } from "vitest";
import { appInBrowser } from "./appInBrowser.ts";
import { keysOf } from "./keys.ts";
import { eventually } from "./runningApp.ts";
import { sendSurvey } from "./sendSurvey.ts";

const inBrowser = appInBrowser();

describe("the keyboard alone", () => {
  it("draws, undoes, starts a training, and cancels it", async () => {
    const { app, open, workDir } = inBrowser();
    const { page } = open;
    const { press, tabTo } = keysOf(page);
    const { tif } = await makeTinySurvey({ outDir: workDir, widthPx: 515, heightPx: 390 });
    const survey = await sendSurvey(app, tif, "Keys only");
    const features = async () => (await app.query<{ features: Feature[] }>("features.inSurvey", { surveyId: survey.id })).features;
    const times = (count: number, key: string) => Array.from({ length: count }, () => key);

    await page.goto(app.url);
    await page
      .getByRole("link", { name: /Keys only/ })
      .first()
      .waitFor();
    await tabTo("Keys only");
    await press("Enter");
    await page.waitForURL(`**/surveys/${survey.id}**`);
    await eventually(
      "imagery tiles",
      async () => open.tiles.imagery,
      (count) => count > 0,
    );
    await page.locator('[data-testid="save-state"][data-state="saved"]').waitFor();

    // An examined square, and a reef inside it.
    const square = async (stepCount: number) => {
      await press("Enter");
      for (const arrow of ["ArrowRight", "ArrowDown", "ArrowLeft"]) await press(...times(stepCount, `Shift+${arrow}`), "Enter");
      await press("Enter");
    };
    await press("2", "d", ...times(3, "Shift+ArrowLeft"), ...times(3, "Shift+ArrowUp"));
    await square(6);
    await eventually("the examined area", features, (all) => all.length === 1 && all[0]?.layer === "examined");
    await press("1", "d", "ArrowLeft");
    await square(2);
    await eventually("the reef", features, (all) => all.some((one) => one.layer === "label" && one.geometry.coordinates[0]?.length === 5));

    await press("Control+z");
    await eventually("the undo", features, (all) => all.length === 1);
    await press("Control+Shift+z");
    await eventually("the redo", features, (all) => all.length === 2);

    // Help lists the keys and closes again.
    await press("Escape", "v", "?");
    await page.getByRole("dialog", { name: "Keys" }).waitFor();
    await press("Escape");
    await page.getByRole("dialog", { name: "Keys" }).waitFor({ state: "hidden" });

    // Train, and think better of it.
    await press("Alt+2");
    await page.getByRole("button", { name: /^Train for/, disabled: false }).waitFor();
    await tabTo("Time to train");
    await press("Control+a");
    await page.keyboard.type("3");
    await press("Enter");
    const jobs = () => app.query<Job[]>("jobs.list");
    await eventually("the training", jobs, (all) => all.some((job) => job.kind === "train"));
    await page.getByRole("button", { name: "Cancel", exact: true }).waitFor();
    await tabTo("Cancel");
    await press("Enter");
    await eventually(
      "the end of the training",
      jobs,
      (all) => all.some((job) => job.kind === "train" && ["cancelled", "failed"].includes(job.state)),
      60_000,
    );

    // Every mode has its key, and says where one is.
    for (const [index, name] of ["Label", "Train", "Predict", "Review", "Report"].entries()) {
      await press(`Alt+${index + 1}`);
      const current = page.getByRole("navigation", { name: "Modes" }).locator('[aria-current="page"]');
      expect(await current.textContent()).toBe(name);
    }
    expect(open.outside).toEqual([]);
    expect(open.errors).toEqual([]);
  });
});
