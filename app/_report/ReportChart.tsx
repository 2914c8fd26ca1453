"use client";
import { type ChartSeries, type LineChart, layOutChart } from "@reefline/report/chartLayout";
import { classNames } from "../_ui/classNames.ts";

const lineLooks: Record<ChartSeries["look"], string> = {
  bold: "stroke-accent stroke-[2.5]",
  thin: "stroke-ink-3 stroke-[1.2]",
  dashed: "stroke-ink stroke-[1.5] [stroke-dasharray:6_4]",
  second: "stroke-layer-prediction stroke-[1.75] [stroke-dasharray:2_3]",
  third: "stroke-layer-holdout stroke-[1.75] [stroke-dasharray:9_3_2_3]",
};
const keyLooks: Record<ChartSeries["look"], string> = {
  bold: "border-t-[2.5px] border-accent",
  thin: "border-t border-ink-3",
  dashed: "border-t-[1.5px] border-dashed border-ink",
  second: "border-t-2 border-dotted border-layer-prediction",
  third: "border-t-2 border-dashed border-layer-holdout",
};
const dotLooks: Record<ChartSeries["look"], string> = {
  bold: "fill-accent",
  thin: "fill-ink-3",
  dashed: "fill-ink",
  second: "fill-layer-prediction",
  third: "fill-layer-holdout",
};

/** A chart of the HTML report, drawn in the page's own colours at the panel's width. */
export function ReportChart({ chart }: { chart: LineChart }) {
  const { width, height, label, grid, lines, dots, mark, texts, legend } = layOutChart(chart, { width: 308, height: 196 });
  return (
    <figure className="min-w-0">
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label} className="block h-auto w-full max-w-115">
        {grid.map((path) => (
          <path key={path} d={path} className="stroke-line" />
        ))}
        {lines.map(({ path, look }) => (
          <path key={look + path.length} d={path} fill="none" strokeLinejoin="round" className={lineLooks[look]} />
        ))}
        {dots.map(({ x, y, look }) => (
          <circle key={`${look} ${x} ${y}`} cx={x} cy={y} r={2.5} className={dotLooks[look]} />
        ))}
        {mark ? <path d={mark.path} className="stroke-amber-ink [stroke-dasharray:3_3]" /> : null}
        {texts.map(({ x, y, text, anchor, kind, upright }) => (
          <text
            key={`${kind} ${x} ${y}`}
            textAnchor={anchor}
            {...(upright ? { transform: `translate(${x} ${y}) rotate(-90)` } : { x, y })}
            className={classNames("text-[10.5px]", kind === "mark" ? "fill-amber-ink" : kind === "axis" ? "fill-ink-2" : "fill-ink-3")}
          >
            {text}
          </text>
        ))}
      </svg>
      {legend.length > 0 ? (
        <figcaption className="flex flex-wrap gap-x-4 gap-y-1 pl-11 text-xs text-ink-2">
          {legend.map(({ name, look }) => (
            <span key={name} className="inline-flex items-center gap-1.5">
              <span aria-hidden className={classNames("w-4", keyLooks[look])} /> {name}
            </span>
          ))}
        </figcaption>
      ) : null}
    </figure>
  );
}
