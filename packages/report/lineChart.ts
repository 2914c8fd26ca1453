import { escapeHtml } from "./escapeHtml.ts";
import type { Point } from "./reportDocument.ts";

export interface ChartSeries {
  readonly name: string;
  readonly points: readonly Point[];
  /** A class of the report's style sheet. */
  readonly look: "bold" | "thin" | "dashed" | "second";
  /** Dots at the points. */
  readonly dots?: boolean;
}

export interface LineChart {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly ChartSeries[];
  readonly xRange?: readonly [number, number];
  readonly yRange?: readonly [number, number];
  /** A vertical line, e.g. at the chosen threshold. */
  readonly mark?: { readonly x: number; readonly label: string };
}

const width = 460;
const height = 240;
const plot = { left: 46, right: 12, top: 14, bottom: 40 };

/** A chart as inline SVG, readable without a script; its title and ranges are said to screen readers. */
export function lineChart({ title, xLabel, yLabel, series, xRange, yRange, mark }: LineChart): string {
  const all = series.flatMap(({ points }) => points);
  const [xLow, xHigh] = xRange ?? span(all.map(({ x }) => x));
  const [yLow, yHigh] = yRange ?? span([0, ...all.map(({ y }) => y)]);
  const x = (value: number) => round(plot.left + ((value - xLow) / (xHigh - xLow)) * (width - plot.left - plot.right));
  const y = (value: number) => round(height - plot.bottom - ((value - yLow) / (yHigh - yLow)) * (height - plot.top - plot.bottom));
  const lines = series.map(({ points, look, dots }) => {
    const path = points.map((point, i) => `${i === 0 ? "M" : "L"}${x(point.x)} ${y(point.y)}`).join("");
    const marks = dots ? points.map((point) => `<circle class="${look}" cx="${x(point.x)}" cy="${y(point.y)}" r="2.5"/>`).join("") : "";
    return points.length > 1 ? `<path class="line ${look}" d="${path}"/>${marks}` : marks;
  });
  const xTicks = ticks(xLow, xHigh).map(
    (tick) =>
      `<path class="grid" d="M${x(tick)} ${plot.top}V${height - plot.bottom}"/><text x="${x(tick)}" y="${height - plot.bottom + 15}" text-anchor="middle">${label(tick)}</text>`,
  );
  const yTicks = ticks(yLow, yHigh).map(
    (tick) =>
      `<path class="grid" d="M${plot.left} ${y(tick)}H${width - plot.right}"/><text x="${plot.left - 6}" y="${y(tick) + 4}" text-anchor="end">${label(tick)}</text>`,
  );
  const marked = mark
    ? `<path class="mark" d="M${x(mark.x)} ${plot.top}V${height - plot.bottom}"/><text class="mark" x="${x(mark.x) + 4}" y="${plot.top + 10}">${escapeHtml(mark.label)}</text>`
    : "";
  const legend =
    series.length > 1
      ? `<figcaption>${series.map(({ name, look }) => `<span class="key ${look}"></span>${escapeHtml(name)}`).join(" ")}</figcaption>`
      : "";
  return `<figure class="chart"><h4>${escapeHtml(title)}</h4><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(`${title}: ${yLabel} over ${xLabel}`)}">${xTicks.join("")}${yTicks.join("")}${lines.join("")}${marked}<text class="axis" x="${(plot.left + width - plot.right) / 2}" y="${height - 6}" text-anchor="middle">${escapeHtml(xLabel)}</text><text class="axis" transform="translate(11 ${(plot.top + height - plot.bottom) / 2}) rotate(-90)" text-anchor="middle">${escapeHtml(yLabel)}</text></svg>${legend}</figure>`;
}

function span(values: readonly number[]): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return [0, 1];
  return high > low ? [low, high] : [low, low + 1];
}

/** Four to eight round numbers within a range. */
export function ticks(low: number, high: number): number[] {
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough) ?? 10 * power;
  const list: number[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) list.push(Number((i * step).toPrecision(12)));
  return list;
}

const round = (value: number) => Number(value.toFixed(1));
const label = (value: number) => value.toLocaleString("en-GB", { maximumFractionDigits: 6 });
