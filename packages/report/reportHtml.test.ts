import { noSizeCounts } from "@reefline/accuracy/sizeClasses";
import { classColour } from "@reefline/schema/classColours";
import type { EvaluationDetail } from "@reefline/schema/evaluation";
import { describe, expect, it } from "vitest";
import { layOutChart, ticks } from "./chartLayout.ts";
import { lineChart } from "./lineChart.ts";
import type { HeldOutReport, ReportRun } from "./reportDocument.ts";
import { reportHtml } from "./reportHtml.ts";

const metrics = {
  tp: 812,
  fp: 40,
  fn: 60,
  tn: 50_000,
  dice: 0.942,
  iou: 0.8904,
  meanIou: 0.9364,
  precision: 0.953,
  recall: 0.9312,
  threshold: 0.42,
};
const sizes = noSizeCounts().map((size, i) =>
  i === 1 ? { ...size, labelled: 9, found: 7, labelledM2: 40, foundM2: 36, predicted: 8, right: 7 } : size,
);
const boundary = { predicted: 100, predictedNear: 90, labelled: 120, labelledNear: 96 };
const detail: EvaluationDetail = {
  reefByByte: new Array(256).fill(1),
  otherByByte: new Array(256).fill(2),
  toleranceMeters: 0.12,
  leastReefM2: 0.05,
  shapes: [0.5, 0.42].map((threshold) => ({ threshold, boundary, sizes })),
  softBatchDice: { sum: 2.4, batches: 3 },
  ground: "g1",
  truth: "t1",
};
const heldOut = (change: Partial<EvaluationDetail> = {}): HeldOutReport => ({
  unit: "m",
  evaluation: { ...metrics, areaM2: { predicted: 210, truth: 200 }, detail: { ...detail, ...change } },
  detail: { ...detail, ...change },
  atThresholds: [{ ...metrics, threshold: 0.5 }, metrics],
  sweep: [0.1, 0.5, 0.9].map((threshold) => ({ ...metrics, threshold })),
  calibration: { bins: [{ from: 0, to: 1, count: 5, meanProbability: 0.4, reefShare: 0.3 }], expectedError: 0.1, brier: 0.02 },
});
const run: ReportRun = {
  name: 'Reefs <script>alert("1")</script> & co',
  madeAt: "2026-05-14 10:00 UTC",
  summary: ["Learned from <b>Middle Marsh</b>."],
  ground: [
    {
      title: "Marsh & bar",
      image: "data:image/jpeg;base64,AAAA",
      widthPx: 90,
      heightPx: 61,
      shapes: [{ kind: "train", path: "M0 0L5 0L5 5Z" }],
    },
  ],
  history: {
    loss: {
      train: [
        { x: 1, y: 0.9 },
        { x: 50, y: 0.2 },
      ],
      validation: [{ x: 50, y: 0.3 }],
    },
    validationDice: [{ x: 50, y: 0.8 }],
    bestEpoch: 3,
  },
  heldOut: heldOut(),
  validation: metrics,
  chips: [
    {
      kind: "worst",
      caption: "Dice 0.2",
      image: "data:image/jpeg;base64,AAAA",
      label: "data:image/png;base64,AAAA",
      prediction: "data:image/png;base64,AAAA",
    },
  ],
  reproduce: [{ name: "Command", value: 'npx reefline train --survey "a<b"' }],
};

