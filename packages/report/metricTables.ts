import { boundaryScores, instanceScores } from "@reefline/accuracy/scores";
import { sizeClassTitle } from "@reefline/accuracy/sizeClasses";
import { comparisonWarnings } from "@reefline/accuracy/warnings";
import type { Metrics } from "@reefline/schema/training";
import { escapeHtml } from "./escapeHtml.ts";
import type { HeldOutReport, LengthUnit, ReportRun } from "./reportDocument.ts";

const score = (value: number) => value.toFixed(3);
const count = (value: number) => Math.round(value).toLocaleString("en-GB");
const areaUnit = (unit: LengthUnit) => (unit === "px" ? "px" : "m²");
const area = (value: number, unit: LengthUnit) => `${Number(value.toPrecision(4)).toLocaleString("en-GB")} ${areaUnit(unit)}`;
const percent = (value: number) => `${(100 * value).toFixed(1)} %`;

/** A table whose first column names the rows; `markOf` gives HTML to stand before a name. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  look = "numbers",
  markOf: (name: string) => string = () => "",
): string {
  const cells = (row: readonly string[]) =>
    row.map((cell, i) => (i === 0 ? `<th scope="row">${markOf(cell)}${escapeHtml(cell)}</th>` : `<td>${escapeHtml(cell)}</td>`)).join("");
  return `<div class="scroll"><table class="${look}"><thead><tr>${head.map((cell) => `<th scope="col">${escapeHtml(cell)}</th>`).join("")}</tr></thead><tbody>${rows
    .map((row) => `<tr>${cells(row)}</tr>`)
    .join("")}</tbody></table></div>`;
}

/** Pixel scores, outlines and single reefs, a column per threshold. */
export function scoreTable({ atThresholds, detail, evaluation, unit }: HeldOutReport): string {
  const head = [
    "",
    ...atThresholds.map(({ threshold }) => `at ${threshold.toFixed(2)}${threshold === evaluation.threshold ? " (chosen)" : ""}`),
  ];
  const row = (name: string, of: (metrics: Metrics, column: number) => string) => [name, ...atThresholds.map(of)];
  const rows = pixelRows(row);
  if (detail) {
    const boundary = (column: number) => detail.shapes[column] && boundaryScores(detail.shapes[column].boundary);
    const reefs = (column: number) => detail.shapes[column] && instanceScores(detail.shapes[column].sizes);
    const shown = (value: number | undefined) => (value === undefined ? "–" : score(value));
    rows.push(
      row(`Boundary F1 (within ${Number(detail.toleranceMeters.toPrecision(3))} ${unit})`, (_, i) => shown(boundary(i)?.f1)),
      row("Reefs found one by one: precision", (_, i) => shown(reefs(i)?.precision)),
      row("Reefs found one by one: recall", (_, i) => shown(reefs(i)?.recall)),
      row("Reefs found one by one: F1 (IoU ≥ 0.5)", (_, i) => shown(reefs(i)?.f1)),
      row("Reefs labelled / predicted / matched", (_, i) => {
        const seen = reefs(i);
        return seen ? `${count(seen.labelled)} / ${count(seen.predicted)} / ${count(seen.matched)}` : "–";
      }),
    );
  }
  return table(head, rows);
}

function pixelRows(row: (name: string, of: (metrics: Metrics, column: number) => string) => string[]): string[][] {
  return [
    row("Dice (F1)", (m) => score(m.dice)),
    row("IoU", (m) => score(m.iou)),
    row("Mean IoU (reef and the rest)", (m) => score(m.meanIou)),
    row("Precision", (m) => score(m.precision)),
    row("Recall", (m) => score(m.recall)),
    row("Reef pixels found / missed", (m) => `${count(m.tp)} / ${count(m.fn)}`),
    row("False / right elsewhere", (m) => `${count(m.fp)} / ${count(m.tn)}`),
  ];
}

/** For models judged before more was counted, and for validation. */
export function pixelTable(metrics: Metrics): string {
  return table(
    ["", `at ${metrics.threshold.toFixed(2)}`],
    pixelRows((name, of) => [name, of(metrics, 0)]),
  );
}

