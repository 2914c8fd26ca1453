"use client";
import { useEffect, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useTheme } from "../_workspace/theme.ts";

export interface CurveSeries {
  name: string;
  values: (number | null)[];
  /** Validation is bold, training thin. */
  bold: boolean;
}

/** The last value at or before an index, since validation is measured more rarely than training. */
function valueAt(values: readonly (number | null)[], index: number): number | null {
  for (let at = Math.min(index, values.length - 1); at >= 0; at--) {
    const value = values[at];
    if (value !== null && value !== undefined) return value;
  }
  return null;
}

const HEIGHT = 96;

/** One small plot over training steps. The row above it shows the numbers under the pointer, or the latest. */
export function Curve({
  title,
  steps,
  epochs,
  series,
  bestIndex,
  format,
  range,
  xLabel,
}: {
  title: string;
  steps: number[];
  epochs: number[];
  series: CurveSeries[];
  bestIndex: number | null;
  format: (value: number) => string;
  /** Fixed ends of the y axis. */
  range?: [number, number];
  xLabel?: string;
}) {
  const [hovered, setHovered] = useState<number | null>(null);
  const theme = useTheme().value;
  const lines = series.map((one) => `${one.name}:${one.bold}`).join("|");

  const index = hovered ?? steps.length - 1;
  const epoch = epochs[index];
  return (
    <div>
      <div className="flex items-baseline justify-between gap-2 text-sm">
        <span className="text-ink">{title}</span>
        <span className="truncate text-ink-2 tabular-nums">
          {series.map((one) => {
            const value = valueAt(one.values, index);
            return (
              <span key={one.name} className="ml-3">
                {series.length > 1 ? <span className="text-ink-3">{one.name} </span> : null}
                <span className={one.bold ? "font-medium text-ink" : undefined}>{value === null ? "–" : format(value)}</span>
              </span>
            );
          })}
          {hovered !== null && epoch !== undefined ? <span className="ml-3 text-ink-3">epoch {epoch}</span> : null}
        </span>
      </div>
      <Plot
        key={`${theme} ${lines}`}
        steps={steps}
        series={series}
        bestIndex={bestIndex}
        format={format}
        range={range}
        xLabel={xLabel}
        onHover={setHovered}
      />
    </div>
  );
}

/** The plot itself. It takes colours and lines when it is made, and new points later: another theme or other lines need another key. */
function Plot({
  steps,
  series,
  bestIndex,
  format,
  range,
  xLabel,
  onHover,
}: {
  steps: number[];
  series: CurveSeries[];
  bestIndex: number | null;
  format: (value: number) => string;
  range: [number, number] | undefined;
  xLabel: string | undefined;
  onHover: (index: number | null) => void;
}) {
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef({ steps, series, bestIndex });
  latest.current = { steps, series, bestIndex };

  useEffect(() => {
    const element = holder.current;
    if (!element) return;
    const drawn = latest.current;
    const style = getComputedStyle(document.documentElement);
    const token = (name: string) => style.getPropertyValue(name).trim();
    const axis = {
      stroke: token("--ink-3"),
      grid: { stroke: token("--line"), width: 1 },
      ticks: { show: false },
      font: "11px Inter Variable, sans-serif",
    };
    const made = new uPlot(
      {
        width: element.clientWidth,
        height: HEIGHT + (xLabel ? 14 : 0),
        padding: [6, 8, 0, 0],
        cursor: { sync: { key: "training" }, y: false, points: { size: 6 }, drag: { x: false, y: false } },
        legend: { show: false },
        scales: { x: { time: false }, ...(range ? { y: { range } } : {}) },
        axes: [
          {
            ...axis,
            size: xLabel ? 34 : 20,
            gap: 2,
            ...(xLabel ? { label: xLabel, labelSize: 14, labelGap: -6, labelFont: axis.font } : {}),
          },
          { ...axis, size: 46, gap: 4, space: 28, values: (_plot, ticks) => ticks.map((tick) => (tick === null ? "" : format(tick))) },
        ],
        series: [
          {},
          ...drawn.series.map((one) => ({
            label: one.name,
            stroke: one.bold ? token("--accent") : token("--ink-3"),
            width: one.bold ? 2.25 : 1,
            spanGaps: true,
            points: { show: one.bold, size: 4 },
          })),
        ],
        hooks: {
          setCursor: [(u) => onHover(u.cursor.idx ?? null)],
          draw: [(u) => drawBest(u, latest.current.bestIndex, token("--amber-ink"))],
        },
      },
      [drawn.steps, ...drawn.series.map((one) => one.values)],
      element,
    );
    plot.current = made;
    const watch = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: made.height }));
    watch.observe(element);
    return () => {
      watch.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [format, onHover, range, xLabel]);

  useEffect(() => {
    plot.current?.setData([steps, ...series.map((one) => one.values)]);
  }, [steps, series]);

  return <div ref={holder} aria-hidden className="-ml-1" />;
}

/** A line at the epoch whose weights are kept, with the word beside it. */
function drawBest(u: uPlot, index: number | null, colour: string): void {
  const step = index === null ? null : u.data[0][index];
  if (step === null || step === undefined) return;
  const { ctx } = u;
  const ratio = uPlot.pxRatio;
  const x = Math.round(u.valToPos(step, "x", true));
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.fillStyle = colour;
  ctx.lineWidth = ratio;
  ctx.setLineDash([3 * ratio, 3 * ratio]);
  ctx.beginPath();
  ctx.moveTo(x, u.bbox.top);
  ctx.lineTo(x, u.bbox.top + u.bbox.height);
  ctx.stroke();
  ctx.font = `${10 * ratio}px Inter Variable, sans-serif`;
  const left = x > u.bbox.left + u.bbox.width / 2;
  ctx.textAlign = left ? "right" : "left";
  ctx.textBaseline = "top";
  ctx.fillText("best", x + (left ? -4 : 4) * ratio, u.bbox.top + 1);
  ctx.restore();
}