describe("the report's file", () => {
  const html = reportHtml({ runs: [run], version: "0.1.0" });

  it("needs no script and nothing from elsewhere, and names are text", () => {
    expect(html).not.toMatch(/<script|<link|<iframe|javascript:|\son\w+=/i);
    expect([...html.matchAll(/(?:src|href)="([^"]*)"/g)].every(([, address]) => address?.startsWith("data:image/"))).toBe(true);
    expect(html).not.toMatch(/https?:|url\(/);
    expect(html).toContain("Reefs &lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; co");
    expect(html).toContain("Learned from &lt;b&gt;Middle Marsh&lt;/b&gt;.");
    expect(html).toContain("&quot;a&lt;b&quot;");
  });

  it("tells every number, at 0.5 and at the chosen threshold", () => {
    for (const text of ["at 0.50", "at 0.42 (chosen)", "0.942", "0.890", "0.936", "0.953", "0.931", "812 / 60"])
      expect(html).toContain(text);
    // Outlines: precision 0.9, recall 0.8; reefs: 7 of 9 and of 8.
    for (const text of ["0.847", "0.875", "0.778", "0.824", "9 / 8 / 7", "1–10 m²", "7 (77.8 %)", "90.0 %", "+5.0 %"])
      expect(html).toContain(text);
    expect(html).toContain("calibration error 0.100");
    expect(html).toMatch(/Soft batch Dice, the score of the course[^<]*: 0\.800/);
  });

  it("sets classes in tables of their own, each with its colour, and says what was left out", () => {
    expect(html).not.toContain("By class");
    const byClass = {
      classes: ["live", "<dead>"],
      pixels: [
        [900, 8, 2],
        [10, 80, 10],
        [4, 1, 15],
      ],
      areaM2: [
        [9, 0.08, 0.02],
        [0.1, 0.8, 0.1],
        [0.04, 0.01, 0.15],
      ],
    };
    const part = heldOut();
    const told = reportHtml({
      runs: [{ ...run, heldOut: { ...part, evaluation: { ...part.evaluation, byClass } }, validationByClass: byClass }],
      version: "1",
    });
    expect(told.match(/By class/g)).toHaveLength(2);
    // live: 80 right of 100 labelled and 89 predicted; dead: 15 of 20 and 27. Found: 106, of which 95 by their class.
    for (const text of ["0.847", "0.734", "0.899", "0.800", "0.638", "0.556", "1 m²", "0.89 m²", "89.6 %", "left out"])
      expect(told).toContain(text);
    expect(told).toContain("<td>900</td><td>8</td><td>2</td>");
    expect(told).toContain("&lt;dead&gt;");
    expect(told).not.toContain("<dead>");
    expect(told).toContain(`style="background:${classColour("live", byClass.classes)}"`);
  });

  it("says so where no held-out area was drawn", () => {
    expect(reportHtml({ runs: [{ ...run, heldOut: null }], version: "1" })).toContain("No held-out area was drawn");
  });

  it("says what a held-out area cannot show", () => {
    const judged = (counts: { tp: number; fp: number; fn: number; tn: number }) => {
      const part = heldOut();
      return reportHtml({ runs: [{ ...run, heldOut: { ...part, evaluation: { ...part.evaluation, ...counts } } }], version: "1" });
    };
    expect(judged({ tp: 0, fp: 5, fn: 0, tn: 90_000 })).toContain("no labelled reef in the held-out area");
    expect(judged({ tp: 60_000, fp: 0, fn: 5, tn: 0 })).toContain("nothing but reef");
    expect(judged({ tp: 60, fp: 2, fn: 5, tn: 700 })).toContain("Only 767 pixels are held out");
    expect(judged({ tp: 6_000, fp: 2, fn: 5, tn: 70_000 })).not.toContain("⚠");
  });

  it("sets models side by side and warns when their ground differs", () => {
    const beside = (name: string, judged: HeldOutReport | null) => ({ ...run, name, heldOut: judged });
    const html2 = (other: HeldOutReport | null) => reportHtml({ runs: [run, beside("Second", other)], version: "1" });
    expect(html2(heldOut())).toContain("Side by side");
    expect(html2(heldOut())).not.toContain("⚠");
    expect(html2(heldOut({ ground: "g2" }))).toContain("judged on different ground");
    expect(html2(heldOut({ truth: "t2" }))).toContain("labels in the held-out area changed");
    expect(html2(null)).toContain("Second: not judged");
  });
});

describe("charts", () => {
  it("put points where their values are", () => {
    const chart = lineChart({
      title: "T",
      xLabel: "x",
      yLabel: "y",
      xRange: [0, 10],
      yRange: [0, 1],
      series: [
        {
          name: "a",
          look: "bold",
          points: [
            { x: 0, y: 0 },
            { x: 10, y: 1 },
            { x: 5, y: 0.5 },
          ],
        },
      ],
    });
    expect(chart).toContain('d="M46 200L448 14L247 107"');
  });

  it("choose round ticks within the range", () => {
    expect(ticks(0, 1)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(ticks(3, 977)).toEqual([200, 400, 600, 800]);
    expect(ticks(-0.031, 0.02)).toEqual([-0.02, 0, 0.02]);
  });

  it("lay powers of ten evenly apart, and leave out what a log scale cannot show", () => {
    const { lines, texts, mark } = layOutChart(
      {
        title: "T",
        xLabel: "rate",
        yLabel: "loss",
        xRange: [1e-4, 1],
        yRange: [0, 2],
        xScale: "log",
        mark: { x: 0.1, label: "suggested" },
        series: [
          {
            name: "a",
            look: "bold",
            points: [
              { x: 1e-4, y: 2 },
              { x: 0, y: 1 },
              { x: 1e-2, y: 1 },
              { x: 0.1, y: Number.NaN },
              { x: 1, y: 0 },
            ],
          },
        ],
      },
      { width: 458, height: 254 },
    );
    // The plot is 400 wide from 46 and 200 high from 14.
    expect(lines).toEqual([{ look: "bold", path: "M46 14L246 114L446 214" }]);
    expect(texts.filter(({ kind, y }) => kind === "tick" && y === 229).map(({ x, text }) => [x, text])).toEqual([
      [46, "1e−4"],
      [146, "1e−3"],
      [246, "0.01"],
      [346, "0.1"],
      [446, "1"],
    ]);
    expect(mark?.path).toBe("M346 14V214");
    expect(texts.find(({ kind }) => kind === "mark")).toMatchObject({ x: 342, anchor: "end", text: "suggested" });
  });

  it("hold an empty series without NaN", () => {
    const chart = lineChart({ title: "T", xLabel: "x", yLabel: "y", series: [{ name: "a", look: "thin", points: [] }] });
    expect(chart).not.toContain("NaN");
  });
});