export const sizeHead = ["Size of reef", "labelled", "found", "of their ground, found", "predicted", "of those, right"] as const;

/** Found and false reefs by their size, at the chosen threshold: a row of cells per class that holds any. */
export function sizeRows({ detail, evaluation, unit }: HeldOutReport): string[][] {
  const shapes = detail?.shapes.find(({ threshold }) => threshold === evaluation.threshold) ?? detail?.shapes[0];
  if (!shapes) return [];
  return shapes.sizes
    .filter((size) => size.labelled > 0 || size.predicted > 0)
    .map((size) => [
      sizeClassTitle(size.fromM2, areaUnit(unit)),
      count(size.labelled),
      size.labelled > 0 ? `${count(size.found)} (${percent(size.found / size.labelled)})` : "–",
      size.labelledM2 > 0 ? percent(size.foundM2 / size.labelledM2) : "–",
      count(size.predicted),
      size.predicted > 0 ? percent(size.right / size.predicted) : "–",
    ]);
}

export function sizeTable(heldOut: HeldOutReport): string {
  const rows = sizeRows(heldOut);
  return rows.length > 0 ? table(sizeHead, rows) : "";
}

/** Labelled against predicted area. */
export function areaSentence({ evaluation: { areaM2 }, unit }: HeldOutReport): string {
  const error =
    areaM2.truth > 0 ? ` (${areaM2.predicted >= areaM2.truth ? "+" : "−"}${percent(Math.abs(areaM2.predicted / areaM2.truth - 1))})` : "";
  return `Reef there: ${area(areaM2.truth, unit)} labelled, ${area(areaM2.predicted, unit)} predicted${error}.`;
}

/** Several models side by side, and a warning unless all were judged on the same ground by the same labels. */
export function comparison(runs: readonly ReportRun[]): string {
  if (runs.length < 2) return "";
  const row = (name: string, of: (run: HeldOutReport) => string) => [name, ...runs.map(({ heldOut }) => (heldOut ? of(heldOut) : "–"))];
  const shapes = ({ detail, evaluation }: HeldOutReport) =>
    detail?.shapes.find(({ threshold }) => threshold === evaluation.threshold) ?? detail?.shapes[0];
  const optional = (value: number | undefined) => (value === undefined ? "–" : score(value));
  const rows = [
    row("Threshold", ({ evaluation }) => evaluation.threshold.toFixed(2)),
    row("Dice (F1)", ({ evaluation }) => score(evaluation.dice)),
    row("IoU", ({ evaluation }) => score(evaluation.iou)),
    row("Mean IoU", ({ evaluation }) => score(evaluation.meanIou)),
    row("Precision", ({ evaluation }) => score(evaluation.precision)),
    row("Recall", ({ evaluation }) => score(evaluation.recall)),
    row("Dice at 0.5", ({ atThresholds }) => optional(atThresholds.find(({ threshold }) => threshold === 0.5)?.dice)),
    row("Boundary F1", (run) => optional(shapes(run) && boundaryScores(shapes(run)?.boundary ?? noBoundary).f1)),
    row("Reefs one by one, F1", (run) => optional(shapes(run) && instanceScores(shapes(run)?.sizes ?? []).f1)),
    row("Calibration error", ({ calibration }) => optional(calibration?.expectedError)),
    row("Area, predicted / labelled", ({ evaluation: { areaM2 } }) => (areaM2.truth > 0 ? score(areaM2.predicted / areaM2.truth) : "–")),
  ];
  const warnings = comparisonWarnings(runs.map(({ name, heldOut }) => ({ name, heldOut: heldOut?.evaluation ?? null }))).map(
    (text) => `<p class="warning">⚠ ${escapeHtml(text)}</p>`,
  );
  return `<section><h2>Side by side on the held-out area</h2>${warnings.join("")}${table(["", ...runs.map(({ name }) => name)], rows)}</section>`;
}

const noBoundary = { predicted: 0, predictedNear: 0, labelled: 0, labelledNear: 0 };
