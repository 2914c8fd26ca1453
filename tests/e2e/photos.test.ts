import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Job } from "@reefline/schema/job";
import type { Survey } from "@reefline/schema/survey";
import type { Model } from "@reefline/schema/training";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { appInBrowser } from "./appInBrowser.ts";
import { seriousViolations } from "./openPage.ts";
import { eventually } from "./runningApp.ts";

const inBrowser = appInBrowser();
/** A folder for pictures of the page, for whoever wants to look at them. */
const shots = process.env.REEFLINE_SHOTS;
const [widthPx, heightPx] = [288, 208];
const days = ["2021-05-03", "2021-05-04", "2021-06-11", "2021-06-12", "2021-07-20"];

/** Dark round reefs on light, grainy sand; the mask is white where they are. */
async function makePhotos(photosDir: string, masksDir: string): Promise<void> {
  await mkdir(photosDir, { recursive: true });
  await mkdir(masksDir, { recursive: true });
  for (const [index, name] of days.flatMap((day) => [`${day}_a`, `${day}_b`]).entries()) {
    const reefs = [0, 1, 2].map((i) => ({ x: 50 + 85 * i + 7 * (index % 4), y: 60 + ((37 * (index + 2 * i)) % 90), radius: 22 + 4 * i }));
    const isReef = (x: number, y: number) => reefs.some((reef) => Math.hypot(x - reef.x, y - reef.y) < reef.radius);
    const photo = Buffer.alloc(widthPx * heightPx * 3);
    const mask = Buffer.alloc(widthPx * heightPx);
    for (let i = 0; i < mask.length; i++) {
      const [x, y] = [i % widthPx, Math.floor(i / widthPx)];
      const grain = (x * 31 + y * 17 + index * 13) % 23;
      const reef = isReef(x, y);
      mask[i] = reef ? 255 : 0;
      photo.set(reef ? [60 + grain, 74 + grain, 58 + grain] : [186 + grain, 172 + grain, 140 + grain], i * 3);
    }
    const raw = { width: widthPx, height: heightPx };
    await sharp(photo, { raw: { ...raw, channels: 3 } })
      .png()
      .toFile(join(photosDir, `${name}.png`));
    await sharp(mask, { raw: { ...raw, channels: 1 } })
      .toColourspace("b-w")
      .png()
      .toFile(join(masksDir, `${name}.png`));
  }
}

beforeAll(async () => {
  const { workDir } = inBrowser();
  await makePhotos(join(workDir, "bay"), join(workDir, "masks"));
});

describe("a folder of photos in the browser", () => {
  it("is imported, labelled by masks, looked at as chips, trained on, predicted and reported in pixels", async () => {
    const { app, open, workDir } = inBrowser();
    const { page, errors } = open;
    const button = (name: string | RegExp) => page.getByRole("button", { name });
    const mode = (name: string) => page.getByRole("navigation", { name: "Modes" }).getByRole("button", { name });
    await page.goto(app.url);
    await page.getByTestId("photo-folder").setInputFiles(join(workDir, "bay"));
    await button("Add the photos").click();
    const [survey] = await eventually(
      "the import",
      () => app.query<Survey[]>("surveys.list"),
      (list) => list[0]?.image != null,
      60_000,
    );
    await page.goto(`${app.url}/surveys/${survey!.id}`);
    await page.getByTestId("photo-bar").waitFor();

    await button(/^Import /).click();
    await page.getByTestId("mask-folder").setInputFiles(join(workDir, "masks"));
    await button("Import labels").click();
    await page.getByTestId("photo-report").waitFor();
    expect(await page.getByTestId("photo-report").textContent()).toContain("10 photos became examined");
    await button("Close").last().click();

    // A day is kept from training; one of its photos is given back, and taken away again.
    const photosNow = () => app.query<{ name: string; isHeldOut: boolean }[]>("surveys.photos", { id: survey!.id });
    const heldOut = (count: number) =>
      eventually("photos held out", photosNow, (all) => all.filter(({ isHeldOut }) => isHeldOut).length === count);
    if (shots) await page.screenshot({ path: join(shots, "photos-label.png") });
    expect(await seriousViolations(page)).toEqual([]);
    await button("Hold out").press("Enter");
    await page.getByRole("menuitem", { name: /^All 2 of 2021-/ }).waitFor();
    await page.keyboard.press("Enter");
    await heldOut(2);
    await button("Learn from it again").press("Enter");
    await heldOut(1);
    await page.locator(".maplibregl-canvas").focus();
    await page.keyboard.press("Control+z");
    await heldOut(2);
    await page.keyboard.press("PageDown");
    await page.keyboard.press("PageDown");
    await page.getByTestId("photo-bar").getByRole("button", { name: "Hold out" }).waitFor();

    await mode("Train").click();
    await page.getByRole("radio", { name: "Fast" }).click();
    await page.getByText("Advanced", { exact: true }).click();
    await button("See what it would learn from").click();
    const chips = page.getByTestId("chip-preview");
    await chips.waitFor();
    const shares = async () => chips.locator("li").allTextContents();
    const first = await shares();
    expect(first).toHaveLength(12);
    expect(first.some((words) => /\d % reef/.test(words))).toBe(true);
    await button("Another dozen").click();
    await eventually("other chips", shares, (words) => words.join() !== first.join());
    const downloading = page.waitForEvent("download");
    await button("Save all as PNGs").click();
    const download = await downloading;
    expect(download.suggestedFilename()).toBe("bay chips.zip");
    const zip = join(workDir, "chips.zip");
    await download.saveAs(zip);
    expect((await stat(zip)).size).toBeGreaterThan(100_000);
    await page.getByRole("radio", { name: "Epochs" }).click();
    await page.getByRole("textbox", { name: "Epochs" }).fill("2");
    expect(await seriousViolations(page)).toEqual([]);
    await button("Train for 2 epochs").click();
    const [model] = await eventually(
      "the training",
      () => app.query<Model[]>("models.list"),
      (list) => list.length > 0,
      150_000,
    );
    expect(model!.card.unit).toBe("pixels");

    await button("Predict with this model").click();
    await button(/^Predict /)
      .last()
      .click();
    await eventually(
      "the prediction",
      () => app.query<Job[]>("jobs.list"),
      (jobs) => jobs.some(({ kind, state }) => kind === "predict" && state === "done"),
      90_000,
    );
    await mode("Report").click();
    await page.getByText("px of reef").waitFor();
    // Judged on the day that it has not seen.
    await page.getByRole("heading", { name: "The model, on the held-out area" }).waitFor();
    await page.getByRole("heading", { name: "This prediction, on the held-out area" }).waitFor();
    const [judged] = await app.query<Model[]>("models.list");
    const { tp, fp, fn, tn } = judged!.card.heldOut!;
    expect(tp + fp + fn + tn).toBe(2 * widthPx * heightPx);
    if (shots) await page.screenshot({ path: join(shots, "photos-report.png") });
    const words = (await page.getByRole("complementary").allTextContents()).join(" ") || ((await page.textContent("body")) ?? "");
    expect(words).not.toMatch(/\d\s*m²/);
    expect(errors).toEqual([]);
  }, 400_000);
});
