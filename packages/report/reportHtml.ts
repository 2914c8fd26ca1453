import { groundWarnings } from "@reefline/accuracy/warnings";
import { classTables } from "./classTables.ts";
import { escapeHtml } from "./escapeHtml.ts";
import { lineChart } from "./lineChart.ts";
import { areaSentence, comparison, pixelTable, scoreTable, sizeTable, table } from "./metricTables.ts";
import { calibrationChart, historyCharts, sweepChart } from "./reportCharts.ts";
import type { ChipPicture, GroundPicture, HeldOutReport, Report, ReportRun } from "./reportDocument.ts";
import { reportStyle } from "./reportStyle.ts";

/** One HTML file that needs nothing else: no script, no font, no picture from elsewhere. */
export function reportHtml({ runs, version }: Report): string {
  const [run] = runs;
  const title = run ? `${run.name} – Reefline report` : "Reefline report";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${escapeHtml(title)}</title>
<style>${reportStyle}</style>
</head>
<body>
<main>
${run ? runSections(run, comparison(runs)) : ""}
<footer>Written by Reefline ${escapeHtml(version)}.</footer>
</main>
</body>
</html>
`;
}

function runSections(run: ReportRun, beside: string): string {
  return [
    `<header><h1>${escapeHtml(run.name)}</h1><p class="quiet">Made ${escapeHtml(run.madeAt)}</p>${run.summary.map((text) => `<p>${escapeHtml(text)}</p>`).join("")}</header>`,
    beside,
    run.heldOut ? heldOutSection(run.heldOut) : noHeldOut,
    run.ground.length > 0
      ? `<section><h2>The ground</h2><div class="grid">${run.ground.map(groundFigure).join("")}</div>${groundKey}</section>`
      : "",
    run.chips.length > 0
      ? `<section><h2>${run.chips[0]?.kind === "validation" ? "Pieces of validation ground" : "Best and worst pieces of held-out ground"}</h2>${run.chips.map(chipFigure).join("")}</section>`
      : "",
    run.history ? historySection(run.history) : "",
    run.validation
      ? `<section><h2>On ground set aside while training</h2><p>Used to choose the weights, the temperature and the threshold; so these numbers flatter the model a little.</p>${pixelTable(run.validation)}${run.validationByClass ? classTables(run.validationByClass, run.heldOut?.unit ?? "m") : ""}</section>`
      : "",
    `<section><h2>To make it again</h2>${table(
      ["", ""],
      run.reproduce.map(({ name, value }) => [name, value]),
      "words",
    )}</section>`,
  ].join("\n");
}

const noHeldOut =
  '<section><h2>On the held-out area</h2><p class="warning">⚠ No held-out area was drawn, so there is no number here to publish. Draw one around ground where every reef is labelled, lock it, and train again.</p></section>';

function heldOutSection(heldOut: HeldOutReport): string {
  const { evaluation, detail, calibration } = heldOut;
  const charts = [sweepChart(heldOut), calibrationChart(heldOut)].map((chart) => (chart ? lineChart(chart) : ""));
  const soft =
    detail && detail.softBatchDice.batches > 0
      ? `<p class="quiet">Soft batch Dice, the score of the course (unthresholded, averaged over batches; not comparable with the Dice above): ${(detail.softBatchDice.sum / detail.softBatchDice.batches).toFixed(3)}. Brier score: ${calibration ? calibration.brier.toFixed(4) : "–"}.</p>`
      : "";
  return `<section><h2>On the held-out area</h2><p>Measured once, on ground that no choice was made on: every pixel counted once, counts pooled.</p>${groundWarnings(
    evaluation,
  )
    .map((text) => `<p class="warning">⚠ ${escapeHtml(text)}</p>`)
    .join(
      "",
    )}${scoreTable(heldOut)}<p>${escapeHtml(areaSentence(heldOut))} A hand-drawn area gives no interval; an area sample does.</p>${evaluation.byClass ? classTables(evaluation.byClass, heldOut.unit) : ""}<div class="grid">${charts.join("")}</div>${detail ? `<h3>By size of reef</h3>${sizeTable(heldOut)}<p class="quiet">Reefs are connected parts, cut off at the area's edge; smaller than ${Number(detail.leastReefM2.toPrecision(2))} ${heldOut.unit === "px" ? "px" : "m²"} they are not counted one by one.</p>` : ""}${soft}</section>`;
}

function historySection(history: NonNullable<ReportRun["history"]>): string {
  return `<section><h2>Training</h2><div class="grid">${historyCharts(history).map(lineChart).join("")}</div></section>`;
}

function groundFigure({ title, image, widthPx, heightPx, shapes }: GroundPicture): string {
  const paths = shapes.map(({ kind, path }) => `<path class="${kind}" d="${path}"/>`).join("");
  return `<figure><svg class="ground" viewBox="0 0 ${widthPx} ${heightPx}" role="img" aria-label="${escapeHtml(`${title} from above, with its training, validation and held-out ground`)}"><image href="${image}" width="${widthPx}" height="${heightPx}"/>${paths}</svg><figcaption>${escapeHtml(title)}</figcaption></figure>`;
}

const groundKey =
  '<p class="quiet"><span class="key box train"></span>trained on <span class="key box validation"></span>set aside for validation <span class="key box holdout"></span>held out <span class="key box label"></span>labelled reef</p>';

function chipFigure({ kind, caption, image, label, prediction }: ChipPicture): string {
  const picture = (source: string, alt: string) => `<img src="${source}" alt="${alt}">`;
  return `<figure class="chip"><div>${picture(image, "image")}${picture(label, "labels: white reef, black not, grey not counted")}${picture(prediction, "predicted probability: white is sure of reef")}</div><figcaption>${escapeHtml(kind === "validation" ? caption : `${kind === "best" ? "Best" : "Worst"}: ${caption}`)}</figcaption></figure>`;
}
