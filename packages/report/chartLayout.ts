import type { Point } from "./reportDocument.ts";

export interface ChartSeries {
  readonly name: string;
  readonly points: readonly Point[];
  /** A class of the style sheet it is drawn with. */
  readonly look: "bold" | "thin" | "dashed" | "second" | "third";
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
  /** log: powers of ten are evenly apart; needs x above 0. */
  readonly xScale?: "linear" | "log";
  /** A vertical line, e.g. at the chosen threshold. */
  readonly mark?: { readonly x: number; readonly label: string };
}

/** A chart as shapes in its own pixels, for whoever draws it: the HTML report and the pages draw the same. */
export interface ChartLayout {
  readonly width: number;
  readonly height: number;
  /** What it shows, for a screen reader. */
  readonly label: string;
  readonly grid: readonly string[];
  readonly lines: readonly { readonly path: string; readonly look: ChartSeries["look"] }[];
  readonly dots: readonly { readonly x: number; readonly y: number; readonly look: ChartSeries["look"] }[];
  readonly mark: { readonly path: string } | null;
  readonly texts: readonly ChartText[];
  /** Named series, where there are several. */
  readonly legend: readonly { readonly name: string; readonly look: ChartSeries["look"] }[];
}

export interface ChartText {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly anchor: "start" | "middle" | "end";
  readonly kind: "tick" | "axis" | "mark";
  /** Read from below. */
  readonly upright?: boolean;
}

export interface ChartSize {
  readonly width: number;
  readonly height: number;
}

const plot = { left: 46, right: 12, top: 14, bottom: 40 };

/** Where everything of a chart lies. Points that are no numbers, or cannot be shown on a log scale, are left out. */
export function layOutChart(
  { title, xLabel, yLabel, series, xRange, yRange, xScale = "linear", mark }: LineChart,
  { width, height }: ChartSize = { width: 460, height: 240 },
): ChartLayout {
  const isLog = xScale === "log";
  const along = (value: number) => (isLog ? Math.log10(value) : value);
  const shown = series.map((one) => ({
    ...one,
    points: one.points.filter(({ x, y }) => Number.isFinite(along(x)) && Number.isFinite(y)),
  }));
  const all = shown.flatMap(({ points }) => points);
  const [xLow, xHigh] = xRange ? [along(xRange[0]), along(xRange[1])] : span(all.map(({ x }) => along(x)));
  const [yLow, yHigh] = yRange ?? span([0, ...all.map(({ y }) => y)]);
  const [right, bottom] = [width - plot.right, height - plot.bottom];
  const x = (value: number) => round(plot.left + ((along(value) - xLow) / (xHigh - xLow)) * (right - plot.left));
  const y = (value: number) => round(bottom - ((value - yLow) / (yHigh - yLow)) * (bottom - plot.top));
  const xTicks = isLog ? powersOfTen(xLow, xHigh) : ticks(xLow, xHigh);
  const yTicks = ticks(yLow, yHigh);
  const markLeft = mark !== undefined && x(mark.x) > (plot.left + right) / 2;
  const texts: ChartText[] = [
    ...xTicks.map((tick): ChartText => ({ x: x(tick), y: bottom + 15, text: label(tick, isLog), anchor: "middle", kind: "tick" })),
    ...yTicks.map((tick): ChartText => ({ x: plot.left - 6, y: y(tick) + 4, text: label(tick), anchor: "end", kind: "tick" })),
    { x: (plot.left + right) / 2, y: height - 6, text: xLabel, anchor: "middle", kind: "axis" },
    { x: 11, y: (plot.top + bottom) / 2, text: yLabel, anchor: "middle", kind: "axis", upright: true },
  ];
  if (mark)
    texts.push({
      x: x(mark.x) + (markLeft ? -4 : 4),
      y: plot.top + 10,
      text: mark.label,
      anchor: markLeft ? "end" : "start",
      kind: "mark",
    });
  return {
    width,
    height,
    label: `${title}: ${yLabel} over ${xLabel}`,
    grid: [...xTicks.map((tick) => `M${x(tick)} ${plot.top}V${bottom}`), ...yTicks.map((tick) => `M${plot.left} ${y(tick)}H${right}`)],
    lines: shown
      .filter(({ points }) => points.length > 1)
      .map(({ points, look }) => ({ look, path: points.map((point, i) => `${i === 0 ? "M" : "L"}${x(point.x)} ${y(point.y)}`).join("") })),
    dots: shown.flatMap(({ points, look, dots }) => (dots ? points.map((point) => ({ x: x(point.x), y: y(point.y), look })) : [])),
    mark: mark ? { path: `M${x(mark.x)} ${plot.top}V${bottom}` } : null,
    texts,
    legend: series.length > 1 ? series.map(({ name, look }) => ({ name, look })) : [],
  };
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

function powersOfTen(low: number, high: number): number[] {
  const list: number[] = [];
  for (let power = Math.ceil(low - 1e-9); power <= high + 1e-9; power++) list.push(Number(`1e${power}`));
  return list;
}

const round = (value: number) => Number(value.toFixed(1));
const label = (value: number, isPower = false) =>
  isPower && value < 0.01
    ? `1e${Math.round(Math.log10(value))}`.replace("-", "−")
    : value.toLocaleString("en-GB", { maximumFractionDigits: 6 });
