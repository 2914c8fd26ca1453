import type { LineChart } from "./chartLayout.ts";
import type { HeldOutReport, ReportRun } from "./reportDocument.ts";

/** What a threshold does to the scores; null where only one threshold was counted. */
export function sweepChart({ evaluation, sweep }: Pick<HeldOutReport, "evaluation" | "sweep">): LineChart | null {
  if (sweep.length === 0) return null;
  return {
    title: "Scores by threshold",
    xLabel: "counts as reef from",
    yLabel: "score",
    xRange: [0, 1],
    yRange: [0, 1],
    mark: { x: evaluation.threshold, label: "chosen" },
    series: [
      { name: "Dice", look: "bold", points: sweep.map((m) => ({ x: m.threshold, y: m.dice })) },
      { name: "precision", look: "dashed", points: sweep.map((m) => ({ x: m.threshold, y: m.precision })) },
      { name: "recall", look: "second", points: sweep.map((m) => ({ x: m.threshold, y: m.recall })) },
    ],
  };
}

/** Whether "how sure" comes true; null where it was not counted. */
export function calibrationChart({ calibration }: Pick<HeldOutReport, "calibration">): LineChart | null {
  if (!calibration) return null;
  const measured = calibration.bins.filter(({ count }) => count > 0).map((bin) => ({ x: bin.meanProbability, y: bin.reefShare }));
  const ideal = [
    { x: 0, y: 0 },
    { x: 1, y: 1 },
  ];
  return {
    title: `How sure, and how often right (calibration error ${calibration.expectedError.toFixed(3)})`,
    xLabel: "stated probability",
    yLabel: "share that is reef",
    xRange: [0, 1],
    yRange: [0, 1],
    series: [
      { name: "measured", look: "bold", dots: true, points: measured },
      { name: "ideal", look: "thin", points: ideal },
    ],
  };
}

/** Loss, and Dice on validation ground, over the steps of a training. */
export function historyCharts({ loss, validationDice, bestEpoch }: NonNullable<ReportRun["history"]>): LineChart[] {
  return [
    {
      title: "Loss",
      xLabel: "step",
      yLabel: "loss",
      series: [
        { name: "training", look: "thin", points: loss.train },
        { name: "validation (cross-entropy)", look: "bold", dots: loss.validation.length < 40, points: loss.validation },
      ],
    },
    {
      title: `Dice on validation ground (best: epoch ${bestEpoch})`,
      xLabel: "step",
      yLabel: "Dice",
      yRange: [0, 1],
      series: [{ name: "Dice", look: "bold", dots: validationDice.length < 40, points: validationDice }],
    },
  ];
}

/** A learning-rate range test: what was measured, its running mean, and the rate it suggests. */
export function rateChart({
  points,
  smoothed,
  suggested,
}: {
  points: readonly { learningRate: number; loss: number }[];
  smoothed: readonly { learningRate: number; loss: number }[];
  suggested: number | null;
}): LineChart {
  const along = (each: readonly { learningRate: number; loss: number }[]) =>
    each.map(({ learningRate, loss }) => ({ x: learningRate, y: loss }));
  // Past the point where training falls apart the loss dwarfs all that matters.
  const first = smoothed[0]?.loss ?? 1;
  const highest = 1.6 * Math.max(first, ...smoothed.slice(0, Math.ceil(smoothed.length / 2)).map(({ loss }) => loss));
  const inRange = (each: readonly { x: number; y: number }[]) => each.filter(({ y }) => y <= highest);
  return {
    title: "Loss by learning rate",
    xLabel: "learning rate",
    yLabel: "loss",
    xScale: "log",
    yRange: [0, highest],
    series: [
      { name: "each step", look: "thin", points: inRange(along(points)) },
      { name: "running mean", look: "bold", points: inRange(along(smoothed)) },
    ],
    ...(suggested === null ? {} : { mark: { x: suggested, label: "suggested" } }),
  };
}
