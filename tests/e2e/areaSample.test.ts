import { crsFromEpsg } from "@reefline/geo/crs";
import type { AreaSample, AreaSampleEstimate } from "@reefline/schema/areaSample";
import type { Grid } from "@reefline/schema/grid";
import { newId } from "@reefline/schema/ids";
import { byteFromProbability } from "@reefline/schema/prediction";
import { modelCardSchema } from "@reefline/schema/training";
import { beforeAll, describe, expect, it } from "vitest";
import { insertModel } from "../../server/storage/runs.ts";
import { surveyWithPrediction } from "../integration/finishedPrediction.ts";
import { openTestStore } from "../integration/testStore.ts";
import { appInBrowser } from "./appInBrowser.ts";
import { seriousViolations } from "./openPage.ts";
import { eventually } from "./runningApp.ts";

const surveyGrid: Grid = { crs: crsFromEpsg(32618), transform: [0.25, 0, 350_000, 0, -0.25, 3_840_000], widthPx: 640, heightPx: 420 };
const modelGrid: Grid = { ...surveyGrid, transform: [0.5, 0, 350_000, 0, -0.5, 3_840_000], widthPx: 320, heightPx: 210 };
/** Two round reefs are predicted. */
const probability = (col: number, row: number) =>
  Math.hypot(col - 90, row - 100) < 40 || Math.hypot(col - 230, row - 90) < 30 ? 0.9 : 0.05;
const blocks = 24;

const inBrowser = appInBrowser();
let surveyId: string;
let modelId: string;

beforeAll(async () => {
  const { store } = await openTestStore(inBrowser().app.dataDir);
  ({ surveyId } = await surveyWithPrediction(store, {
    surveyName: "Sand bar",
    surveyGrid,
    imageByte: (col, row) => 60 + ((col * 7 + row * 13) % 120),
    modelGrid,
    probabilityByte: (col, row) => byteFromProbability(probability(col, row)),
    modelName: "Made by hand",
  }));
  modelId = newId("model");
  const metrics = {
    tp: 80,
    fp: 20,
    fn: 10,
    tn: 900,
    dice: 0.842,
    iou: 0.727,
    meanIou: 0.848,
    precision: 0.8,
    recall: 0.889,
    threshold: 0.5,
  };
  const card = modelCardSchema.parse({
    format: "reefline-model/1",
    name: "Made by hand",
    createdAt: new Date().toISOString(),
    architecture: { kind: "pretrained-unet", encoder: "efficientnet-lite0", bandCount: 1 },
    gsdMeters: 0.5,
    bandNames: ["grey"],
    normalization: { mean: [100], std: [40] },
    unsharp: null,
    temperature: 1,
    classTemperature: 1,
    threshold: 0.5,
    positiveClass: "reef",
    config: {},
    backend: { kind: "native-cpu", description: "a test" },
    trainedOn: [
      { surveyId, surveyName: "Sand bar", imageVersion: "v", lastEditSeq: 0, labelCount: 3, examinedAreaM2: 900, labelAreaM2: 90 },
    ],
    split: { cellSizeMeters: 8, bufferMeters: 4, trainCells: 20, validationCells: 4, trainChips: 9, validationChips: 4, buffered: true },
    epochs: 3,
    steps: 30,
    bestEpoch: 2,
    trainSeconds: 12,
    stoppedBecause: "budget",
    validation: metrics,
    heldOut: { ...metrics, areaM2: { predicted: 100, truth: 90 } },
  });
  await insertModel(store.db, store.projectId, { id: modelId, runId: null, name: "Made by hand", createdAt: card.createdAt, card });
  await store.close();
});

describe("area with an error bar, in the browser", () => {
  it("draws blocks, hides predictions in them, goes on after a reload and ends with an interval, by keyboard", async () => {
    const { app, open } = inBrowser();
    const { page } = open;
    await page.goto(`${app.url}/surveys/${surveyId}`);
    await page.getByRole("main", { name: "Map" }).waitFor();
    await page.keyboard.press("Alt+5");
    await page.getByText("Advanced").first().click();
    await page.getByLabel("Blocks").fill(String(blocks));
    await page.getByRole("button", { name: "Draw the blocks" }).press("Enter");
    await page.getByText(`0 of ${blocks} blocks labelled`).first().waitFor();
    expect(await seriousViolations(page)).toEqual([]);
    const [sample] = await app.query<AreaSample[]>("areaSamples.list", { surveyId });
    expect(sample?.blocks).toHaveLength(blocks);
    const hidden = async () =>
      (await app.query<{ hiddenAreas: unknown[] }>("predictions.outlines", { predictionId: sample?.predictionId, threshold: 0.5 }))
        .hiddenAreas;
    expect(await hidden()).toHaveLength(blocks);

    await page.getByRole("button", { name: "Label the blocks" }).press("Enter");
    await page.getByText(`Block 1 of ${blocks}`).waitFor();
    expect(await seriousViolations(page)).toEqual([]);
    // A reef over the middle of the first block.
    await page.keyboard.press("d");
    const map = await page.locator("canvas.maplibregl-canvas").boundingBox();
    if (!map) throw new Error("a map");
    const [x, y] = [map.x + map.width / 2, map.y + map.height / 2];
    for (const [dx, dy] of [
      [-60, -50],
      [70, -40],
      [10, 60],
    ] as const)
      await page.mouse.click(x + dx, y + dy);
    await page.keyboard.press("Enter");
    await page.keyboard.press("Control+Enter");
    await page.getByText(`Block 2 of ${blocks}`).waitFor();
    await page.getByText("Saved").first().waitFor();

    // Stopped and taken up again: what was acknowledged is there.
    await page.reload();
    await page.getByRole("main", { name: "Map" }).waitFor();
    await page.keyboard.press("Alt+5");
    await page.getByText(`1 of ${blocks} blocks labelled`).first().waitFor();
    await page.getByRole("button", { name: "Go on with block 2" }).press("Enter");
    for (let block = 2; block <= blocks; block++) {
      await page.getByText(`Block ${block} of ${blocks}`).waitFor();
      await page.keyboard.press("Control+Enter");
    }
    const estimate = page.getByTestId("area-estimate");
    await estimate.waitFor();
    expect(await estimate.textContent()).toMatch(/95 % interval/);
    const seen = await eventually(
      "the last block",
      () => app.query<AreaSampleEstimate>("areaSamples.estimate", { id: sample?.id }),
      ({ blocksUsed }) => blocksUsed === blocks,
    );
    expect(await hidden()).toEqual([]);
    expect(seen.areaM2.value).toBeGreaterThan(0);
    expect(seen.areaM2.low).toBeLessThan(seen.areaM2.high);
    expect(open.errors).toEqual([]);
  });

  it("opens the report on a page of its own", async () => {
    const { app, open } = inBrowser();
    const { page } = open;
    const link = page.getByRole("link", { name: "Open the report" });
    const [report] = await Promise.all([page.context().waitForEvent("page"), link.press("Enter")]);
    await report.getByRole("heading", { name: "On the held-out area" }).waitFor();
    expect(await report.title()).toBe("Made by hand – Reefline report");
    expect(await report.getByRole("row", { name: /^Dice/ }).first().textContent()).toContain("0.842");
    await report.close();
    const file = await fetch(`${app.url}/models/${modelId}/report.html?download=yes`);
    expect(file.headers.get("content-disposition")).toMatch(/^attachment; filename="Made by hand-report.html"/);
    expect(open.outside).toEqual([]);
  });
});
